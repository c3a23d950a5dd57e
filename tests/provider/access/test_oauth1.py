"""OAuth 1 signatures: what opens the door, what does not, and that any question can be signed (P-95, P-99, P-101)."""

import base64
import hmac
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote, quote_plus, unquote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1.rfc5849.signature import base_string_uri, normalize_parameters, signature_base_string
from sqlalchemy import select

from provider.access.changing import renew
from provider.access.connections import allowed_scopes, regenerate_secret
from provider.access.models import OAuthNonce
from provider.access.nonces import Nonces
from provider.access.oauth1 import BadSignature, Signatures, Signed, is_signed
from provider.sis.settings import write_setting
from tests.provider.access.conftest import NOW
from tests.provider.access.signing import sign

URL = "https://sis.example.org/campus/oneroster/demo/ims/oneroster/v1p1/users"


@pytest.fixture
def key(add, session):
    """(connection, secret) of an OAuth 1 connection."""
    write_setting(session, "allow_new_oauth1", "true")
    return add("old", "1.1", oauth="oauth1", gradebook=True)


@pytest.fixture
def enter(provider_app, session):
    """enter(signed, now=NOW) -> Caller, with nothing remembered by the session."""

    def enter(signed, now=NOW):
        session.rollback()
        return provider_app.extensions["homeroom"]["signatures"].authenticate(session.connection(), signed, now)

    return enter


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("way", ["header", "query"])
def test_a_signed_request_names_its_caller_with_all_scopes_of_its_functions(key, enter, way, method):
    connection, secret = key
    caller = enter(sign(f"{URL}?limit=10", connection.client_id, secret, NOW, way=way, method=method))
    assert (caller.connection_id, caller.name) == (connection.id, "old")
    assert caller.scopes == allowed_scopes(connection) > {"roster.readonly", "gradebook.createput"}
    assert caller.edition == connection.edition()


@pytest.mark.parametrize("verb", ["PUT", "POST", "DELETE"])
def test_writes_are_signed_too(key, enter, verb):
    connection, secret = key
    signed = sign(URL, connection.client_id, secret, NOW, verb=verb)
    with pytest.raises(BadSignature, match="not that of this request"):
        enter(signed._replace(method="GET"))
    assert enter(signed).name == "old"


@pytest.mark.parametrize(
    ("late", "enters"), [(600, True), (601, False), (-300, True), (-301, False), (86_400, False), (-86_400, False)]
)
def test_the_clock_may_be_ten_minutes_behind_and_five_ahead(key, enter, late, enters):
    connection, secret = key
    signed = sign(URL, connection.client_id, secret, NOW, late=timedelta(seconds=late))
    if enters:
        assert enter(signed)
    else:
        with pytest.raises(BadSignature, match="oauth_timestamp"):
            enter(signed)


def test_a_nonce_counts_once_for_a_key_and_a_moment(key, add, enter):
    connection, secret = key
    other, other_secret = add("another", "1.1", oauth="oauth1")
    signed = sign(URL, connection.client_id, secret, NOW, nonce="once")
    assert enter(signed)
    for again in (signed, sign(f"{URL}?limit=5", connection.client_id, secret, NOW, nonce="once")):
        with pytest.raises(BadSignature, match="oauth_nonce has been used"):
            enter(again, NOW + timedelta(minutes=9))
    assert enter(sign(URL, connection.client_id, secret, NOW, nonce="once", late=timedelta(seconds=1)))
    assert enter(sign(URL, other.client_id, other_secret, NOW, nonce="once"))


def test_a_wrong_signature_uses_no_nonce_up(key, enter):
    connection, secret = key
    with pytest.raises(BadSignature):
        enter(sign(URL, connection.client_id, "guessed", NOW, nonce="once"))
    assert enter(sign(URL, connection.client_id, secret, NOW, nonce="once"))


def test_used_nonces_are_swept_when_the_clock_refuses_them(key, enter, session):
    connection, secret = key
    for minute in (0, 8, 20):
        now = NOW + timedelta(minutes=minute)
        assert enter(sign(URL, connection.client_id, secret, now, nonce=f"at-{minute}"), now)
    assert session.scalars(select(OAuthNonce.nonce).order_by(OAuthNonce.nonce)).all() == ["at-20"]


def test_two_processes_share_what_was_used(key, provider_app, session):
    connection, secret = key
    homeroom = provider_app.extensions["homeroom"]
    signed = sign(URL, connection.client_id, secret, NOW)
    first, second = (Signatures(homeroom["sealer"], Nonces(homeroom["readers"][1])) for _ in range(2))
    session.rollback()
    assert first.authenticate(session.connection(), signed, NOW)
    with pytest.raises(BadSignature, match="used before"):
        second.authenticate(session.connection(), signed, NOW)


def test_of_many_that_send_the_same_nonce_at_once_one_enters(key, provider_app):
    connection, secret = key
    signed = sign(URL, connection.client_id, secret, NOW)
    homeroom = provider_app.extensions["homeroom"]

    def enter(_):
        with homeroom["readers"][0].connection() as database:
            try:
                homeroom["signatures"].authenticate(database, signed, NOW)
            except BadSignature:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(enter, range(24))) == 1


def test_a_key_ends_after_a_year_and_is_renewed(key, enter, session):
    """P-99."""
    connection, secret = key
    assert enter(sign(URL, connection.client_id, secret, NOW))
    late = NOW.replace(year=NOW.year + 1)
    before = late - timedelta(seconds=1)
    assert enter(sign(URL, connection.client_id, secret, before), before)
    with pytest.raises(BadSignature, match="expired on 2027-11-02"):
        enter(sign(URL, connection.client_id, secret, late), late)
    renew(connection, late)
    session.commit()
    assert enter(sign(URL, connection.client_id, secret, late), late)


def test_a_disabled_connection_is_out_at_once_and_in_again(key, enter, session):
    """P-95."""
    connection, secret = key
    assert enter(sign(URL, connection.client_id, secret, NOW))
    connection.enabled = False
    session.commit()
    with pytest.raises(BadSignature, match="disabled"):
        enter(sign(URL, connection.client_id, secret, NOW))
    with pytest.raises(BadSignature, match="not that of this request"):
        enter(sign(URL, connection.client_id, "guessed", NOW))
    connection.enabled = True
    session.commit()
    assert enter(sign(URL, connection.client_id, secret, NOW))


def test_a_new_secret_ends_the_old_one_and_changed_functions_act_at_once(key, enter, session, provider_app):
    """P-101."""
    connection, old = key
    assert enter(sign(URL, connection.client_id, old, NOW))
    new = regenerate_secret(connection, provider_app.extensions["homeroom"]["sealer"])
    connection.gradebook = False
    session.commit()
    with pytest.raises(BadSignature):
        enter(sign(URL, connection.client_id, old, NOW))
    assert "gradebook.readonly" not in enter(sign(URL, connection.client_id, new, NOW)).scopes


def test_a_removed_key_is_unknown(key, enter, session):
    connection, secret = key
    assert enter(sign(URL, connection.client_id, secret, NOW))
    client_id = connection.client_id
    session.delete(connection)
    session.commit()
    with pytest.raises(BadSignature, match="not known"):
        enter(sign(URL, client_id, secret, NOW))


def test_the_client_id_of_an_oauth_2_connection_is_no_key(add, enter):
    connection, secret = add("new", "1.1")
    with pytest.raises(BadSignature, match="not known"):
        enter(sign(URL, connection.client_id, secret, NOW))


def test_a_signature_holds_for_its_own_request_only(key, enter):
    connection, secret = key
    signed = sign(f"{URL}?filter=status%3D%27active%27", connection.client_id, secret, NOW)
    other_url = signed.address.replace("users", "demographics")
    for changed in (
        signed._replace(address=other_url), signed._replace(address=signed.address.replace("demo", "other")),
        signed._replace(address=signed.address.replace("https", "http")), signed._replace(query=b""),
        signed._replace(query=signed.query + b"&limit=5"), signed._replace(query=b"filter=status%3D%27tobedeleted%27"),
        signed._replace(method="DELETE"),
    ):  # fmt: skip
        with pytest.raises(BadSignature, match="not that of this request"):
            enter(changed)
    assert enter(signed)


def test_what_two_legged_clients_leave_out_or_empty_is_no_matter(key, enter):
    """real-clients 4: oauth_version may be missing, an empty oauth_token and a realm may be there, in any order."""
    connection, secret = key
    for change in (
        lambda header: header.replace("OAuth ", 'OAuth realm="https://sis.example.org/", '),
        lambda header: header.replace("OAuth ", "oauth ").replace(", ", ",  "),
    ):
        signed = sign(URL, connection.client_id, secret, NOW)
        assert enter(signed._replace(authorization=change(signed.authorization)))
    for nonce in ("0123456789", "3f1c7d5e-0d6b-4c0b-9f0a-6f1d2c3b4a59", "aB+/=="):
        assert enter(sign(URL, connection.client_id, secret, NOW, nonce=nonce))
    assert enter(without_version(sign(URL, connection.client_id, secret, NOW), secret))
    assert enter(sign(URL, connection.client_id, secret, NOW, resource_owner_key=""))
    with pytest.raises(BadSignature, match="oauth_token"):
        enter(sign(URL, connection.client_id, secret, NOW, resource_owner_key="token"))


def without_version(signed, secret):
    """The same request signed anew without oauth_version."""
    params = dict(re.findall(r'(oauth_\w+)="([^"]*)"', signed.authorization))
    del params["oauth_version"], params["oauth_signature"]
    normal = normalize_parameters([(name, unquote(value)) for name, value in params.items()])
    base = signature_base_string(signed.method, base_string_uri(signed.address), normal)
    code = hmac.new(f"{secret}&".encode(), base.encode(), "sha1").digest()
    params["oauth_signature"] = quote(base64.b64encode(code).decode(), safe="")
    return signed._replace(authorization="OAuth " + ", ".join(f'{name}="{value}"' for name, value in params.items()))


def test_a_path_is_signed_as_it_was_sent(key, enter):
    """A slash inside a sourcedId, a blank, letters beyond ASCII: encoded in the path, and encoded again in what is signed."""
    connection, secret = key
    for sourced_id in ("a/b", "a b", "Zoë", "50%", "a+b", "o'neil", "a;b", "(x)~"):
        assert enter(sign(f"{URL}/{quote(sourced_id, safe='')}", connection.client_id, secret, NOW))


TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
NAMES = st.one_of(
    st.sampled_from(["filter", "limit", "sort", "fields"]), TEXT.filter(lambda name: name[:6] != "oauth_")
)
ENCODERS = {
    "plus": lambda pairs: urlencode(pairs, quote_via=quote_plus),
    "strict": lambda pairs: urlencode(pairs, quote_via=quote, safe="~"),
    "loose": lambda pairs: urlencode(pairs, quote_via=quote, safe="/:'()!*,@$?;~"),
}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pairs=st.lists(st.tuples(NAMES, TEXT), max_size=5), signed_as=st.sampled_from(sorted(ENCODERS)),
    sent_as=st.sampled_from(sorted(ENCODERS)), way=st.sampled_from(["header", "query"]),
    method=st.sampled_from(["HMAC-SHA1", "HMAC-SHA256"]),
)  # fmt: skip
def test_any_parameters_verify_however_they_are_encoded(key, enter, pairs, signed_as, sent_as, way, method):
    connection, secret = key
    query = ENCODERS[signed_as](pairs)
    signed = sign(f"{URL}?{query}" if query else URL, connection.client_id, secret, NOW, way=way, method=method)
    if way == "header":
        signed = signed._replace(query=ENCODERS[sent_as](pairs).encode())
    assert enter(signed).name == "old"


@pytest.mark.parametrize("raw", ["givenName='Zoë'", "familyName='O Brien' AND status='active'", 'x="y"', "a<b>c|d^`{}"])
def test_a_query_that_was_sent_raw_verifies(key, enter, raw):
    """real-clients 8: filters come raw or percent-encoded; the signature is over what they mean."""
    connection, secret = key
    signed = sign(f"{URL}?{urlencode({'filter': raw}, quote_via=quote)}", connection.client_id, secret, NOW)
    assert enter(signed._replace(query=f"filter={raw}".encode()))


HEADER = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["consumer_key", "nonce", "signature", "signature_method", "timestamp", "version", "token"]
            ),
            st.one_of(
                st.sampled_from(["HMAC-SHA1", "PLAINTEXT", "RSA-SHA1", "1793608200", "1.0", "%", "%zz", ""]), TEXT
            ),
        )
    ).map(lambda pairs: ", ".join(f'oauth_{name}="{value}"' for name, value in pairs)),
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.one_of(st.none(), HEADER),
    query=st.one_of(st.binary(max_size=40), HEADER.map(lambda t: t.encode("utf-8", "replace"))),
)
def test_anything_else_is_refused_with_a_reason(enter, header, query):
    with pytest.raises(BadSignature, match=r".{20}"):
        enter(Signed("GET", URL, query, None if header is None else f"OAuth {header}"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda header: header.replace("oauth_nonce", "oauth_once"), "lack oauth_nonce"),
        (lambda header: header.replace("HMAC-SHA1", "PLAINTEXT"), "HMAC-SHA1 or HMAC-SHA256"),
        (lambda header: header.replace("HMAC-SHA1", "HMAC-SHA512"), "HMAC-SHA1 or HMAC-SHA256"),
        (lambda header: header.replace('"1.0"', '"2.0"'), "oauth_version"),
        (lambda header: re.sub('nonce="[^"]*"', f'nonce="{"n" * 256}"', header), "oauth_nonce"),
        (lambda header: re.sub('timestamp="[^"]*"', 'timestamp="soon"', header), "oauth_timestamp"),
        (lambda header: re.sub('signature="[^"]*"', 'signature="x"', header), "not that of this request"),
        (lambda header: "OAuth", "cannot be read"),
        (lambda header: "OAuth nothing", "cannot be read"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_mend(key, enter, change, words):
    connection, secret = key
    signed = sign(URL, connection.client_id, secret, NOW)
    with pytest.raises(BadSignature, match=words):
        enter(signed._replace(authorization=change(signed.authorization)))


def test_parameters_in_two_places_are_refused(key, enter):
    connection, secret = key
    signed = sign(URL, connection.client_id, secret, NOW, way="query")
    header = sign(URL, connection.client_id, secret, NOW).authorization
    with pytest.raises(BadSignature, match="in the header or all in the query"):
        enter(signed._replace(authorization=header))


def test_which_requests_are_signed():
    assert is_signed("OAuth x", b"") and is_signed("oauth x", b"")
    assert is_signed(None, b"limit=1&oauth_signature=x")
    assert not is_signed(None, b"limit=1") and not is_signed("Bearer x", b"oauth_signature=x")
