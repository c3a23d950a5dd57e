"""The scheduling pages: what they say of sections, courses, calendars, grade levels and schools, and what they change."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from provider.access.user_tables import AuditEntry
from provider.database import db
from provider.sis import models
from provider.sis.changes import EVERYTHING, SisChange
from tests.provider.admin.conftest import Pages, Window
from tests.provider.admin.test_pages import cells, codes, path_of, statements
from tests.provider.gradebook.conftest import Book

SCRIPT = "<script>alert(1)</script>"
PAGES = ("courses", "course-masters", "calendars", "grade-levels", "schools", "grade-book-setup")
BLUEPRINTS = ("courses.", "course_masters.", "calendars.", "grade_levels.", "schools.", "grade_book_setup.")


def change(pages: Pages, *edits: Any) -> None:
    with pages.app.app_context():
        for edit in edits:
            db.session.execute(edit)
        db.session.commit()


def text(page: str) -> str:
    """What a page says, without tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])))


def seen(window: Window) -> str:
    """The stamp of the form on the page that is open."""
    return re.findall(r'name="seen" value="([^"]*)"', window.page)[0]


# Who may open them


def test_only_administrators_open_them(pages: Pages, book: Book) -> None:
    tom = pages.window("tom")
    rules = [rule for rule in pages.app.url_map.iter_rules() if rule.endpoint.startswith(BLUEPRINTS)]
    assert len(rules) >= 12
    for rule in rules:
        path = path_of(rule)
        answer = pages.window().get(path)
        assert answer.status_code in (303, 405) and "/frame/sign-in" in (answer.location or "/frame/sign-in"), path
        if "GET" in (rule.methods or ()):
            assert tom.get(path).status_code == 403, path
    assert tom.get("/sections/").status_code == 200
    assert tom.post("/sections/bulk", id=str(book.first)).status_code == 403


def test_a_teacher_sees_the_section_and_no_way_to_change_it(pages: Pages, book: Book) -> None:
    page = pages.window("tom").get(f"/sections/{book.first}/")
    assert page.status_code == 200
    assert "Lake, Ada" in page.text and "Tom Reed" not in text(page.text).partition("Roster")[2]
    assert "/records/" not in page.text and "Not published" not in page.text
    assert pages.window("tom").get(f"/sections/{book.second}/").status_code == 404
    assert "/records/section/" in pages.window("ada_min").get(f"/sections/{book.first}/").text


@pytest.mark.parametrize("path", ["courses/999", "course-masters/999", "calendars/999", "calendars/trials/999"])
def test_what_is_not_there_is_not_found(pages: Pages, path: str) -> None:
    window = pages.window("ada_min")
    assert window.get(f"/{path}/").status_code == 404
    window.get("/courses/")
    assert window.post(f"/{path}/").status_code in (404, 405)


# Sections


def test_the_list_says_by_which_rule_a_section_is_held_back(pages: Pages, book: Book) -> None:
    """P-04, P-68, P-69, P-73: its own mark, its course's, its master's, its school's, a draft schedule."""

    def said() -> str:
        return text(pages.window("ada_min").get("/sections/?search=1001").text)

    def course(**values: Any) -> Any:
        return update(models.Course).where(models.Course.number == "1001").values(**values)

    assert "(P-" not in said()
    master = insert(models.CourseMaster).values(
        id=7, district_id=1, number="M7", name="Algebra", external_lms_exclude=True
    )  # fmt: skip
    own, main = update(models.Section).where(models.Section.id == book.first), models.Trial.id == 1
    for edits, words, undone in (
        ([own.values(external_lms_exclude=True)], "Excluded (P-68)", [own.values(external_lms_exclude=False)]),
        ([own.values(active=False)], "Inactive (P-69)", [own.values(active=True)]),
        ([course(active=False)], "Course inactive (P-69)", [course(active=True)]),
        ([course(external_lms_exclude=True)], "Course excluded (P-68)", [course(external_lms_exclude=False)]),
        ([master, course(course_master_id=7)], "Course master excluded (P-68)", [course(course_master_id=None)]),
        ([update(models.School).values(external_lms_exclude=True)], "School excluded (P-73)",
         [update(models.School).values(external_lms_exclude=False)]),
        ([update(models.Trial).where(main).values(active=False)], "In a draft schedule (P-04)",
         [update(models.Trial).where(main).values(active=True)]),
    ):  # fmt: skip
        change(pages, *edits)
        assert words in said(), words
        change(pages, *undone)
    assert "(P-" not in said()


def test_sections_are_limited_by_what_is_to_be_mended(pages: Pages, book: Book) -> None:
    """P-05, P-32, P-68, P-118."""
    window = pages.window("ada_min")

    def found(**query: str) -> list[str]:
        return codes(window.client.get("/sections/", query_string=query).text)

    assert found(state="excluded") == ["1004-1"] and found(state="above") == [] == found(state="draft")
    change(
        pages,
        delete(models.Roster).where(models.Roster.section_id == book.other),
        update(models.SectionStaff).where(models.SectionStaff.section_id == book.second).values(role="Teacher"),
        update(models.Course).where(models.Course.number == "1003").values(external_lms_exclude=True, active=False),
        insert(models.GradingTask).values(id=1, code="Q", name="Quarter Grade"),
        insert(models.SectionGradingTask).values(section_id=book.first, grading_task_id=1),
    )
    assert found(state="empty") == ["1003-1"] == found(state="above") == found(state="inactive")
    assert found(state="untaught") == ["1002-1"]
    assert found(task="1") == ["1001-1"]


def test_a_section_says_who_of_its_staff_counts_and_why_not(pages: Pages, book: Book) -> None:
    """P-26 … P-30: primary, teacher, section staff, a row that is over, somebody without the Teacher mark."""
    rows = [
        {"id": 101, "person_id": book.ada, "role": "Section Staff", "end_date": None},
        {"id": 102, "person_id": book.ben, "role": "Teacher", "end_date": date(2025, 12, 1)},
        {"id": 103, "person_id": book.cleo, "role": "Teacher", "end_date": None},
    ]
    change(pages, *(insert(models.SectionStaff).values(section_id=book.first, **row) for row in rows))
    page = pages.window("ada_min").get(f"/sections/{book.first}/").text
    staff = text(page).partition("Section Staff History")[2].partition("Roster")[0]
    for words in (
        "Reed, Tom Primary Teacher Always Open Yes Published",
        "Lake, Ada Section Staff Always Open Not told Not published Not so: The staff history role is Primary Teacher or "
        "Teacher. (P-29)",
        "Hill, Ben Teacher Always 2025-12-01 No Not published Not so: The staff history row has not ended (P-54). (P-80)",
        "Moss, Cleo Teacher Always Open No Not published Not so: The person is published as a teacher at the section's "
        "school. (P-30) omitted by P-24",
    ):
        assert words in staff.replace(" ● ", " "), words
    assert "/records/section_staff/101" in page and "/missing/section_staff/103/" in page
    assert page.count(f'href="/people/{book.cleo}/"') == 2, "by the name, and by what is to be mended"


def test_a_section_says_which_days_of_a_roster_row_platforms_are_told(pages: Pages, book: Book) -> None:
    """P-76, P-77, P-78: blank dates are those of the section's terms, a past end date changes no status."""
    ended = update(models.Roster).where(models.Roster.section_id == book.first, models.Roster.person_id == book.ben)
    change(pages, ended.values(start_date=date(2025, 9, 1), end_date=date(2025, 10, 1)))
    said = text(pages.window("ada_min").get(f"/sections/{book.first}/").text).partition("Roster")[2]
    assert "Lake, Ada Blank told as 2025-08-18 (P-77) Blank told as 2025-12-19 (P-77) Published" in said
    assert "Hill, Ben not on the roster today 2025-09-01 2025-10-01 Published" in said


def test_a_student_whom_only_one_version_has_is_told_for_each(pages: Pages, book: Book) -> None:
    """P-07: without a username there is a student in 1.2 and none in 1.1."""
    change(pages, delete(models.UserAccount).where(models.UserAccount.person_id == book.ben))
    said = text(pages.window("ada_min").get(f"/sections/{book.first}/").text).partition("Hill, Ben")[2]
    assert "OneRoster 1.1: Not published Not so: The student is published. (P-76) omitted by P-07" in said
    assert "OneRoster 1.2: Published" in said


def test_a_section_shows_its_own_exclude_and_those_above_it(pages: Pages, book: Book) -> None:
    """P-68, P-73."""
    change(
        pages,
        update(models.Calendar).where(models.Calendar.id == 1).values(external_lms_exclude=True),
        update(models.Course).where(models.Course.number == "1004").values(external_lms_exclude=True),
    )
    page = pages.window("ada_min").get(f"/sections/{book.hidden}/").text
    said = text(page)
    assert "External LMS Exclude Marked; inherited from calendar Lincoln High 25-26 ; inherited from course" in said
    assert "The section is not marked External LMS Exclude. (P-68)" in said
    assert "/records/calendar/1#field-external_lms_exclude" in page


def test_a_section_says_how_and_when_it_is_graded(pages: Pages, book: Book) -> None:
    """P-118, P-119."""
    change(
        pages,
        insert(models.GradingTask).values(id=1, code="Q", name="Quarter Grade"),
        insert(models.GradingTask).values(id=2, code="E", name="Final Exam"),
        insert(models.SectionGradingTask).values(section_id=book.second, grading_task_id=2),
        insert(models.GradingWindow).values(grading_task_id=2, term_id=1, opens_on=date(2025, 12, 1),
                                            closes_on=date(2025, 12, 12)),
    )  # fmt: skip
    window = pages.window("ada_min")
    first, second = (text(window.get(f"/sections/{key}/").text) for key in (book.first, book.second))
    assert "graded by the district's first one" in first and "Quarter Grade Always" in first
    assert "Its own." in second and "Semester 1: 2025-12-01 to 2025-12-12, closed today" in second
    setup = text(window.get("/grade-book-setup/").text)
    assert "Quarter Grade the first Q 0" in setup and "Final Exam E 1" in setup
    assert "Final Exam of Semester 1, Lincoln High Semester 1 Lincoln High" in setup
    assert codes(window.get("/sections/?task=2").text) == ["1002-1"]


@pytest.mark.parametrize(("model", "path"), [(models.Section, "sections"), (models.Course, "courses")])
def test_all_that_a_list_finds_is_excluded_or_made_inactive_at_once(pages: Pages, model: Any, path: str) -> None:
    """P-68, P-69: what the filter leaves out stays as it is."""
    window = pages.window("ada_min")
    for edit, column, value in (("external_lms_exclude=1", model.external_lms_exclude, True),
                                ("active=", model.active, False)):  # fmt: skip
        window.get(f"/{path}/?school=2")
        asked = window.post(f"/{path}/bulk?school=2", which="all", change=edit)
        assert asked.status_code == 200 and "Nothing is changed yet" in asked.text
        window.page = asked.text
        done = window.post(
            f"/{path}/bulk?school=2", which="all", change=edit, seen=seen(window), confirmed="1",
            **dict(re.findall(r'name="(job)" value="(\d+)"', asked.text)),
        )  # fmt: skip
        assert (done.status_code, done.location) == (
            303,
            f"/{path}/?school=2&sort={'course' if path == 'sections' else 'number'}",
        )
        with pages.app.app_context():
            changed = db.session.scalars(select(model.id).where(column.is_(value))).all()
            assert set(changed) - {4} == {3}, "section 4 is excluded from the beginning"


# Courses and course masters


def test_courses_are_found_and_say_what_hangs_on_them(pages: Pages, book: Book) -> None:
    window = pages.window("ada_min")
    assert codes(window.get("/courses/").text) == ["1001", "1002", "1003", "1004"]
    assert codes(window.get("/courses/?sort=-number&school=1").text) == ["1004", "1002", "1001"]
    assert codes(window.get("/courses/?search=course+3").text) == ["1003"]
    assert cells(window.get("/courses/?search=1001").text)[-2:] == ["1", "2"], "a section, two on its roster"
    change(pages, update(models.Course).where(models.Course.number == "1002").values(active=False))
    assert codes(window.get("/courses/?state=inactive").text) == ["1002"]
    page = text(window.get("/courses/2/").text)
    assert "The course is active. (P-69)" in page and "1002-1" in page and "Course inactive (P-69)" in page


def test_a_course_master_says_what_an_exclude_of_it_would_hide(pages: Pages, book: Book) -> None:
    """P-68, P-73: courses of all schools in the year, sections of the schedules in force, their rosters."""
    change(
        pages,
        insert(models.CourseMaster).values(id=7, district_id=1, number="M7", name="Algebra"),
        insert(models.CourseMaster).values(id=8, district_id=1, number="M8", name="Nothing"),
        update(models.Course).where(models.Course.number.in_(("1001", "1003"))).values(course_master_id=7),
    )
    window = pages.window("ada_min")
    said = text(window.get("/course-masters/").text)
    assert "M7 Algebra 2 2 3 Not marked" in said and "M8 Nothing 0 0 0 Not marked" in said
    one = window.get("/course-masters/7/").text
    assert codes(one) == ["1001", "1003"] and "2 courses, 2 sections, 3 roster rows" in text(one)
    change(pages, update(models.CourseMaster).where(models.CourseMaster.id == 7).values(external_lms_exclude=True))
    assert text(window.get("/courses/?state=above").text).count("Course master excluded (P-68)") == 2
    assert "M7 Algebra 2 2 3 Marked" in text(window.get("/course-masters/?state=excluded").text)


# Calendars and trials


def draft(pages: Pages, book: Book) -> None:
    """A second trial of Lincoln's structure, 9, with one section like `second` and one that is excluded."""
    with pages.app.app_context():
        second = db.session.get_one(models.Section, book.second)
        db.session.add(models.Trial(id=9, structure_id=1, name="Draft", active=False))
        db.session.flush()
        for number, excluded in ((901, False), (902, True)):
            db.session.add(models.Section(id=number, course_id=second.course_id, trial_id=9, number=str(number),
                                          external_lms_exclude=excluded, active=True))  # fmt: skip
        db.session.flush()
        db.session.add(models.Roster(id=901, section_id=901, person_id=book.ada))
        db.session.commit()


def test_making_a_trial_active_says_first_what_appears_and_disappears(pages: Pages, book: Book) -> None:
    """P-04."""
    draft(pages, book)
    window = pages.window("ada_min")
    said = text(window.get("/calendars/trials/9/").text)
    assert "Appear: 1 section With 1 roster row;" in said and "1002-901" in said
    assert "Disappear: 2 sections With 3 roster rows" in said and "1001-1" in said and "1004-1" not in said
    assert "1 more of this trial stay hidden" in said


def test_a_trial_becomes_the_active_one_at_once_and_in_the_audit_trail(pages: Pages, book: Book) -> None:
    """P-04: one is active, before and after; the change waits for the next refresh of everything."""
    draft(pages, book)
    window = pages.window("ada_min")
    window.get("/calendars/trials/9/")
    answer = window.post("/calendars/trials/9/", seen=seen(window))
    assert (answer.status_code, answer.location) == (303, "/calendars/1/")
    with pages.app.app_context():
        active = select(models.Trial.id).where(models.Trial.structure_id == 1, models.Trial.active)
        assert db.session.scalars(active).all() == [9]
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.who, entry.action, entry.subject) == ("ada_min", "activate trial", "Draft")
        assert json.loads(entry.before)["trial"] == "Main" and json.loads(entry.after)["trial"] == "Draft"
        assert db.session.get(SisChange, EVERYTHING) is not None
    assert codes(window.get("/sections/?school=1&state=draft").text) == ["1001-1", "1002-1", "1004-1"]


def test_of_two_who_choose_a_trial_the_second_is_told(pages: Pages, book: Book) -> None:
    draft(pages, book)
    change(pages, insert(models.Trial).values(id=10, structure_id=1, name="Other draft", active=False))
    ada, second = pages.window("ada_min"), pages.window("ada_min")
    ada.get("/calendars/trials/9/")
    second.get("/calendars/trials/10/")
    assert ada.post("/calendars/trials/9/", seen=seen(ada)).status_code == 303
    late = second.post("/calendars/trials/10/", seen=seen(second))
    assert late.status_code == 409 and "Somebody else has saved" in late.text
    with pages.app.app_context():
        assert db.session.scalars(select(models.Trial.id).where(models.Trial.structure_id == 1, models.Trial.active)
                                  ).all() == [9]  # fmt: skip


def test_of_two_at_the_same_moment_one_is_told(pages: Pages, book: Book) -> None:
    """Never two active trials in a structure, never none, and no error."""
    draft(pages, book)
    change(pages, insert(models.Trial).values(id=10, structure_id=1, name="Other draft", active=False))
    windows = {9: pages.window("ada_min"), 10: pages.window("ada_min")}
    for trial, window in windows.items():
        window.get(f"/calendars/trials/{trial}/")
    with ThreadPoolExecutor(2) as pool:
        sent = [
            pool.submit(window.post, f"/calendars/trials/{trial}/", seen=seen(window))
            for trial, window in windows.items()
        ]
        assert sorted(one.result().status_code for one in sent) == [303, 409]
    with pages.app.app_context():
        active = select(models.Trial.id).where(models.Trial.structure_id == 1, models.Trial.active)
        assert db.session.scalars(active).one() in windows


def test_a_calendar_says_what_is_to_be_mended(pages: Pages, book: Book) -> None:
    """P-05, P-52, P-73."""
    window = pages.window("ada_min")
    assert "Nothing" in text(window.get("/calendars/?school=1").text)
    draft(pages, book)
    change(
        pages,
        update(models.SchoolYear).values(end_date=date(2026, 5, 1)),
        update(models.School).where(models.School.id == 2).values(external_lms_exclude=True),
        update(models.Trial).where(models.Trial.structure_id == 2).values(active=False),
    )
    said = text(window.get("/calendars/").text)
    assert said.count("P-52") == 2 and "still has more than one trial" in said
    assert "A structure has no active trial" in said and "Excluded, as its school is" in said
    one = text(window.get("/calendars/1/").text)
    assert "Draft Draft 2 1" in one and "Main ● Active 3 0".replace("● ", "") in one.replace("● ", "")
    assert "Semester 1 1 2025-08-18 to 2025-12-19" in one and "9th ( 09 )".replace(" ", "") in one.replace(" ", "")
    assert "dates of the school year".casefold() in one.casefold()


# Grade levels


def test_the_mapping_is_saved_as_a_whole_and_tells_what_is_unmapped(pages: Pages) -> None:
    """P-58, P-60."""
    change(
        pages,
        insert(models.StateGrade).values(code="10", nces_grade=None),
        insert(models.GradeLevel).values(id=50, structure_id=1, name="10th", state_grade_code=None),
    )
    window = pages.window("ada_min")
    assert "1 grade level has no NCES grade" in text(window.get("/grade-levels/").text)
    typed = {"level-9th": "09", "level-10th": "10", "grade-09": "09", "grade-10": "10"}
    answer = window.post("/grade-levels/", seen=seen(window), **typed)
    assert (answer.status_code, answer.location.rstrip("?")) == (303, "/grade-levels/")
    assert "Every grade level has an NCES grade" in text(window.get("/grade-levels/").text)
    with pages.app.app_context():
        assert db.session.get_one(models.GradeLevel, 50).state_grade_code == "10"
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None and entry.action == "map grade levels"
        assert json.loads(entry.after) == {"grade level 10th": "10", "State Grade Level Code 10": "10"}
        assert db.session.get(SisChange, EVERYTHING) is not None


def test_grade_levels_that_differ_between_schools_stay_as_they_are_unless_one_is_chosen(pages: Pages) -> None:
    change(
        pages,
        insert(models.StateGrade).values(code="X9", nces_grade="09"),
        update(models.GradeLevel).where(models.GradeLevel.id == 2).values(state_grade_code="X9"),
    )

    def stored() -> list[str | None]:
        with pages.app.app_context():
            return list(db.session.scalars(select(models.GradeLevel.state_grade_code).order_by(models.GradeLevel.id)))

    window = pages.window("ada_min")
    assert "They differ" in window.get("/grade-levels/").text
    window.post("/grade-levels/", seen=seen(window), **{"level-9th": "*", "grade-X9": "10"})
    assert stored() == ["09", "X9"]
    window.get("/grade-levels/?school=2")
    answer = window.post("/grade-levels/?school=2", seen=seen(window), **{"level-9th": ""})
    assert answer.location == "/grade-levels/?school=2" and stored() == ["09", None]
    window.get("/grade-levels/")
    window.post("/grade-levels/", seen=seen(window), **{"level-9th": "X9"})
    assert stored() == ["X9", "X9"]


def test_a_stale_or_bad_mapping_is_told_and_nothing_of_it_saved(pages: Pages) -> None:
    ada, late = pages.window("ada_min"), pages.window("ada_min")
    ada.get("/grade-levels/")
    late.get("/grade-levels/")
    bad = ada.post("/grade-levels/", seen=seen(ada), **{"level-9th": "99", "grade-09": "ninth"})
    assert bad.status_code == 422 and bad.text.count("choose one of the list") == 2
    assert ada.post("/grade-levels/", seen=seen(ada), **{"level-9th": ""}).status_code == 303
    told = late.post("/grade-levels/", seen=seen(late), **{"level-9th": "09", "grade-09": "10"})
    assert told.status_code == 409
    with pages.app.app_context():
        assert db.session.get_one(models.StateGrade, "09").nces_grade == "09"


def test_the_page_says_whether_local_grades_are_told(pages: Pages) -> None:
    """P-59."""
    window = pages.window("ada_min")
    assert "is off: both versions are told the NCES grades" in text(window.get("/grade-levels/").text)
    change(pages, update(models.Setting).where(models.Setting.name == "local_grades_1p2").values(value="true"))
    assert "platforms of 1.2 are told the local names" in text(window.get("/grade-levels/").text)


# Schools


def test_a_school_without_a_calendar_in_the_year_says_so(pages: Pages, book: Book) -> None:
    """P-06."""
    change(pages, insert(models.School).values(id=3, district_id=1, number="103", name="Adams", guid="guid-adams",
                                               org_type="school", external_lms_exclude=True))  # fmt: skip
    window = pages.window("ada_min")
    assert codes(window.get("/schools/").text) == ["Adams", "Grant Middle", "Lincoln High"]
    assert (
        codes(window.get("/schools/?state=without").text)
        == ["Adams"]
        == codes(window.get("/schools/?state=excluded").text)
    )
    assert "None in the year: not published" in text(window.get("/schools/?search=adams").text)
    assert "101 Lincoln High 25-26 2 3 sections" in text(window.get("/schools/?search=lincoln").text)


# All of them


def test_what_is_stored_or_asked_is_never_run(pages: Pages, book: Book) -> None:
    change(
        pages,
        insert(models.GradingTask).values(id=1, code="Q", name=SCRIPT),
        insert(models.CourseMaster).values(id=7, district_id=1, number=SCRIPT, name=SCRIPT),
        insert(models.ScoreGroup).values(id=1, name=SCRIPT, kind=SCRIPT),
        insert(models.ScoreGroupItem).values(score_group_id=1, score=SCRIPT, min_percent=90.0),
        update(models.GradeLevel).values(name="<script>alert(1)"),
        *(update(model).values(name=SCRIPT) for model in (models.School, models.Calendar, models.Trial, models.Term,
                                                          models.ScheduleStructure, models.Course)),
        update(models.Course).values(course_master_id=7, subjects=SCRIPT, grades=SCRIPT),
        update(models.Identity).values(last_name=SCRIPT),
        update(models.Section).values(name=SCRIPT, room=SCRIPT),
    )  # fmt: skip
    draft(pages, book)
    window = pages.window("ada_min")
    ones = (f"sections/{book.first}", "courses/1", "course-masters/7", "calendars/1", "calendars/trials/9")
    for path in (*PAGES, *ones):
        page = window.get(f"/{path}/")
        assert page.status_code == 200 and "alert(1)" in page.text, path
        assert "<script>alert(1)" not in page.text, path
        asked = {
            "search": SCRIPT,
            "page": "x",
            "sort": "';",
            "school": "-1",
            "year": "x",
            "state": SCRIPT,
            "task": "\0",
        }
        page = window.client.get(f"/{path}/", query_string=asked)
        assert page.status_code == 200 and "<script>alert(1)" not in page.text, path


def test_pages_take_as_many_statements_however_much_there_is(pages: Pages, book: Book) -> None:
    paths = [f"/{path}/" for path in (*PAGES, "sections", f"sections/{book.first}", "courses/1", "course-masters/7",
                                      "calendars/1", "calendars/trials/9")]  # fmt: skip
    change(pages, insert(models.CourseMaster).values(id=7, district_id=1, number="M7", name="Algebra"),
           update(models.Course).values(course_master_id=7))  # fmt: skip
    draft(pages, book)
    window = pages.window("ada_min")

    def counted() -> dict[str, int]:
        counts = {}
        for path in paths:
            window.get(path)
            with statements(pages.app) as asked:
                assert window.get(path).status_code == 200, path
            counts[path] = len(asked)
        return counts

    before = counted()
    numbers = range(1_000, 1_060)
    people = [{"id": n, "guid": f"guid-{n}"} for n in numbers]
    names = [{"id": n, "person_id": n, "first_name": "Given", "last_name": f"Family{n}"} for n in numbers]
    with pages.app.app_context():
        db.session.execute(insert(models.Person), people)
        db.session.execute(insert(models.Identity), names)
        db.session.execute(insert(models.Enrollment), [
            {"id": n, "person_id": n, "calendar_id": 1, "grade_level_id": 1, "start_date": date(2025, 8, 18)} for n in numbers
        ])  # fmt: skip
        db.session.execute(insert(models.Course), [
            {"id": n, "calendar_id": 1, "course_master_id": 7, "number": f"C{n}", "name": f"Course {n}"} for n in numbers
        ])  # fmt: skip
        db.session.execute(insert(models.Section), [
            {"id": n, "course_id": 1, "trial_id": 1, "number": f"{n}"} for n in numbers
        ])  # fmt: skip
        db.session.execute(
            insert(models.SectionPlacement), [{"section_id": n, "term_id": 1, "period": ""} for n in numbers]
        )
        db.session.execute(
            insert(models.Roster), [{"id": n, "section_id": book.first, "person_id": n} for n in numbers]
        )
        db.session.execute(insert(models.SectionStaff), [
            {"id": n, "section_id": book.first, "person_id": n, "role": "Teacher"} for n in numbers
        ])  # fmt: skip
        db.session.commit()
    assert counted() == before
    assert max(before.values()) <= 48, before
