"""`homeroom follow PERSON`: the platform's time line, with the provider's half where its database is at hand."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from homeroom import main
from shared.oneroster.versions import Version
from tests.provider.eligibility import districts

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
Follow = Any


@pytest.fixture
def follow(provider_settings: Any, provider_app: Any, consumer_app: Any, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """follow(*arguments): a district with Ada, who is on the platform, Ben Ash, who is not, and a platform's own Zoe."""
    client_id, ada = _provide(provider_app)
    _receive(consumer_app, client_id, ada)
    monkeypatch.setenv("HOMEROOM_KEY", provider_settings.key)
    consumer = consumer_app.extensions["homeroom"]["settings"]
    for name, url in (("PROVIDER", provider_settings.provider_database), ("CONSUMER", consumer.consumer_database)):
        if url:
            monkeypatch.setenv(f"HOMEROOM_{name}_DATABASE", url)
    return lambda *words: CliRunner().invoke(main, ["follow", "--data", str(provider_settings.data), *words])


def _provide(app: Any) -> tuple[str, str]:
    """A refreshed district; the client id of its platform and Ada's sourcedId."""
    from provider.access.connections import Options, add_connection
    from provider.access.models import RequestLog
    from provider.database import db
    from provider.eligibility import rows
    from provider.refreshing import DistrictRefresh
    from tests.provider.eligibility.stored import store

    district = districts.SmallDistrict()
    district.student(student_number="S-100")
    district.person("Ben Ash", student_number="S-200")
    with app.app_context():
        session = db.session()
        store(session, district)
        lms, _ = add_connection(session, app.extensions["homeroom"]["sealer"], "lms", Version.V1P2, Options(), NOW)
        client_id, lms_id = lms.client_id, lms.id
        session.commit()
        DistrictRefresh(app, lambda: NOW).full(today=districts.TODAY)
        common = {"method": "GET", "milliseconds": 1.0, "bytes": 1, "status": 200, "at": NOW}
        session.add(RequestLog(connection_id=lms_id, operation="getAllUsers", offset=0, count=1, total=1, **common))
        session.add(RequestLog(connection_id=lms_id, operation="getAllOrgs", offset=0, count=1, total=1, **common))
        session.commit()
    return client_id, district.get(rows.Person, 1).guid


def _receive(app: Any, client_id: str, ada: str) -> None:
    from consumer.connections import Connection
    from consumer.database import db
    from consumer.platform.models import Account, AccountSisId

    with app.app_context():
        session = db.session()
        connection = Connection(name="district", base_url="https://sis.example/campus/oneroster/demo", version="1.2",
                                client_id=client_id, client_secret_sealed="x", token_url="https://sis.example/token")  # fmt: skip
        people = [
            Account(
                username=name,
                username_key=name,
                given_name=given,
                family_name="Lake",
                role="student",
                family_key="lake",
                given_key=given.lower(),
            )
            for name, given in (("user1", "Ada"), ("zoe", "Zoe"))
        ]
        session.add_all([connection, *people])
        session.flush()
        session.add(AccountSisId(account_id=people[0].id, connection_id=connection.id, sis_id=ada))
        session.commit()


def test_both_halves_are_told_where_both_databases_are_at_hand(follow: Follow) -> None:
    told = json.loads(follow("user1", "--json").stdout)
    assert told["platform"]["name"] == "Ada Lake"
    (half,) = told["provider"]
    assert (half["connection"], half["row"]["student number"]) == ("lms", "S-100")
    assert [verdict["status"] for verdict in half["explanation"]["verdicts"] if verdict["status"]] == ["active"]
    assert [(one["collection"], one["until"], one["modified"]) for one in half["published"]] == [
        ("users", None, "2026-01-10T12:00:00+00:00")
    ]
    assert [call["operation"] for call in half["calls"]] == ["getAllUsers"]


def test_the_time_line_is_printed_for_people(follow: Follow) -> None:
    printed = follow("Ada")
    assert printed.exit_code == 0, printed.output
    for words in ("Ada Lake: ", "published as student ", "revision 1", "getAllUsers", "Account 1 user1, student"):
        assert words in printed.stdout, words


def _grade(provider: Any, consumer: Any) -> None:
    """A teacher's press sent Ada's score of the essay; a second one, of the quiz, the SIS refused."""
    from consumer.connections import Connection
    from consumer.database import db as platform
    from consumer.passback.tables import LedgerItem, LedgerScore, PassbackRun, PassbackRunItem
    from consumer.platform.models import Account, Course, GradeItem, School, Section
    from provider.access.connections import find_connection
    from provider.access.models import RequestLog
    from provider.database import db
    from provider.sis import models
    from tests.provider.gradebook.rows import GradeRows

    with provider.app_context():
        session = db.session()
        lms = find_connection(session, "lms").id
        course = models.Course(calendar_id=1, number="ALG", name="Algebra")
        session.add(course)
        session.flush()
        section = models.Section(course_id=course.id, trial_id=1, number="1")
        session.add(section)
        session.commit()
        rows = GradeRows(session, NOW)
        item = rows.line_item(section.id, sourced_id="li-essay", connection_id=lms)
        rows.result(item, 1, sourced_id="r-essay", connection_id=lms)
        common = {"connection_id": lms, "milliseconds": 1.0, "bytes": 1, "at": rows.now}
        session.add(RequestLog(method="PUT", operation="putResult", objects="r-essay", status=201,
                               request_id="press-7", **common))  # fmt: skip
        session.commit()
    with consumer.app_context():
        session = platform.session()
        ada, connection = session.query(Account).filter_by(username="user1").one(), session.query(Connection).one()
        school = School(name="Lincoln High")
        session.add(school)
        session.flush()
        course = Course(title="Algebra", code="ALG", code_key="alg", school_id=school.id)
        session.add(course)
        session.flush()
        section = Section(course_id=course.id, school_id=school.id, name="Algebra 1", connection_id=connection.id)
        session.add(section)
        session.flush()
        run = PassbackRun(section_id=section.id, connection_id=connection.id, send="changes", started_by="tess",
                          queued_at=NOW, status="Completed with errors")  # fmt: skip
        session.add(run)
        session.flush()
        for title, taken in (("Essay", True), ("Quiz", False)):
            item = GradeItem(section_id=section.id, title=title, points=10.0, published=True, created_at=NOW)
            session.add(item)
            session.flush()
            known = LedgerItem(item_id=item.id, section_id=section.id, sis_id=f"li-{title.lower()}")
            session.add_all([known, PassbackRunItem(run_id=run.id, item_id=item.id, done=True)])
            session.flush()
            how = {"sis_id": "r-essay", "digest": "d", "sent_at": NOW, "sent_in": run.id, "request_id": "press-7"}
            why = {
                "code": "SIS_REFUSED",
                "detail": "The SIS refuses it",
                "said": "no such student",
                "request_id": "press-8",
            }
            session.add(
                LedgerScore(
                    ledger_item_id=known.id, account_id=ada.id, made_id=f"made-{title}", **(how if taken else why)
                )
            )
        session.commit()


def test_a_grade_is_followed_from_the_press_to_the_row(follow: Follow, provider_app: Any, consumer_app: Any) -> None:
    """C-138, P-125: both halves name the call by the same request id."""
    _grade(provider_app, consumer_app)
    told = json.loads(follow("user1", "--json").stdout)
    by_item = {one["item"]: one for one in told["grades"]}
    essay, quiz = by_item["Essay"], by_item["Quiz"]
    assert (essay["pressed_by"], essay["pressed_at"][:10], essay["result"]) == ("tess", "2026-01-10", "r-essay")
    assert (quiz["pressed_by"], quiz["taken_at"], quiz["said"]) == ("tess", None, "no such student")
    (row,) = told["provider"][0]["grades"]
    assert (row["result"], row["line_item"], row["section"]) == ("r-essay", "li-essay", "ALG-1")
    assert row["request_id"] == essay["request_id"] == "press-7"
    assert row["call"].startswith("PUT /ims/oneroster/gradebook/v1p2/results/r-essay")


def test_the_way_of_a_grade_is_printed_for_people(follow: Follow, provider_app: Any, consumer_app: Any) -> None:
    _grade(provider_app, consumer_app)
    printed = follow("user1").stdout
    for words in ("Essay, Algebra 1, to district", "pressed by tess 2026-01-10 12:00:00Z, press 1",
                  "as result r-essay of line item li-essay, request press-7", "refused, SIS_REFUSED",
                  "the SIS says: no such student", "Grades from lms:", "request press-7, PUT "):  # fmt: skip
        assert words in printed, words


def test_several_people_are_listed_and_none_is_chosen(follow: Follow) -> None:
    asked = follow("Lake")
    assert asked.exit_code == 2
    assert "Ada Lake (user1)" in asked.stderr and "Zoe Lake (zoe)" in asked.stderr


def test_somebody_whom_the_platform_never_got_is_explained_by_the_provider(follow: Follow) -> None:
    printed = follow("Ben Ash")
    assert printed.exit_code == 0, printed.output
    assert "The platform knows no person 'Ben Ash'" in printed.stdout
    assert "not published as student, as this is not so: P-13" in printed.stdout
    assert ": not so: P-13" in printed.stdout and "change it at: " in printed.stdout


def test_somebody_whom_nobody_knows_is_said_to_be_unknown(follow: Follow) -> None:
    unknown = follow("Nobody At All")
    assert (unknown.exit_code, unknown.stderr) == (1, "Error: There is no person 'Nobody At All' here\n")


def test_without_the_provider_the_platform_tells_its_half(follow: Follow) -> None:
    told = json.loads(follow("user1", "--district", "elsewhere", "--json").stdout)
    assert told["provider"] == [] and told["platform"]["account"]["username"] == "user1"
