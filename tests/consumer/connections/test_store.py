"""Connections are cleaned, checked and sealed when they are saved (C-01 ... C-12)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consumer.connections import BadConnection, Connection, Details, Saved, find_connection, save_connection
from consumer.platform.models import Account, AuditEntry
from consumer.platform.settings import write_setting
from shared.oneroster.versions import Version
from shared.sealing import Sealer
from tests.consumer.clients import NOW

DETAILS = Details(
    name="springfield",
    base_url=" https://sis.example/campus/oneroster/a/ims/oneroster/v1p1/ ",
    token_url="https://sis.example/campus/oauth2/token?appName=a",
    client_id="id-1",
    client_secret="a secret",
    version=Version.V1P1,
)
SEALER = Sealer([Fernet.generate_key().decode()])


def allow(_url: str) -> None:
    """Every address will do."""


def save(session: Any, details: Details, account: Account | None = None) -> Saved:
    return save_connection(session, SEALER, details, allow, NOW, account)


def refused(session: Any, details: Details) -> dict[str, str]:
    """The fields that are refused, with their messages; nothing has been stored."""
    before = stored(session)
    with pytest.raises(BadConnection) as caught:
        save(session, details)
    assert stored(session) == before
    assert str(caught.value) == "; ".join(caught.value.fields.values())
    return caught.value.fields


def stored(session: Any) -> list[tuple[Any, ...]]:
    columns = Connection.__table__.columns
    return [tuple(row) for row in session.execute(select(*columns).order_by(Connection.id))]


def release(session: Any) -> None:
    write_setting(session, "release_1_2", "true")


def test_a_new_connection_is_cleaned_and_its_secret_sealed(consumer_session: Any) -> None:
    """C-01, C-06, C-12."""
    saved = save(consumer_session, DETAILS)
    consumer_session.commit()
    row = find_connection(consumer_session, "springfield")
    assert row is not None
    assert (row.base_url, row.version, row.oauth) == ("https://sis.example/campus/oneroster/a", "1.1", "oauth2")
    assert row.page_limit == 5000
    assert "a secret" not in row.client_secret_sealed
    assert SEALER.unseal(row.client_secret_sealed) == "a secret"
    assert saved.created
    assert "/ims/oneroster/v1p1/" in saved.notes[0]


def test_a_change_keeps_what_is_not_given_and_an_empty_secret_is_not_given(consumer_session: Any) -> None:
    """C-12: a form never shows the secret, and sends its empty field."""
    save(consumer_session, DETAILS)
    for secret in (None, "", "  "):
        saved = save(consumer_session, Details("springfield", page_limit=1000, client_secret=secret))
        assert not saved.created
        assert (saved.connection.page_limit, saved.connection.client_id) == (1000, "id-1")
        assert SEALER.unseal(saved.connection.client_secret_sealed) == "a secret"


def test_all_that_a_new_connection_lacks_is_said_at_once_field_by_field(consumer_session: Any) -> None:
    """C-01, C-02."""
    fields = refused(consumer_session, Details("springfield"))
    assert list(fields) == ["base_url", "version", "token_url", "client_id", "client_secret"]
    assert "domain URL" in fields["base_url"]
    assert "SIS Authentication URL" in fields["token_url"]
    assert list(refused(consumer_session, Details(" "))) == ["name", *fields]


def test_a_stored_connection_cannot_lose_what_it_needs(consumer_session: Any) -> None:
    save(consumer_session, DETAILS)
    for field in ("base_url", "token_url", "client_id"):
        for empty in ("", "   "):
            assert list(refused(consumer_session, replace(Details("springfield"), **{field: empty}))) == [field]


def test_both_addresses_are_checked_after_they_were_cleaned(consumer_session: Any) -> None:
    """C-08."""
    asked: list[str] = []

    def why(url: str) -> str:
        asked.append(url)
        return f"not {url[:5]}"

    with pytest.raises(BadConnection) as caught:
        save_connection(consumer_session, SEALER, DETAILS, why, NOW)
    assert asked == ["https://sis.example/campus/oneroster/a", DETAILS.token_url]
    assert caught.value.fields == {"base_url": "not https", "token_url": "not https"}


def test_oauth_1_needs_no_token_url_and_oauth_2_does(consumer_session: Any) -> None:
    """C-02."""
    save(consumer_session, replace(DETAILS, oauth="oauth1", token_url=None))
    assert list(refused(consumer_session, Details("springfield", oauth="oauth2"))) == ["token_url"]
    changed = save(consumer_session, Details("springfield", oauth="oauth2", token_url=DETAILS.token_url)).connection
    assert (changed.oauth, changed.token_url) == ("oauth2", DETAILS.token_url)
    back = save(consumer_session, Details("springfield", oauth="oauth1")).connection
    assert (back.oauth, back.token_url) == ("oauth1", DETAILS.token_url)
    assert list(refused(consumer_session, Details("springfield", oauth="oauth3"))) == ["oauth"]


def test_1_2_never_uses_oauth_1(consumer_session: Any) -> None:
    """C-03."""
    release(consumer_session)
    details = replace(DETAILS, version=Version.V1P2, oauth="oauth1", confirmed=True)
    assert refused(consumer_session, details) == {"oauth": "OneRoster 1.2 always uses OAuth 2"}


def test_1_2_is_released_by_the_operator_and_confirmed_by_a_person(consumer_session: Any) -> None:
    """C-04, C-05."""
    details = replace(DETAILS, version=Version.V1P2)
    assert "release_1_2" in refused(consumer_session, replace(details, confirmed=True))["version"]
    release(consumer_session)
    assert "no way to 1.1" in refused(consumer_session, details)["confirmed"]
    assert save(consumer_session, replace(details, confirmed=True)).connection.version == "1.2"


def test_there_is_no_way_back_to_1_1(consumer_session: Any) -> None:
    """C-04."""
    release(consumer_session)
    save(consumer_session, replace(DETAILS, version=Version.V1P2, confirmed=True))
    for confirmed in (False, True):
        back = Details("springfield", version=Version.V1P1, confirmed=confirmed)
        assert "no way back" in refused(consumer_session, back)["version"]
    assert save(consumer_session, Details("springfield", version=Version.V1P2)).connection.version == "1.2"


def test_1_1_becomes_1_2_by_the_upgrade_alone(consumer_session: Any) -> None:
    """C-04, C-05, C-100."""
    save(consumer_session, DETAILS)
    wanted = Details("springfield", version=Version.V1P2, confirmed=True)
    assert "not released" in refused(consumer_session, wanted)["version"]
    release(consumer_session)
    assert "homeroom consumer upgrade" in refused(consumer_session, wanted)["version"]


def test_the_vendors_key_and_secret_come_together_and_go_together(consumer_session: Any) -> None:
    """C-11, C-12."""
    save(consumer_session, DETAILS)
    assert list(refused(consumer_session, Details("springfield", vendor_key="v"))) == ["vendor_secret"]
    assert list(refused(consumer_session, Details("springfield", vendor_secret="s"))) == ["vendor_key"]
    row = save(consumer_session, Details("springfield", vendor_key="v", vendor_secret="deep")).connection
    assert row.vendor_key == "v"
    assert SEALER.unseal(row.vendor_secret_sealed or "") == "deep"
    other = save(consumer_session, Details("springfield", vendor_key="w", vendor_secret="")).connection
    assert (other.vendor_key, SEALER.unseal(other.vendor_secret_sealed or "")) == ("w", "deep")
    without = save(consumer_session, Details("springfield", vendor_key="")).connection
    assert (without.vendor_key, without.vendor_secret_sealed) == (None, None)


@pytest.mark.parametrize(
    ("field", "address"),
    [("base_url", "https://evil.example/campus/oneroster/a"), ("base_url", "http://sis.example/campus/oneroster/a"),
     ("token_url", "https://evil.example/campus/oauth2/token"), ("token_url", "https://sis.example:8443/token")],
)  # fmt: skip
def test_a_secret_goes_to_no_server_but_the_one_it_was_entered_for(
    consumer_session: Any, field: str, address: str
) -> None:
    """C-12: it is entered again where scheme, host or port of either address changes."""
    save(consumer_session, replace(DETAILS, vendor_key="v", vendor_secret="deep"))
    moved = Details("springfield", **{field: address}, client_secret="")
    secrets = ["client_secret", "vendor_secret"] if field == "base_url" else ["client_secret"]
    assert list(refused(consumer_session, moved)) == secrets
    row = save(consumer_session, replace(moved, client_secret="new", vendor_secret="newer")).connection
    assert getattr(row, field) == address and SEALER.unseal(row.client_secret_sealed) == "new"


def test_another_path_of_the_same_server_keeps_the_secret(consumer_session: Any) -> None:
    save(consumer_session, DETAILS)
    moved = Details("springfield", base_url="https://SIS.example:443/b", token_url="https://sis.example/token")
    assert SEALER.unseal(save(consumer_session, moved).connection.client_secret_sealed) == "a secret"


def test_no_way_through_oauth_1_leads_a_secret_elsewhere(consumer_session: Any) -> None:
    """C-12: a connection without a token URL is given one."""
    save(consumer_session, replace(DETAILS, oauth="oauth1", token_url=None))
    wanted = Details("springfield", oauth="oauth2", token_url="https://evil.example/token")
    assert list(refused(consumer_session, wanted)) == ["client_secret"]


def test_a_connection_is_renamed_but_not_to_the_name_of_another(consumer_session: Any) -> None:
    save(consumer_session, DETAILS)
    save(consumer_session, replace(DETAILS, name="shelbyville"))
    assert "already" in refused(consumer_session, Details("shelbyville", new_name=" springfield "))["new_name"]
    assert "needs a name" in refused(consumer_session, Details("shelbyville", new_name=" "))["new_name"]
    assert "new_name" in refused(consumer_session, replace(DETAILS, name="a", new_name="b"))
    row = save(consumer_session, Details("shelbyville", new_name="Ogdenville")).connection
    assert row.name == "Ogdenville"
    assert save(consumer_session, Details("Ogdenville", new_name="Ogdenville")).connection.id == row.id


def test_a_page_has_one_to_fifty_thousand_records(consumer_session: Any) -> None:
    for limit in (0, -1, 50_001):
        assert "1 to 50000" in refused(consumer_session, replace(DETAILS, page_limit=limit))["page_limit"]


@pytest.mark.parametrize("text", ["x" * 5000, "a\0b", "two\nlines"])
def test_what_does_not_fit_is_refused_beside_its_field(consumer_session: Any, text: str) -> None:
    details = replace(DETAILS, vendor_key="v", vendor_secret="s")
    for field in ("name", "base_url", "token_url", "client_id", "client_secret", "vendor_key", "vendor_secret", "scope"):
        assert list(refused(consumer_session, replace(details, **{field: text}))) == [field]


@given(
    texts=st.fixed_dictionaries(
        {},
        optional={
            name: st.text(max_size=40)
            for name in ("new_name", "base_url", "oauth", "token_url", "client_id", "client_secret", "vendor_key",
                         "vendor_secret", "scope")
        },
    ),
    version=st.sampled_from([None, *Version]),
    confirmed=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_entered_is_stored_or_refused_by_field(
    consumer_session: Any, texts: dict[str, str], version: Version | None, confirmed: bool
) -> None:
    """Never an error of another kind, never a column that the database does not take."""
    consumer_session.rollback()
    save(consumer_session, DETAILS)
    try:
        row = save(consumer_session, Details("springfield", version=version, confirmed=confirmed, **texts)).connection
    except BadConnection as error:
        assert error.fields
    else:
        assert (row.oauth == "oauth1" or row.token_url) and row.base_url and row.client_id
        assert bool(row.vendor_key) == bool(row.vendor_secret_sealed)


def test_a_save_is_in_the_audit_trail_without_its_secrets(consumer_session: Any) -> None:
    account = Account(username="skinner", username_key="skinner", given_name="S", family_name="S", role="administrator")
    consumer_session.add(account)
    consumer_session.flush()
    connection = save(consumer_session, DETAILS, account).connection
    assert connection.acting_account_id == account.id, "who makes a connection is its Acting User (C-15)"
    save(consumer_session, Details("springfield", client_id="id-2", client_secret="another secret"), account)
    save(consumer_session, Details("springfield", client_id="id-2"), account)
    added, changed = consumer_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert (added.action, added.subject, added.who) == ("add connection", "springfield", "skinner")
    assert (changed.action, json.loads(changed.before)) == ("change connection", {"client_id": "id-1"})
    assert json.loads(changed.after) == {"client_id": "id-2", "client_secret": "new"}
    assert "secret" not in added.after.replace('"client_secret": "new"', "")


def test_no_secret_is_in_the_text_of_what_was_entered() -> None:
    """C-12: it may come into a log or a traceback."""
    details = replace(DETAILS, vendor_key="v", vendor_secret="deep")
    assert "a secret" not in repr(details)
    assert "deep" not in repr(details)
