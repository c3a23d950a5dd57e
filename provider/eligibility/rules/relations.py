"""Which relationships make a guardian and which make a relative (P-42 … P-47, P-50, P-104)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider.eligibility.dates import begun, not_past, text
from provider.eligibility.rows import Relationship
from provider.eligibility.rule import Rule, Rules, Where

if TYPE_CHECKING:
    from provider.eligibility.context import Context

MARKS = Where("Census: Relationships, Guardian and Portal", "relationship.guardian, relationship.portal")


def _marks_text(row: Relationship, context: Context) -> str:
    return f"to person {row.student_id}: Guardian {row.guardian}, Portal {row.portal}"


def _student_text(row: Relationship, context: Context) -> str:
    return f"student {row.student_id}: {context.decision_text(context.role(row.student_id, 's'))}"


_COMMON: tuple[Rule[Relationship], ...] = (
    Rule("P-45", "The relationship is active today.",
         lambda row, context: begun(row.start_date, context.facts.today)
         and not_past(row.end_date, context.facts.today),
         lambda row, context: f"{text(row.start_date, row.end_date)}, today {context.facts.today}",
         Where("Census: Relationships, dates", "relationship.start_date, relationship.end_date")),
    Rule("P-46", "The student is available to this connection, in any status.",
         lambda row, context: context.published(context.role(row.student_id, "s")), _student_text,
         Where("Student", "enrollment"), rests=True),
)  # fmt: skip


def _shared(kind: str) -> Rule[Relationship]:
    return Rule("P-104", f"The connection's data to share includes {kind}.",
                lambda row, context: kind in context.edition.share,
                lambda row, context: f"shared: {', '.join(sorted(context.edition.share)) or 'nothing'}",
                Where("Connection: data to share", "connection.share"))  # fmt: skip


def _gate_open(kind: str, context: Context) -> bool:
    """P-50, off by default: the kind is given only to connections with Grade Book."""
    required: bool = getattr(context.facts.switches, f"{kind}_require_gradebook")
    return context.edition.gradebook or not required


def _gate_text(kind: str, context: Context) -> str:
    setting = f"{kind}_require_gradebook"
    return f"{setting} {getattr(context.facts.switches, setting)}, Grade Book {context.edition.gradebook}"


def _gate(kind: str) -> Rule[Relationship]:
    return Rule("P-50", f"Grade Book is enabled for the connection, when {kind} require it.",
                lambda row, context: _gate_open(kind, context), lambda row, context: _gate_text(kind, context),
                Where("District settings", f"setting.{kind}_require_gradebook"))  # fmt: skip


GUARDIAN: Rules[Relationship] = Rules("relationship as guardian", (
    Rule("P-42", "The relationship is marked Guardian.", lambda row, context: row.guardian, _marks_text, MARKS),
    Rule("P-44", "The relationship is marked Portal.", lambda row, context: row.portal, _marks_text,
         Where("Census: Relationships, Portal", "relationship.portal")),
    *_COMMON, _shared("guardians"), _gate("guardians"),
))  # fmt: skip

RELATIVE: Rules[Relationship] = Rules("relationship as relative", (
    Rule("P-43", "The relationship is marked Portal and not Guardian.",
         lambda row, context: row.portal and not row.guardian, _marks_text, MARKS),
    *_COMMON, _shared("relatives"), _gate("relatives"),
))  # fmt: skip
