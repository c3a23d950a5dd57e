"""What mapping a record can come to: something mapped, `Skipped` with a code of C-114, or `Gone`.

Owns the codes of records and runs: each with plain words, what to do, and where (C-112). What a failed call asks for
is said where calls are made (`consumer.client.errors`), and taken over from there.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from consumer.client import errors
from consumer.client.page import WebPage


class Advice(NamedTuple):
    """A code's plain words, what to do about it, and where: "SIS", "platform" or "mapping"."""

    words: str
    remedy: str
    where: str


class Code(Enum):
    """Why a record or a run did not go through (C-114). The name is the code, the value its advice."""

    USERNAME_SPACE = Advice("The username has a blank inside", "Remove the blank from the username", "SIS")
    NO_LOGIN_NAME = Advice("There is neither a username nor an email address", "Give the person one of both", "SIS")
    DUPLICATE_USERNAME = Advice(
        "The username already belongs to somebody else here", "Change one of the two usernames", "SIS or platform"
    )
    DUPLICATE_EMAIL = Advice(
        "The email address already belongs to somebody else here", "Change one of the two addresses", "SIS or platform"
    )
    DUPLICATE_CODE = Advice(
        "The course code already belongs to a course made here by hand", "Change that course's code", "platform"
    )
    SCHOOL_UNMAPPED = Advice("The school is not mapped", "Map the school, if it is to be synced", "mapping")
    SCHOOL_NOT_TICKED = Advice(
        "The school is not ticked for this kind of data", "Tick the school, if it is to be synced", "mapping"
    )
    TERM_UNMAPPED = Advice(
        "None of the section's terms is mapped", "Map one of its terms to a grading period", "mapping"
    )
    ROLE_NOT_SYNCED = Advice(
        "The role is set to Do Not Sync, or is a custom role", "Map the role for this school, if wanted", "mapping"
    )
    NOT_CREATED_DELETED = Advice(
        "The SIS has ended this person, so no account was made",
        "Nothing, unless the person still belongs there: then the SIS has to make them active again", "SIS",
    )  # fmt: skip
    USER_NOT_FOUND = Advice("The person is not known here", "See why the person was skipped", "SIS or mapping")
    COURSE_NOT_FOUND = Advice(
        "The section's course is not known here", "Sync courses; see why the course was skipped", "SIS or mapping"
    )
    CLASS_NOT_FOUND = Advice("The section is not known here", "See why the section was skipped", "SIS or mapping")
    OUTSIDE_TERM = Advice(
        "The enrollment begins after the last grading period of its section", "Check the begin date", "SIS"
    )
    YEAR_NOT_AVAILABLE = Advice(
        "The SIS offers nothing for the active year", "Choose another active year, or activate it in the SIS",
        "SIS or mapping",
    )  # fmt: skip
    ADDRESS_REFUSED = Advice("The address may not be called", errors.AddressRefused.advice, "mapping")
    UNREACHABLE = Advice("The SIS cannot be reached", errors.Unreachable.advice, "SIS or mapping")
    AUTH_FAILED = Advice("The SIS did not accept the credentials", errors.AuthFailed.advice, "SIS or mapping")
    RATE_LIMITED = Advice("The SIS asked to slow down too often", errors.RateLimited.advice, "SIS or mapping")
    SERVER_FAULT = Advice("The SIS answers that it has failed", errors.ServerFault.advice, "SIS")
    BAD_ANSWER = Advice("The SIS answers with something else than OneRoster", errors.BadAnswer.advice, "SIS or mapping")
    WEB_PAGE = Advice("The SIS answers with a web page", WebPage.advice, "SIS or mapping")
    ANSWER_TOO_LONG = Advice("An answer of the SIS is too long", errors.TooLong.advice, "SIS or mapping")
    REDIRECTED = Advice("The SIS sends the request elsewhere", errors.Redirected.advice, "SIS or mapping")
    PARTIAL_READ = Advice("Not everything could be read", errors.PartialRead.advice, "SIS")
    EMPTY_READ = Advice(
        "The SIS sent nothing at all", "Ask the district whether its school year is active and what it shares", "SIS"
    )
    REPEATED_RECORDS = Advice(
        "The SIS sent records twice", "Sync again; if it goes on, show this message to the district", "SIS"
    )
    DELTA_READ = Advice(
        "Only what changed was read",
        "Nothing; everything is read once a week, and by `homeroom consumer sync --whole`", "platform",
    )  # fmt: skip
    DELTA_REFUSED = Advice(
        "The SIS cannot tell what changed",
        "Switch the reading of changes off in the Configuration tab, or ask the SIS vendor for the filter on "
        "dateLastModified", "SIS or platform",
    )  # fmt: skip
    BAD_DATA = Advice("The record cannot be read", "Correct the record", "SIS")
    NOT_APPLIED = Advice("The change could not be made here", "Sync again; if it repeats, ask the operator", "platform")
    FAILED = Advice("The run ended by an error of this program", "Give the operator the number of the run", "platform")
    MISSED = Advice(
        "A scheduled sync did not take place", "See that a worker runs; sync by hand if it cannot wait", "platform"
    )
    SAFETY_STOP = Advice(
        "More would be removed than the safety limits allow", "Check the SIS, then approve the run", "platform"
    )
    LICENSE_REQUIRED = Advice(
        "The SIS refuses for want of a licence",
        "Ask the district: its SIS needs a licence to take grades from this platform", "SIS",
    )  # fmt: skip


def advice_of(code: str | None) -> Advice:
    """The advice of a stored code; that of nothing at all for one that is not known (any more)."""
    known = Code.__members__.get(code or "")
    return known.value if known else Advice("", "", "")


@dataclass(frozen=True, slots=True)
class Skipped:
    """The record is not taken over. `detail` says which value decided it; never a secret."""

    code: Code
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The record is to be deleted, or no longer sent: nothing is made from it, and nobody need be told (C-58)."""


GONE = Gone()
