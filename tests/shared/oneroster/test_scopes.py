"""Which scopes a token gets (real-clients 1; `oneroster-1.1.md` 8.2, `oneroster-1.2.md` 6)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.oneroster.scopes import NAMES, grant, scope_url, short_name
from shared.oneroster.versions import Version

V1P1, V1P2 = Version.V1P1, Version.V1P2
URL11 = "https://purl.imsglobal.org/spec/or/v1p1/scope/"
URL12 = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
ROSTER = frozenset({"roster.readonly", "roster-core.readonly", "roster-demographics.readonly"})


@pytest.mark.parametrize("asked", [None, "", "  "])
def test_no_scope_asked_is_everything_allowed(asked):
    granted = grant(asked, ROSTER, V1P2)
    assert granted.names == ROSTER
    assert set(granted.scope.split()) == {URL12 + name for name in ROSTER}


def test_without_a_version_the_answer_names_everything_in_both():
    assert set(grant(None, ROSTER).scope.split()) == {url + name for url in (URL11, URL12) for name in ROSTER}


def test_names_of_both_versions_are_taken_mixed_and_http_for_https():
    asked = f"{URL11}roster.readonly {URL12}roster-core.readonly http{URL12[5:]}roster-demographics.readonly"
    granted = grant(asked, ROSTER)
    assert granted.names == ROSTER
    assert granted.scope.split() == asked.split(), "each spelled as it was asked for"


def test_what_is_unknown_or_not_allowed_is_left_out():
    asked = f"{URL12}roster.readonly {URL12}gradebook.readonly openid {URL12}roster.write {URL12}roster.readonly"
    assert grant(asked, ROSTER) == (frozenset({"roster.readonly"}), f"{URL12}roster.readonly")


@pytest.mark.parametrize("asked", ["openid", f"{URL12}gradebook.readonly", f"{URL12}", "roster.readonly", "https://x"])
def test_only_when_nothing_known_and_allowed_is_left_nothing_is_granted(asked):
    assert grant(asked, ROSTER) is None


def test_a_connection_that_may_do_nothing_gets_nothing():
    assert grant(None, frozenset()) is None


def test_the_wide_scope_allows_the_narrow_one_and_not_the_other_way_round():
    assert grant(f"{URL11}roster-core.readonly", frozenset({"roster.readonly"})).names == {"roster-core.readonly"}
    assert grant(f"{URL11}roster.readonly", frozenset({"roster-core.readonly"})) is None
    assert grant(f"{URL12}roster-demographics.readonly", frozenset({"roster.readonly"})) is None


def test_1p1_has_seven_scopes_and_1p2_thirteen():
    assert (len(NAMES[V1P1]), len(NAMES[V1P2])) == (7, 13)
    assert short_name(URL11 + "gradebook.createpost") is None
    assert short_name(URL12 + "gradebook.createpost") == "gradebook.createpost"
    with pytest.raises(KeyError):
        scope_url("assessment.readonly", V1P1)


@given(st.sampled_from([(v, name) for v in Version for name in NAMES[v]]))
def test_a_scope_url_reads_back_as_its_name(row):
    version, name = row
    assert short_name(scope_url(name, version)) == name


@given(
    st.lists(st.one_of(st.sampled_from([scope_url(n, v) for v in Version for n in NAMES[v]]), st.text(max_size=8))),
    st.frozensets(st.sampled_from(NAMES[V1P2])),
)
def test_every_known_and_allowed_scope_asked_for_is_in_the_answer_and_no_other(asked, allowed):
    granted = grant(" ".join(asked) or "nothing", allowed)
    wanted = {url for url in asked if short_name(url) in allowed}
    assert wanted <= set(granted.scope.split() if granted else ())
    if granted:
        assert {short_name(url) for url in granted.scope.split()} == granted.names
