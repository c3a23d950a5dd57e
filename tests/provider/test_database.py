"""The provider's tables on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from provider.sis.models import District


def test_a_district_is_written_and_read_back(session):
    session.add(District(number="1", name="Maple", guid="0b0e6a44-5a51-4cf7-a7d2-3ab0b3b61b11"))
    session.commit()
    assert session.query(District).one().name == "Maple"


def test_each_test_has_a_database_of_its_own(session):
    assert session.query(District).count() == 0


def test_an_empty_database_has_no_tables(database_url):
    from sqlalchemy import create_engine, inspect

    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_an_error_does_not_say_what_a_statement_was_given(session):
    """It may be logged, and logs hold no personal data."""
    with pytest.raises(DBAPIError) as failed:
        session.execute(text("SELECT nothing FROM district WHERE name = :name"), {"name": "Secretname"})
    assert "Secretname" not in str(failed.value)
