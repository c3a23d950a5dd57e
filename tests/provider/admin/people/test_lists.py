"""The lists about people: who is found by what, in which order, and in how many statements."""

import re

import pytest
from sqlalchemy import insert, select

from provider.admin.people import ordering, searching
from provider.sis import models
from tests.provider.admin.conftest import NOW, Pages
from tests.provider.admin.people.conftest import People, days, listed, row_of, texts
from tests.provider.admin.test_pages import SCRIPT, statements


@pytest.fixture
def several(people: People) -> People:
    """People with everything that a search can find them by."""
    maria = people.person("María López", "maria.lopez", student_number="S77001", sourced_id="imported-1")
    people.identity(maria, "Maria Vega", start_date=days(-900), end_date=days(-400))
    people.session.add(models.Contact(person_id=maria, email="Maria.L@Mail.example", secondary_email="home@x.example"))
    people.session.commit()
    tina = people.person("Christina Okafor", "cokafor", "staff", staff_number="E500")
    identity = people.session.query(models.Identity).filter_by(person_id=tina).one().id
    people.change(models.Identity, identity, preferred_first_name="Tina", preferred_last_name="Adams")
    return people


#: What is typed, and whom it finds.
SEARCHES = {
    "López, María": (
        "lópez", "LÓPEZ", "vega", "S7700", "s77001", "maria.lo", "MARIA.L@mail", "home@x", "imported-1", "maría S7700",
    ),
    "Adams, Tina": ("tina", "okafor", "hristi", "E500", "tina adams", "tina E500 cokafor"),
    "": ("tina reed", "imported", "100%", "_", "'", "/"),
}  # fmt: skip


def test_people_are_found_by_names_numbers_usernames_emails_and_ids(several: People) -> None:
    for name, searches in SEARCHES.items():
        for search in searches:
            page = several.window.client.get("/people/", query_string={"search": search})
            assert page.status_code == 200 and listed(page.text) == ([name] if name else []), search


def test_people_are_found_by_the_ids_that_platforms_have(several: People) -> None:
    """P-83: the GUID of 1.2, letter and id of 1.1, the number alone."""
    maria = several.session.query(models.Person).filter_by(student_number="S77001").one()
    for search in (str(maria.id), f"s{maria.id}", f"t{maria.id}", maria.guid, maria.guid.upper()):
        assert listed(several.get(f"/people/?search={search}")) == ["López, María"], search
    assert listed(several.get(f"/people/?search={10**30}")) == []


def test_people_stand_by_the_name_that_is_theirs_now_and_the_nameless_last(several: People) -> None:
    nobody = several.person(student_number="A1")
    names = listed(several.get("/people/"))
    assert names[0] == "Adams, Tina" and names[-1] == f"Person {nobody}"
    assert names == sorted(names[:-1], key=str.casefold) + names[-1:]
    assert listed(several.get("/people/?sort=-name")) == [*reversed(names[:-1]), names[-1]]
    assert listed(several.get("/people/?search=A1")) == [f"Person {nobody}"]
    assert listed(several.get("/people/?sort=number"))[:3] == [f"Person {nobody}", "Adams, Tina", "López, María"]
    assert listed(several.get("/people/?sort=-number"))[:3] == ["López, María", "Adams, Tina", f"Person {nobody}"]


def test_people_are_filtered_by_what_they_are_and_what_wants_a_look(several: People) -> None:
    """P-07, P-08, P-10, B-131."""
    ada = several.session.query(models.Identity).filter_by(first_name="Ada").one().person_id
    blank = several.person("Bo Blank", "   ")
    several.relate(blank, ada, guardian=True, portal=True)
    several.enroll(blank, 2)
    several.change(models.Person, ada, hr_managed_since=NOW)
    several.account(ada, "ada.second", "portal", disabled=True)
    page = several.get("/people/?state=no-username")
    assert listed(page) == ["Blank, Bo"]
    assert "No username: OneRoster 1.1 does not publish this person" in row_of(page, "Blank, Bo")
    assert listed(several.get("/people/?state=disabled")) == ["Lake, Ada"]
    assert "Managed by the HR system" in row_of(several.get("/people/?state=hr"), "Lake, Ada")
    assert listed(several.get("/people/?kind=relative")) == ["Blank, Bo"]
    assert listed(several.get("/people/?kind=staff&school=2")) == ["Park, Sue"]
    assert listed(several.get("/people/?kind=student&school=2")) == ["Blank, Bo", "Moss, Cleo"]
    assert "Student, Grant Middle, 9th; Related to 1 student" in row_of(
        several.get("/people/?kind=relative"), "Blank, Bo"
    )
    for strange in ("?school=x&kind=y&state=z&sort=;drop&page=9999999", "?search=%00", f"?search={SCRIPT}"):
        assert SCRIPT not in several.get(f"/people/{strange}")


def fill(people: People, number: int) -> None:
    keys = range(50_000, 50_000 + number)
    session = people.session
    session.execute(insert(models.Person), [{"id": n, "guid": f"guid-{n}", "student_number": f"N{n}"} for n in keys])
    session.execute(insert(models.Identity), [
        {"id": n, "person_id": n, "first_name": f"Given{n}", "last_name": f"Family{n % 977:03}"} for n in keys if n % 7
    ])  # fmt: skip
    session.execute(
        insert(models.UserAccount), [{"id": n, "person_id": n, "kind": "student", "username": f"user{n}"} for n in keys]
    )
    session.execute(insert(models.Enrollment), [
        {"id": n, "person_id": n, "calendar_id": 1, "grade_level_id": 1, "start_date": days(-50), "service_type": "P"} for n in keys
    ])  # fmt: skip
    session.execute(
        insert(models.Assignment), [{"id": n, "person_id": n, "school_id": 1, "start_date": days(-50)} for n in keys]
    )
    session.commit()


LISTS = ("/people/", "/enrollments/", "/assignments/", "/accounts/")


def test_a_long_list_issues_as_many_statements_as_a_short_one(pages: Pages, people: People) -> None:
    """Also when it is too long to be sorted, and from either end of it every line is there once."""
    short = {}
    for path in LISTS:
        with statements(pages.app) as asked:
            people.get(path)
        short[path] = len(asked)
    fill(people, 400)
    for path in LISTS:
        with statements(pages.app) as asked:
            people.get(f"{path}?page=3")
        assert len(asked) == short[path] <= 22, (path, asked)


def test_walking_and_sorting_give_one_order(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows there are: a long list is walked along the index of names, from the nearer end."""
    fill(people, 400)

    def whole(path: str, sort: str) -> list[str]:
        return [name for page in range(1, 10) for name in listed(people.get(f"{path}?sort={sort}&page={page}"))]

    for path in LISTS:
        for sort in ("name", "-name"):
            ordered = whole(path, sort)
            monkeypatch.setattr(ordering, "MANY", 0)
            assert whole(path, sort) == ordered, (path, sort)
            monkeypatch.undo()
            assert len(ordered) >= 400


def test_a_word_that_begins_too_much_says_so(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(people, 60)
    monkeypatch.setattr(searching, "MOST_BEGINNINGS", 50)
    page = people.get("/people/?search=user50")
    assert listed(page) == [] and "So many usernames, email addresses or numbers begin with “user50”" in page
    page = people.get("/people/?search=user50011")
    assert listed(page) == ["Family184, Given50011"] and "So many usernames" not in page
    assert "of 51 people" in texts(people.get("/people/?search=given50"))


def test_an_enrollment_says_what_it_counts_for(people: People) -> None:
    """P-13 … P-19, P-73: in the words of the rules, with the mark that is inherited."""
    rows = {
        "Active": {},
        "No Show P-14": {"no_show": True},
        "External LMS Exclude P-15": {"external_lms_exclude": True},
        "To be deleted: ended before the calendar does P-16": {"end_date": days(-1)},
        "Active: today is its last day P-20": {"end_date": days(0)},
        "Active: begins later P-19": {"start_date": days(3)},
        "Excluded with its school Grant Middle P-73": {"calendar_id": 2},
    }
    people.change(models.School, 2, external_lms_exclude=True)
    for number, values in enumerate(rows.values()):
        person = people.person(f"Given{number} Unlike", f"unlike{number}")
        school = values.pop("calendar_id", 1)
        people.enroll(person, school, **values)
    page = people.get("/enrollments/?search=unlike")
    for number, words in enumerate(rows):
        assert words in row_of(page, f"Given{number}"), words
    for state, numbers in (("no-show", [1]), ("excluded", [2]), ("inherited", [6]), ("ended", [3]), ("future", [5])):
        found = listed(people.get(f"/enrollments/?search=unlike&state={state}"))
        assert found == [f"Unlike, Given{number}" for number in numbers], state


def test_an_enrollment_of_another_year_counts_for_nothing(people: People) -> None:
    """P-01; the list has the active year unless another is asked for."""
    people.add(models.SchoolYear, district_id=1, name="2030-31", start_year=2030, end_year=2031, guid="year-2030")
    year = people.session.query(models.SchoolYear).filter_by(name="2030-31").one().id
    calendar = people.add(
        models.Calendar, school_id=1, school_year_id=year, name="Later", start_date=days(400), end_date=days(500)
    )
    person = people.person("Lara Later", "lara")
    people.enroll(person, calendar, grade_level_id=None, start_date=days(400))
    assert listed(people.get("/enrollments/?search=lara")) == []
    page = people.get(f"/enrollments/?search=lara&year={year}")
    assert "Another school year than the active one P-01" in row_of(page, "Later, Lara")


def test_an_assignment_says_which_roles_it_gives_in_each_version(people: People) -> None:
    """P-24, P-33 … P-39, P-40."""
    cases = {
        "Teacher Teacher": ("teacher",),
        "Administrator Aide": ("food_service",),
        "Teacher, administrator Teacher, aide": ("teacher", "counselor"),
        "No role is marked P-34": (),
    }
    for number, marks in enumerate(cases.values()):
        people.assign(people.person(f"Given{number} Unlike", f"unlike{number}", "staff"), *marks)
    ended = people.assign(people.person("Given8 Unlike", "unlike8", "staff"), "teacher", end_date=days(-1))
    people.assign(people.person("Given9 Unlike", "unlike9", "staff"), "teacher", external_lms_exclude=True)
    page = people.get("/assignments/?search=unlike")
    for number, words in enumerate(cases):
        assert f" {words} Edit " in row_of(page, f"Given{number}"), words
    assert "Ended P-35" in row_of(page, "Given8") and "External LMS Exclude P-38" in row_of(page, "Given9")
    people.change(models.Assignment, ended, end_date=days(0))
    assert "Teacher Teacher" in row_of(people.get("/assignments/?search=unlike"), "Given8")
    for query, numbers in (("role=none", [3]), ("role=food_service", [1]), ("state=excluded", [9])):
        found = listed(people.get(f"/assignments/?search=unlike&{query}"))
        assert found == [f"Unlike, Given{number}" for number in numbers], query


def test_accounts_say_what_becomes_of_their_usernames(people: People) -> None:
    """P-08, P-10, P-11."""
    person = people.person("Una Unlike", "una  b")
    people.account(person, "  ", "portal", disabled=True)
    page = people.get("/accounts/?search=unlike")
    assert "Has a blank in it" in row_of(page, "una b") and "Enabled" in row_of(page, "una b")
    assert "Made of blanks alone" in row_of(page, "Portal") and "Disabled" in row_of(page, "Portal")
    assert len(listed(people.get("/accounts/?search=unlike&state=disabled"))) == 1
    assert len(listed(people.get("/accounts/?search=unlike&kind=student"))) == 1
    assert len(listed(people.get("/accounts/?search=unlike&state=blank"))) == 1


def test_teachers_and_strangers_see_none_of_it(pages: Pages, people: People) -> None:
    person = people.person("Ada Unlike")
    tom, nobody = pages.window("tom"), pages.window()
    for path in (*LISTS, f"/people/{person}/"):
        assert tom.get(path).status_code == 403, path
        assert nobody.get(path).location.startswith("/frame/sign-in"), path


def test_the_rows_that_a_list_finds_are_changed_together(pages: Pages, people: People) -> None:
    """External LMS Exclude of enrollments, role marks of assignments, accounts disabled: of those ticked, or of all that
    the filter finds (P-15, P-24, P-09); nothing before it is confirmed."""
    keys = [people.person(f"Given{number} Unlike", f"unlike{number}", "staff") for number in range(3)]
    enrolled, assigned = [people.enroll(key) for key in keys], [people.assign(key) for key in keys]
    accounts = [*people.session.scalars(select(models.UserAccount.id).where(models.UserAccount.person_id.in_(keys)))]
    window = people.window
    for path, model, column, rows in (
        ("/enrollments/", models.Enrollment, "external_lms_exclude", enrolled),
        ("/assignments/", models.Assignment, "teacher", assigned),
        ("/accounts/", models.UserAccount, "disabled", sorted(accounts)),
    ):
        query = "?search=unlike&sort=name"
        assert f'action="{path}bulk?search=unlike' in people.get(f"{path}{query}")
        for typed, changed in (({"which": "ticked", "id": str(rows[1])}, rows[1:2]), ({"which": "all"}, rows)):
            people.get(f"{path}{query}")
            answer = window.post(f"{path}bulk{query}", change=f"{column}=1", **typed)
            assert answer.status_code == 200, answer.text
            people.session.expire_all()
            before = [key for key in rows if getattr(people.session.get_one(model, key), column)]
            assert set(before) < set(changed), "asking changes nothing"
            people.session.rollback()
            (seen,) = re.findall(r'name="seen" value="([^"]+)"', answer.text)
            done = window.post(f"{path}bulk{query}", change=f"{column}=1", seen=seen, confirmed="1", **typed)
            assert (done.status_code, done.location) == (303, f"{path}?search=unlike&sort=name")
            people.session.expire_all()
            assert [key for key in rows if getattr(people.session.get_one(model, key), column)] == changed
            people.session.rollback()
