"""Who is a member and who an admin of a section, and who is removed from it (C-67 … C-75)."""

from datetime import date, timedelta

from sqlalchemy import delete, select

from consumer.platform.models import Account, Enrollment
from tests.consumer.sync.platform import TODAY, Platform, changed, line, numbers
from tests.faults.district import enrollment, user


def enroll_by_hand(platform: Platform, username: str, class_id: str, role: str) -> None:
    account = platform.session.scalars(select(Account).where(Account.username == username)).one()
    section_id = platform.section(class_id).id
    platform.session.add(Enrollment(section_id=section_id, account_id=account.id, role=role))
    platform.session.commit()


def account_by_hand(platform: Platform, username: str, role: str = "student") -> None:
    platform.session.add(
        Account(username=username, username_key=username, given_name="Hand", family_name="Made", role=role)
    )
    platform.session.commit()


def test_a_student_missing_from_a_complete_answer_is_removed(platform_11: Platform) -> None:
    """C-68"""
    platform_11.sync()
    platform_11.provider.remove("enrollments", "E2")
    assert numbers(platform_11.sync(), "enrollment") == (0, 0, 10, 1, 0)
    assert "ben.u2" not in platform_11.roster("K1")


def test_a_student_whose_enrollment_is_to_be_deleted_is_removed(platform_11: Platform) -> None:
    """C-68"""
    platform_11.sync()
    platform_11.provider.find("enrollments", "E2")["status"] = "tobedeleted"
    platform_11.sync()
    assert "ben.u2" not in platform_11.roster("K1")


def test_a_student_stays_on_the_last_day_and_is_removed_on_the_day_after(platform_11: Platform) -> None:
    """C-68: end date before today, although the SIS sends not one changed byte."""
    platform_11.provider.find("enrollments", "E2")["endDate"] = TODAY.isoformat()
    platform_11.sync(today=TODAY)
    assert "ben.u2" in platform_11.roster("K1")
    platform_11.sync(today=TODAY + timedelta(days=1))
    assert "ben.u2" not in platform_11.roster("K1")


def test_a_read_that_breaks_off_removes_nobody(platform_11: Platform) -> None:
    """C-84, C-85: the users are synced all the same."""
    platform_11.sync()
    platform_11.provider.remove("enrollments", "E2")
    platform_11.provider.find("users", "U3")["givenName"] = "Cleopatra"
    platform_11.provider.on("enrollments", offset=4, status=500, times=None)
    report = platform_11.sync()
    assert report.status == "Completed with errors"
    assert "PARTIAL_READ" in [notice.code for notice in report.notices]
    assert "ben.u2" in platform_11.roster("K1")
    assert platform_11.account("U3").given_name == "Cleopatra"
    platform_11.provider.faults.clear()
    platform_11.sync()
    assert "ben.u2" not in platform_11.roster("K1")


def test_an_empty_answer_removes_nobody(platform_11: Platform) -> None:
    """C-85"""
    platform_11.sync()
    platform_11.provider.records["enrollments"].clear()
    assert platform_11.sync().status == "Completed with errors"
    assert len(platform_11.roster("K1")) == 5


def test_a_student_added_by_hand_to_a_synced_section_is_removed(platform_11: Platform) -> None:
    """C-69: by the next sync, although nothing changed in the SIS."""
    platform_11.sync()
    account_by_hand(platform_11, "guest")
    enroll_by_hand(platform_11, "guest", "K2", "member")
    assert platform_11.roster("K2")["guest"] == "member by hand"
    assert line(platform_11.sync(), "enrollment").removed == 1
    assert "guest" not in platform_11.roster("K2")


def test_a_course_admin_added_by_hand_stays(platform_11: Platform) -> None:
    """C-71"""
    platform_11.sync()
    account_by_hand(platform_11, "helper", "teacher")
    enroll_by_hand(platform_11, "helper", "K2", "admin")
    platform_11.sync()
    assert platform_11.roster("K2")["helper"] == "admin by hand"


def test_a_course_admin_added_by_the_sync_goes_with_the_sis(platform_11: Platform) -> None:
    """C-72"""
    platform_11.sync()
    platform_11.provider.remove("enrollments", "ET2")
    platform_11.sync()
    assert "tess.t-1" not in platform_11.roster("K2")


def test_a_course_admin_whom_somebody_enrolled_by_hand_since_stays(platform_11: Platform) -> None:
    """C-72"""
    platform_11.sync()
    tess = platform_11.account("T-1")
    here = platform_11.session.scalars(
        select(Enrollment).where(
            Enrollment.account_id == tess.id, Enrollment.section_id == platform_11.section("K2").id
        )
    ).one()
    here.origin = "manual"
    platform_11.session.commit()
    platform_11.provider.remove("enrollments", "ET2")
    platform_11.sync()
    assert platform_11.roster("K2")["tess.t-1"] == "admin by hand"


def test_a_student_removed_by_hand_comes_back(platform_11: Platform) -> None:
    """C-53: the SIS decides who is in a section."""
    platform_11.sync()
    ben = platform_11.account("U2")
    for row in platform_11.session.scalars(select(Enrollment).where(Enrollment.account_id == ben.id)):
        platform_11.session.delete(row)
    platform_11.session.commit()
    assert line(platform_11.sync(), "enrollment").created == 2
    assert "ben.u2" in platform_11.roster("K1")


def test_a_section_that_is_gone_is_frozen_and_keeps_everybody(platform_11: Platform) -> None:
    """C-67"""
    platform_11.sync()
    platform_11.provider.remove("classes", "K2")
    for sis_id in ("E5", "E6", "ET2"):
        platform_11.provider.remove("enrollments", sis_id)
    report = platform_11.sync()
    assert platform_11.section("K2").frozen
    assert line(report, "enrollment").removed == 0
    assert len(platform_11.roster("K2")) == 3


def test_a_frozen_section_thaws_when_its_class_is_back(platform_11: Platform) -> None:
    platform_11.sync()
    before = platform_11.rows()
    gone = platform_11.provider.find("classes", "K2")
    platform_11.provider.remove("classes", "K2")
    platform_11.sync()
    platform_11.provider.records["classes"].append(gone)
    platform_11.sync()
    assert platform_11.rows() == before


def test_an_enrollment_of_somebody_who_is_skipped_is_skipped_for_the_same_reason(platform_11: Platform) -> None:
    """C-73"""
    platform_11.provider.find("users", "U1")["username"] = "ada lovelace"
    platform_11.sync()
    assert platform_11.skips() == dict.fromkeys(("U1", "E1", "E5"), "USERNAME_SPACE")


def test_who_is_skipped_later_is_not_removed_for_it(platform_11: Platform) -> None:
    """C-30, C-54"""
    platform_11.sync()
    platform_11.provider.find("users", "U1")["username"] = "ada lovelace"
    report = platform_11.sync()
    assert line(report, "enrollment").removed == 0
    assert "ada.u1" in platform_11.roster("K1")
    platform_11.provider.find("users", "U1")["username"] = "ada"
    platform_11.sync()
    assert platform_11.skips() == {}
    assert platform_11.roster("K1")["ada"] == "member"


def test_an_enrollment_of_an_unknown_user_is_counted_and_taken_over_once_the_user_comes(platform_11: Platform) -> None:
    provider = platform_11.provider
    provider.records["enrollments"].append(enrollment("E99", "U99", "K1", "S1"))
    platform_11.sync()
    assert platform_11.skips() == {"E99": "USER_NOT_FOUND"}
    provider.records["users"].append(user(provider.version, "U99", "Zoe", "student", "S1"))
    platform_11.sync(kind="users")
    platform_11.sync(kind="sections")
    assert platform_11.skips() == {}
    assert platform_11.roster("K1")["zoe.u99"] == "member"


def test_of_several_enrollments_of_one_person_the_one_that_is_current_wins(platform_11: Platform) -> None:
    """C-75, also when only the date on the wall makes it current."""
    first = platform_11.provider.find("enrollments", "E1")
    first["endDate"] = "2026-10-01"
    second = enrollment("E90", "U1", "K1", "S1")
    second["beginDate"] = "2026-10-02"
    platform_11.provider.records["enrollments"].append(second)

    def sis_id() -> str | None:
        return platform_11.session.scalar(
            select(Enrollment.sis_id).where(
                Enrollment.section_id == platform_11.section("K1").id,
                Enrollment.account_id == platform_11.account("U1").id,
            )
        )

    platform_11.sync(today=date(2026, 9, 15))
    assert sis_id() == "E1"
    platform_11.sync(today=date(2026, 10, 2))
    assert sis_id() == "E90"


def test_an_enrollment_that_moves_to_another_section_leaves_the_first(platform_11: Platform) -> None:
    platform_11.sync()
    platform_11.provider.find("enrollments", "E4")["class"] = {"sourcedId": "K2"}
    platform_11.sync()
    assert "dan.u4" not in platform_11.roster("K1")
    assert platform_11.roster("K2")["dan.u4"] == "member"


def test_a_broken_record_is_counted_and_removes_nobody(platform_11: Platform) -> None:
    platform_11.sync()
    del platform_11.provider.find("enrollments", "E1")["class"]
    report = platform_11.sync()
    assert report.status == "Completed with warnings"
    assert platform_11.roster("K1")["ada.u1"] == "member"


def test_a_hand_made_change_through_a_bulk_statement_is_seen_by_a_sync_after_new_choices(
    platform_11: Platform,
) -> None:
    """Everything is planned anew from staging when the choices change."""
    platform_11.sync()
    before = platform_11.rows()
    platform_11.session.execute(delete(Enrollment).where(Enrollment.sis_id == "E1"))
    platform_11.session.commit()
    assert changed(platform_11.sync()) == 0
    from consumer.sync.mapping import set_option

    set_option(platform_11.session, platform_11.connection, "section_floor", "6")
    platform_11.session.commit()
    platform_11.sync()
    assert platform_11.rows() == before
