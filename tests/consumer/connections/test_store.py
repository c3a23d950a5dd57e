"""Connections are cleaned, checked and sealed when they are saved (C-01 ... C-12)."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet

from consumer.connections import BadConnection, Details, find_connection, save_connection
from shared.oneroster.versions import Version
from shared.sealing import Sealer

DETAILS = Details(
    name="springfield",
    base_url=" https://sis.example/campus/oneroster/a/ims/oneroster/v1p1/ ",
    token_url="https://sis.example/campus/oauth2/token?appName=a",
    client_id="id-1",
    client_secret="a secret",
    version=Version.V1P1,
)


@pytest.fixture
def sealer() -> Sealer:
    return Sealer([Fernet.generate_key().decode()])


def allow(_url: str) -> None:
    """Every address will do."""


def test_a_new_connection_is_cleaned_and_its_secret_sealed(consumer_session: Any, sealer: Sealer) -> None:
    saved = save_connection(consumer_session, sealer, DETAILS, allow)
    consumer_session.commit()
    row = find_connection(consumer_session, "springfield")
    assert row is not None
    assert (row.base_url, row.version, row.page_limit) == ("https://sis.example/campus/oneroster/a", "1.1", 5000)
    assert "a secret" not in row.client_secret_sealed
    assert sealer.unseal(row.client_secret_sealed) == "a secret"
    assert saved.created
    assert "/ims/oneroster/v1p1/" in saved.notes[0]


def test_a_change_keeps_what_is_not_given(consumer_session: Any, sealer: Sealer) -> None:
    save_connection(consumer_session, sealer, DETAILS, allow)
    saved = save_connection(consumer_session, sealer, Details("springfield", page_limit=1000), allow)
    row = saved.connection
    assert not saved.created
    assert (row.page_limit, row.client_id) == (1000, "id-1")
    assert sealer.unseal(row.client_secret_sealed) == "a secret"


@pytest.mark.parametrize("field", ["base_url", "token_url", "client_id", "client_secret", "version"])
def test_a_new_connection_needs_everything(consumer_session: Any, sealer: Sealer, field: str) -> None:
    """C-01, C-02."""
    with pytest.raises(BadConnection, match="a new one needs"):
        save_connection(consumer_session, sealer, replace(DETAILS, **{field: None}), allow)


def test_both_addresses_are_checked_after_they_were_cleaned(consumer_session: Any, sealer: Sealer) -> None:
    """C-08."""
    checked: list[str] = []
    save_connection(consumer_session, sealer, DETAILS, checked.append)
    assert checked == ["https://sis.example/campus/oneroster/a", DETAILS.token_url]


def test_the_version_of_a_connection_stays(consumer_session: Any, sealer: Sealer) -> None:
    """C-04, C-100."""
    save_connection(consumer_session, sealer, DETAILS, allow)
    with pytest.raises(BadConnection, match=r"make a new connection for 1\.2"):
        save_connection(consumer_session, sealer, Details("springfield", version=Version.V1P2), allow)


@pytest.mark.parametrize("limit", [0, -1, 50_001])
def test_a_page_has_one_to_fifty_thousand_records(consumer_session: Any, sealer: Sealer, limit: int) -> None:
    with pytest.raises(BadConnection, match="1 to 50000"):
        save_connection(consumer_session, sealer, replace(DETAILS, page_limit=limit), allow)


def test_no_secret_is_in_the_text_of_what_was_entered() -> None:
    """C-12: it may come into a log or a traceback."""
    assert "a secret" not in repr(DETAILS)
