"""One change of many rows: those that a list's filter finds, or those of them that are ticked.

A list page wraps its table in a form that posts to a view of its own, with `bulk.choose(…)` and `bulk.tick(…)` of
"records/bulk.html", whose view calls `answer_bulk` with the query of what its filter finds:

    @enrollments.post("/bulk")
    def bulk() -> ResponseReturnValue:
        return answer_bulk("enrollment", ids_found(session, asked), url_for("enrollments.show", **request.args))

1. The first POST leads to a page that says how many rows and which; of an exclude also what it would hide.
2. The second, with the stamp of that page, changes them: at once, or as a job where they are many.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.admin.guards import who
from provider.admin.records.address import record_address
from provider.admin.records.blueprint import now_and_today
from provider.admin.records.fields import is_flag
from provider.admin.records.hiding import look
from provider.admin.records.naming import is_named, options, words_of
from provider.bulk_job import BULK
from provider.database import db
from provider.jobs.line import ask
from provider.publishing.hypotheses import Mark
from provider.sis.editing.checks import referred
from provider.sis.editing.editing import MODELS, Wrong
from provider.sis.editing.many import change_many, differing, value_for_many
from provider.sis.editing.tables import EDITABLE, EXCLUDE
from shared.database import will_write
from shared.web.forms import stamp

#: Rows that a page changes at once, so that no writer waits for long; more are a job.
AT_ONCE = 2_000
#: Rows that the question names.
NAMED = 50

CHANGED_MEANWHILE = "The list has changed meanwhile: these are the rows that it finds now. Look at them once more."


class Chosen(NamedTuple):
    """What is to be changed: `ids` of the rows that have another value now, out of `total`."""

    table: str
    column: str
    text: str
    value: Any
    ids: Sequence[int]
    total: int

    @property
    def seen(self) -> str:
        """The stamp of what a person was shown."""
        return stamp({"table": self.table, "column": self.column, "text": self.text, "ids": list(self.ids)})


def changes_for_many(table: str) -> list[tuple[str, str]]:
    """What can be chosen on a list page: (value, words)."""
    session, editable = db.session(), EDITABLE[table]
    found = []
    for column in editable.many_at_once:
        label = editable.field_of(column).label
        if is_flag(table, column):
            found += [(f"{column}=1", f"{label}: mark"), (f"{column}=", f"{label}: take the mark away")]
        else:
            rows = options(session, referred(table, column), limit=1_000)
            found += [
                *((f"{column}={key}", f"{label}: {words}") for key, words in rows),
                (f"{column}=", f"{label}: none"),
            ]
    return found


def answer_bulk(table: str, found: Select[Any], back: str) -> ResponseReturnValue:
    """Answer the POST of a list's bulk form.

    found   a query of the ids of the rows that the list's filter finds, all pages of it
    back    the list, with its filter: where the person comes back to
    """
    session, (now, _) = db.session(), now_and_today()
    confirmed = "confirmed" in request.form
    session.rollback()
    if confirmed:
        will_write(session)
    try:
        chosen = _chosen(session, table, found, now)
    except Wrong as refused:
        return _to_list(session, back, next(iter(refused.fields.values())).capitalize(), "warn")
    if "edit" in request.form:
        return _to_list(session, back)
    if not chosen.ids:
        many = EDITABLE[table].many
        words = f"Nothing is to be changed: all {chosen.total:,} {many} are so." if chosen.total else f"No {many}."
        return _to_list(session, back, words, "warn")
    if not confirmed:
        return _ask(session, chosen)
    if request.form.get("seen") != chosen.seen:
        session.rollback()
        return _ask(session, chosen, CHANGED_MEANWHILE), 409
    return _apply(session, chosen, now, back)


def _chosen(session: Session, table: str, found: Select[Any], now: datetime) -> Chosen:
    column, sign, text = request.form.get("change", "").partition("=")
    if not sign:
        raise Wrong({"": "choose what to change"})
    value = value_for_many(session, table, column, text, now)
    ids = set(session.scalars(found))
    ticked = {int(text) for text in request.form.getlist("id") if text.isascii() and text.isdigit() and len(text) < 10}
    if request.form.get("which") != "all":
        ids &= ticked
    return Chosen(table, column, text, value, differing(session, table, ids, column, value), len(ids))


def _to_list(session: Session, back: str, words: str = "", category: str = "good") -> ResponseReturnValue:
    session.rollback()
    if words:
        flash(words, category)
    return redirect(back, 303)


def _ask(session: Session, chosen: Chosen, told: str = "") -> str:
    editable = EDITABLE[chosen.table]
    looked = None
    if (chosen.column, chosen.value) == (EXCLUDE, True):
        mark = Mark(chosen.table, frozenset(chosen.ids), EXCLUDE, True)
        looked = look(session, mark, request.form.get("job", ""))
    words = dict(changes_for_many(chosen.table))[request.form["change"]]
    own = {"csrf_token", "job", "seen", "confirmed", "edit", "again"}
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in own]
    return render_template(
        "records/many.html", editable=editable, chosen=chosen, words=words, looked=looked, typed=typed, told=told,
        rows=_names(session, chosen), action=f"{request.script_root}{request.full_path}".rstrip("?"), at_once=AT_ONCE,
    )  # fmt: skip


def _names(session: Session, chosen: Chosen) -> list[tuple[str, str]]:
    """The first of the rows: words, and the address of the form."""
    table, ids, (_, today) = chosen.table, list(chosen.ids[:NAMED]), now_and_today()
    if is_named(table):
        words = words_of(session, table, ids, today)
    else:
        owner = EDITABLE[table].owner
        model = MODELS[table]
        owners = {
            row[0]: row[1] for row in session.execute(select(model.id, getattr(model, owner)).where(model.id.in_(ids)))
        }
        called = words_of(session, referred(table, owner), owners.values(), today)
        words = {key: called.get(owned, "") for key, owned in owners.items()}
    return [(words.get(key) or str(key), record_address(table, key)) for key in ids]


def _apply(session: Session, chosen: Chosen, now: datetime, back: str) -> ResponseReturnValue:
    table, many = chosen.table, EDITABLE[chosen.table].many
    if len(chosen.ids) > AT_ONCE:
        asked = {"table": table, "ids": list(chosen.ids), "column": chosen.column, "text": chosen.text}
        job = ask(session, BULK, asked, now, who())
        session.commit()
        return redirect(url_for("jobs.one", job_id=job.id), 303)
    changed = change_many(session, table, chosen.ids, chosen.column, chosen.value)
    after = {chosen.column: chosen.value, "rows": changed.number}
    audit(session, now, who(), f"change {table} rows", f"{changed.number:,} {many}", None, after, changed.about)
    session.commit()
    flash(f"{changed.number:,} {many} changed.", "good")
    return redirect(back, 303)
