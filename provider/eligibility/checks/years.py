"""Checks of the school year, its calendars, trials and grade levels (P-03, P-05, P-06, P-52, P-60)."""

from collections.abc import Iterator

from provider.eligibility import rows
from provider.eligibility.checks.check import Found, Survey


def no_active_year(survey: Survey) -> Iterator[Found]:
    facts = survey.facts
    if facts.year is None:
        for year in facts.years.values():
            yield Found("school_year", year.id, f"school year {year.name} is not active")
        if not facts.years:
            district = facts.district
            yield Found("district", district.id if district else 0, "there is no school year")


def no_calendar(survey: Survey) -> Iterator[Found]:
    year = survey.facts.year
    if year is not None and not survey.new.schools_with_calendar:
        yield Found("school_year", year.id, f"no school has a calendar in school year {year.name}")


def narrow_year(survey: Survey) -> Iterator[Found]:
    year, window = survey.facts.year, survey.new.window
    if year is None or window is None:
        return
    for row in survey.facts.calendars.values():
        if survey.new.in_active_year(row.id) and (row.start_date < window[0] or row.end_date > window[1]):
            text = f"calendar {row.name}, {row.start_date} to {row.end_date}; {survey.new.window_text}"
            column = "start_date" if row.start_date < window[0] else "end_date"
            yield Found("calendar", row.id, text, ("school_year", year.id, column))


def _trials(survey: Survey) -> Iterator[tuple[rows.Structure, list[rows.Trial]]]:
    """Each structure of the active year's calendars with its trials."""
    trials: dict[int, list[rows.Trial]] = {}
    for trial in survey.facts.trials.values():
        trials.setdefault(trial.structure_id, []).append(trial)
    for structure in survey.facts.structures.values():
        if survey.new.in_active_year(structure.calendar_id):
            yield structure, trials.get(structure.id, [])


def _structure(survey: Survey, row: rows.Structure) -> str:
    return f"{survey.new.calendar_text(row.calendar_id)}, structure {row.name}"


def no_active_trial(survey: Survey) -> Iterator[Found]:
    for structure, trials in _trials(survey):
        if not any(trial.active for trial in trials):
            names = ", ".join(trial.name for trial in trials) or "none"
            mend = ("trial", trials[0].id, "active") if trials else None
            yield Found("schedule_structure", structure.id, f"{_structure(survey, structure)}; trials: {names}", mend)


def several_trials(survey: Survey) -> Iterator[Found]:
    for structure, trials in _trials(survey):
        if len(trials) > 1:
            names = ", ".join(trial.name for trial in trials)
            yield Found("schedule_structure", structure.id, f"{_structure(survey, structure)}: {names}")


def unmapped_grades(survey: Survey) -> Iterator[Found]:
    for level in survey.facts.grade_levels.values():
        calendar_id = survey.new.structure_calendar(level.structure_id)
        if not (level.nces_grade or "").strip() and survey.new.in_active_year(calendar_id):
            text = f"grade level {level.name} of {survey.new.calendar_text(calendar_id)}"
            yield Found("grade_level", level.id, text)
