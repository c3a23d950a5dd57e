"""Which pages a record belongs to: the blueprint whose tab is the current one while its form is open."""

from collections.abc import Mapping

_TABLES = {
    "people": ("person", "identity", "contact", "user_account", "relationship", "employment"),
    "enrollments": ("enrollment",),
    "assignments": ("assignment",),
    "sections": ("section", "section_placement", "section_staff", "roster"),
    "courses": ("course",),
    "course_masters": ("course_master",),
    "calendars": ("calendar", "schedule_structure", "term_schedule", "term", "trial"),
    "grade_levels": ("grade_level", "state_grade"),
    "years": ("school_year",),
    "schools": ("school", "district"),
    "grade_book_setup": ("grading_task", "section_grading_task", "grading_window", "score_group", "score_group_item"),
}

#: Table -> blueprint.
AT_HOME: Mapping[str, str] = {table: blueprint for blueprint, tables in _TABLES.items() for table in tables}
