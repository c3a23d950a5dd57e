"""The page of a person: every row with what it gives platforms, and the links to mend it."""

import re
from datetime import UTC, date, datetime

from sqlalchemy import insert, select, update

from provider.access.user_tables import AuditAbout, AuditEntry
from provider.sis import models
from tests.provider.admin.conftest import Pages
from tests.provider.admin.people.conftest import People, days, row_of, texts
from tests.provider.admin.test_pages import SCRIPT, statements
from tests.provider.gradebook.conftest import Book


def for_platforms(page: str, version: str) -> str:
    """What the page says of a version."""
    after = texts(page).partition(f"OneRoster {version} ")[2]
    return re.split(r" OneRoster 1\.2 | As a platform sees it", after)[0].strip()


def test_a_student_is_shown_with_roles_names_and_places(people: People, book: Book) -> None:
    """P-12, P-13, P-61, P-82, P-83: a record of 1.1 with its letter, one of 1.2 with the GUID."""
    person = people.session.get_one(models.Person, book.ada)
    page = people.page(book.ada)
    assert "<h1>Ada Lake</h1>" in page
    for version, sourced_id in (("1.1", f"s{book.ada}"), ("1.2", person.guid)):
        said = for_platforms(page, version)
        assert said.startswith(f"Student Lincoln High sourcedId {sourced_id} Username user{book.ada}"), said
        assert f"Email p{book.ada}@school.example" in said
    assert "1.1 student, 1.2" in row_of(page, f"user{book.ada}")
    assert row_of(page, "1001-1 Course 1").count("Active") == 1
    for address in (f'"/records/identity/{book.ada}"', f"/records/enrollment/add?person_id={book.ada}",
                    f'"/missing/person/{book.ada}/"', f'"/missing/person/{book.ada}/history/"',
                    f'"/sections/{book.first}/gradebook/"', f'"/sections/{book.first}/"'):  # fmt: skip
        assert address in page, address
    for address in re.findall(r'href="(/(?:records|missing|sections|people)/[^"]*)"', page):
        assert people.window.client.get(address.replace("&amp;", "&")).status_code == 200, address
    assert people.window.get("/people/999999/").status_code == 404


def test_without_a_username_1_1_does_not_publish_a_person(people: People) -> None:
    """P-07, P-08, P-10, P-12: blanks count as none, a disabled account counts; staff records use the staff account."""
    person = people.person("Una Name", "   ")
    people.enroll(person)
    page = people.page(person)
    assert for_platforms(page, "1.1") == "Without a username, 1.1 does not publish this person P-07"
    assert for_platforms(page, "1.2").startswith("Student Lincoln High")
    assert "Made of blanks alone" in page
    portal = people.account(person, "una.portal", "portal", disabled=True)
    page = people.page(person)
    assert for_platforms(page, "1.1").startswith("Student Lincoln High")
    assert "Published all the same, with enabledUser false (P-08, P-09)" in row_of(page, "una.portal")
    assert "1.1 student, 1.2" in row_of(page, "una.portal")
    people.account(person, "una.staff", "staff")
    page = people.page(person)
    assert "1.2" in row_of(page, "una.staff") and "1.1 student" in row_of(page, "una.portal")
    assert f'"/records/user_account/{portal}"' in page


def test_what_holds_a_person_back_is_said(people: People) -> None:
    """P-13, P-14, P-24, P-42: the reason that weighs, or that nothing counts."""
    alone = people.person("Al One", "al")
    assert for_platforms(people.page(alone), "1.1") == "No enrollment, no assignment and no relationship to a student"
    people.enroll(alone, no_show=True)
    assert for_platforms(people.page(alone), "1.2") == "No enrollment counts P-13"
    assert "No Show" in row_of(people.page(alone), "No Show") and "P-14" in row_of(people.page(alone), "No Show")
    staff = people.person("Sta Ff", "staff", "staff")
    people.assign(staff, "teacher", end_date=days(-1))
    said = for_platforms(people.page(staff), "1.1")
    assert said == "No assignment counts as teacher P-24 ; No assignment counts as other staff P-33"
    nameless = people.person("", "nameless")
    people.enroll(nameless)
    page = people.page(nameless)
    assert f"<h1>Person {nameless}</h1>" in page and "nobody without a first and a last name is published" in page
    assert for_platforms(page, "1.2") == "The identity of today has no first or last name"


def test_the_identity_of_today_is_marked(people: People) -> None:
    person = people.person("", "mia")
    people.identity(person, "Mia Former", end_date=days(-10))
    people.identity(person, "Mia Present", start_date=days(-9), preferred_first_name="Mimi")
    people.identity(person, "Mia Future", start_date=days(9))
    page = people.page(person)
    assert "<h1>Mimi Present</h1>" in page
    for family, words in (("Former", "Not told to anybody"), ("Present", "Current"), ("Future", "Not told to anybody")):
        assert words in row_of(page, f"Mia {family}"), family


def test_an_assignment_says_which_role_it_gives_in_each_version(people: People) -> None:
    """P-24, P-33, P-34, P-39, P-40: two records in 1.1, one with two roles in 1.2."""
    person = people.person("Coun Selor", "coun", "staff")
    people.assign(person, "teacher", "counselor", title="Both")
    people.assign(person, school=2, title="Neither")
    page = people.page(person)
    assert "Teacher, Counselor Teacher, administrator Teacher, aide" in row_of(page, "Both")
    assert "No role is marked P-34" in row_of(page, "Neither")
    said = for_platforms(page, "1.1")
    assert f"sourcedId t{person}" in said and f"sourcedId a{person}" in said
    guid = people.session.get_one(models.Person, person).guid
    assert for_platforms(page, "1.2").count(f"sourcedId {guid}") == 2


def test_a_relationship_says_what_it_makes_of_the_adult(people: People, book: Book) -> None:
    """P-42 … P-46, from both sides."""
    gone = people.person("Nota Student", "nota")
    cases = {
        "Published as guardian P-42": {"guardian": True, "portal": True},
        "Published as relative P-43": {"portal": True},
        "Guardian without Portal P-44": {"guardian": True},
        "Neither Guardian nor Portal is marked P-43": {},
        "Not active today P-45": {"guardian": True, "portal": True, "end_date": days(-1)},
    }
    adult = people.person("Gina Adult", "gina", "portal")
    for number, (words, values) in enumerate(cases.items()):
        people.relate(people.person(f"Given{number} Adult", f"adult{number}", "portal"), book.ada, **values)
        assert words in row_of(people.page(book.ada), f"Given{number}"), words
    people.relate(adult, book.ada, portal=True, name="Aunt")
    people.relate(adult, gone, guardian=True, portal=True)
    page = people.page(adult)
    assert "Published as relative P-43" in row_of(page, "Lake, Ada") and "Aunt" in row_of(page, "Lake, Ada")
    assert "The student is not published P-46" in row_of(page, "Student, Nota")


def test_sections_say_how_they_are_published(people: People, book: Book) -> None:
    """P-27 … P-30, P-76 … P-81; those of other years are counted, and shown when asked for."""
    tom = people.session.scalars(select(models.Identity).where(models.Identity.first_name == "Tom")).one().person_id
    assert "Teacher, primary P-27" in row_of(people.page(tom), "1001-1")
    for role, words in (
        ("Teacher", "Teacher, not primary P-28"),
        ("Section Staff", "Section staff are not published P-29"),
    ):
        people.session.execute(
            update(models.SectionStaff).where(models.SectionStaff.person_id == tom).values(role=role)
        )
        people.session.commit()
        assert words in row_of(people.page(tom), "1001-1")
    people.add(models.SectionStaff, person_id=tom, section_id=book.other, role="Teacher")
    people.add(models.SectionStaff, person_id=tom, section_id=book.second, role="Teacher", end_date=days(-1))
    page = people.page(tom)
    assert "Not published as a teacher of this school P-30" in row_of(page, "1003-1")
    assert "Ended P-80" in row_of(page, "1002-1")
    assert "The class is not published P-81" in row_of(people.page(book.ada), "1004-1")
    former = people.add(models.SchoolYear, district_id=1, name="2019-20", start_year=2019, end_year=2020, guid="y-2020")
    calendar = people.add(
        models.Calendar,
        school_id=1,
        school_year_id=former,
        name="Then",
        start_date=date(2019, 8, 1),
        end_date=date(2020, 6, 1),
    )
    course = people.add(models.Course, calendar_id=calendar, number="900", name="Latin")
    section = people.add(models.Section, course_id=course, trial_id=1, number="7")
    people.add(models.Roster, person_id=book.ada, section_id=section)
    page = people.page(book.ada)
    assert "900-7" not in page and "1 more is of other school years" in texts(page)
    assert "The class is not published P-81" in row_of(people.get(f"/people/{book.ada}/?years=all"), "900-7")


def test_a_person_is_released_from_the_hr_system_and_that_is_audited(people: People, book: Book) -> None:
    """B-131, B-139; of two who ask, the second is told."""
    since = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    assert "Release from the HR system" not in people.page(book.ada)
    people.change(models.Person, book.ada, hr_managed_since=since)
    page = people.page(book.ada)
    assert "Managed by the HR system since 2026-01-05 08:30" in page
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', page)
    first = people.window.post(f"/people/{book.ada}/release", seen=seen)
    assert (first.status_code, first.location) == (303, f"/people/{book.ada}/")
    second = people.window.post(f"/people/{book.ada}/release", seen=seen)
    assert second.status_code == 409 and "Somebody else has saved this page meanwhile" in second.text
    people.session.expire_all()
    assert people.session.get_one(models.Person, book.ada).hr_managed_since is None
    entry = people.session.scalars(select(AuditEntry).where(AuditEntry.action == "release from HR")).one()
    assert entry.who == "ada_min" and entry.before is not None and "2026-01-05" in entry.before
    about = people.session.scalars(select(AuditAbout).where(AuditAbout.entry_id == entry.id)).all()
    assert ("person", book.ada) in [(one.kind, one.key) for one in about]
    strange = people.window.client.post(f"/people/{book.ada}/release", data={"seen": seen})
    assert strange.status_code == 400, "a form without our token does nothing"


def test_a_page_with_many_rows_takes_as_many_statements_as_one_with_few(
    pages: Pages, people: People, book: Book
) -> None:
    with statements(pages.app) as few:
        people.page(book.ada)
    session = people.session
    course = session.get_one(models.Section, book.first)
    keys = range(5_000, 5_120)
    session.execute(insert(models.Section), [
        {"id": n, "course_id": course.course_id, "trial_id": course.trial_id, "number": str(n)} for n in keys
    ])  # fmt: skip
    session.execute(insert(models.Roster), [{"id": n, "section_id": n, "person_id": book.ada} for n in keys])
    session.commit()
    with statements(pages.app) as many:
        page = people.page(book.ada)
    assert page.count("Grade book<span") >= 122 and len(many) == len(few) <= 45, (len(few), len(many))


def test_what_is_stored_is_never_run(people: People, book: Book) -> None:
    people.session.execute(update(models.Identity).values(last_name=SCRIPT, suffix="<b>", preferred_last_name=SCRIPT))
    people.session.execute(
        update(models.UserAccount).where(models.UserAccount.person_id == book.ada).values(username=SCRIPT)
    )
    people.session.execute(update(models.Section).values(name=SCRIPT))
    people.session.execute(update(models.School).values(name=SCRIPT))
    people.session.commit()
    for path in (f"/people/{book.ada}/", "/people/", "/enrollments/", "/assignments/", "/accounts/"):
        page = people.get(path)
        assert "alert(1)" in page and SCRIPT not in page, path
