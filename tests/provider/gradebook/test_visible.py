"""What a connection can see of sections and people (P-81, P-96), and their sourcedIds both ways (P-83, P-83b)."""

import pytest

from provider.database import db
from provider.sis import models
from shared.oneroster.versions import Version
from tests.provider.gradebook.conftest import Book


@pytest.fixture(params=list(Version), ids=str)
def version(request) -> Version:
    return request.param


def test_a_connection_sees_the_sections_that_its_edition_publishes(book: Book, version):
    every = [book.first, book.second, book.other, book.hidden, 999]
    with book.app.app_context():
        seen = {who: set(book.visible(version, who).sections(every)) for who in ("all", "lincoln", "grant")}
    assert seen == {
        "all": {book.first, book.second, book.other},
        "lincoln": {book.first, book.second},
        "grant": {book.other},
    }


def test_a_connection_sees_the_students_of_its_schools(book: Book, version):
    with book.app.app_context():
        seen = {
            who: set(book.visible(version, who).people([book.ada, book.ben, book.cleo, 999]))
            for who in ("all", "lincoln", "grant")
        }
    people = {"all": {book.ada, book.ben, book.cleo}, "lincoln": {book.ada, book.ben}, "grant": {book.cleo}}
    assert seen == people


def test_every_visible_id_leads_back_to_its_row(book: Book, version):
    with book.app.app_context():
        visible = book.visible(version)
        for section, sourced_id in visible.sections([book.first, book.other]).items():
            assert visible.section_of(sourced_id) == section
        for person, sourced_id in visible.people([book.ada, book.cleo]).items():
            assert visible.person_of(sourced_id) == person
        assert visible.section_of(str(book.hidden)) is None


def test_an_id_that_came_in_is_the_only_one(book: Book, version):
    with book.app.app_context():
        db.session.get_one(models.Section, book.first).sourced_id = "bio/1"
        ada = db.session.get_one(models.Person, book.ada)
        ada.sourced_id, ada.imported_role = "ada@1", "s"
        db.session.commit()
        guid = ada.guid
    book.refresh()
    with book.app.app_context():
        visible = book.visible(version)
        assert visible.section_of("bio/1") == book.first
        assert visible.section_of(str(book.first)) is None
        assert visible.person_of("ada@1") == book.ada
        assert visible.person_of(f"s{book.ada}") is visible.person_of(guid) is None


ODD = ("", "0", "-1", "01", "s", "s0", "99999999999999999999", "\0", "s\0", "t1", "é")


def test_what_is_no_id_names_nothing(book: Book, version):
    with book.app.app_context():
        visible = book.visible(version)
        assert visible.sections_of(ODD) == visible.people_of(ODD) == {}
