"""Bearer tokens: what opens the door, and what closes it at once (P-95, P-101)."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from provider.access.connections import allowed_scopes, regenerate_secret, set_schools
from provider.access.tokens import SECONDS, Tokens, Unauthorized
from provider.sis.models import District, School
from shared.oneroster.versions import Version
from tests.provider.access.conftest import NOW


@pytest.fixture
def tokens(provider_app):
    return provider_app.extensions["homeroom"]["tokens"]


@pytest.fixture
def enter(tokens, session):
    """enter(header, now=NOW) -> Caller, as another process would: with nothing remembered by the session."""

    def enter(header, now=NOW):
        session.rollback()
        return tokens.authenticate(session.connection(), header, now)

    return enter


def bearer(tokens, connection, scopes=None):
    return "Bearer " + tokens.issue(connection, scopes or allowed_scopes(connection), NOW)


def test_a_token_names_its_caller(add, tokens, enter):
    connection, _ = add(version="1.1")
    caller = enter(bearer(tokens, connection, frozenset({"roster.readonly"})))
    assert (caller.connection_id, caller.name, caller.version) == (connection.id, "lms", Version.V1P1)
    assert caller.scopes == {"roster.readonly"}
    assert caller.edition == connection.edition()


def test_the_scheme_is_read_without_case(add, tokens, enter):
    connection, _ = add()
    assert enter(bearer(tokens, connection).replace("Bearer", "bearer")).name == "lms"


def test_a_token_ends_after_an_hour_also_one_that_was_seen(add, tokens, enter):
    connection, _ = add()
    header = bearer(tokens, connection)
    assert enter(header, NOW + timedelta(seconds=SECONDS - 1))
    with pytest.raises(Unauthorized, match="expired"):
        enter(header, NOW + timedelta(seconds=SECONDS))
    with pytest.raises(Unauthorized, match="expired"):
        enter(bearer(tokens, connection), NOW + timedelta(seconds=SECONDS))


def test_an_older_token_lives_on_beside_a_newer_one(add, tokens, enter):
    connection, _ = add()
    first, second = bearer(tokens, connection), bearer(tokens, connection)
    assert first != second
    assert enter(second) and enter(first)


def test_a_disabled_connection_is_out_at_once_and_in_again(add, tokens, enter, session):
    connection, _ = add()
    header = bearer(tokens, connection)
    assert enter(header)
    connection.enabled = False
    session.commit()
    with pytest.raises(Unauthorized, match="disabled"):
        enter(header)
    connection.enabled = True
    session.commit()
    assert enter(header)


def test_a_new_secret_ends_the_tokens_of_the_old_one(add, tokens, enter, session, provider_app):
    connection, _ = add()
    header = bearer(tokens, connection)
    assert enter(header)
    regenerate_secret(connection, provider_app.extensions["homeroom"]["sealer"])
    session.commit()
    with pytest.raises(Unauthorized, match="new secret"):
        enter(header)
    assert enter(bearer(tokens, connection))


def test_changed_options_act_on_tokens_that_are_out(add, tokens, enter, session):
    session.add(District(id=1, number="1", name="Maple", guid="d"))
    session.add(School(id=1, district_id=1, number="10", name="Elm", guid="s"))
    connection, _ = add(gradebook=True)
    header = bearer(tokens, connection)
    assert "gradebook.readonly" in enter(header).scopes
    connection.gradebook = False
    set_schools(session, connection, ["10"])
    session.commit()
    caller = enter(header)
    assert "gradebook.readonly" not in caller.scopes
    assert caller.edition.schools == frozenset({1})


def test_a_removed_connections_token_does_not_open_the_next_one(add, tokens, enter, session):
    connection, _ = add("first")
    header = bearer(tokens, connection)
    assert enter(header)
    session.delete(connection)
    session.commit()
    add("second")
    with pytest.raises(Unauthorized):
        enter(header)


def test_a_token_of_another_district_or_installation_is_not_valid(add, provider_app, enter):
    connection, _ = add()
    key = provider_app.extensions["homeroom"]["sealer"].derive("provider:demo:tokens")
    for stranger in (Tokens(b"x" * 32, "demo", "i"), Tokens(key, "other", "i")):
        with pytest.raises(Unauthorized, match="not valid"):
            enter(bearer(stranger, connection))


def test_a_jwt_of_another_kind_is_not_a_token(add, provider_app, enter):
    connection, _ = add()
    key = OctKey.import_key(provider_app.extensions["homeroom"]["sealer"].derive("provider:demo:tokens"))
    with pytest.raises(Unauthorized, match="not valid"):
        enter("Bearer " + jwt.encode({"alg": "HS256", "typ": "JWT"}, {"aud": "demo", "connection": connection.id}, key))


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer é.ü.ß", "Basic abc", "x" * 9000,
     "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer \ud800", "Bearer ..", "Bearer a b c"],
)  # fmt: skip
def test_anything_else_is_unauthorized(enter, header):
    with pytest.raises(Unauthorized):
        enter(header)


def test_a_changed_token_is_not_valid(add, tokens, enter):
    connection, _ = add()
    head, body, signature = bearer(tokens, connection).split(".")
    with pytest.raises(Unauthorized, match="not valid"):
        enter(f"{head}.{body[:-2]}AA.{signature}")
