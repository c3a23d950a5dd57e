"""Before an External LMS Exclude is saved: what it would hide, on a page of its own. What was typed waits there."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.admin.records.address import record_address
from provider.admin.records.blueprint import now_and_today
from provider.admin.records.facts import title_of
from provider.admin.records.hiding import look
from provider.publishing.hypotheses import Mark
from provider.sis.editing.editing import NotEdited, change
from provider.sis.editing.keys import key_of
from provider.sis.editing.tables import EXCLUDE
from provider.sis.editing.values import Texts
from shared.database import will_write

#: Fields of the page itself.
_OWN = frozenset({"csrf_token", "job", "confirmed", "edit"})


def ask_first(session: Session, row: Any, texts: Texts) -> ResponseReturnValue | None:
    """The page that says what an exclude would hide; None where none is set, or what was typed is wrong anyway."""
    if not texts.get(EXCLUDE) or getattr(row, EXCLUDE, True) or not _can_be(session, row, texts):
        return None
    table, key, (_, today) = row.__tablename__, key_of(row), now_and_today()
    title = title_of(session, row, today)
    looked = look(session, Mark(table, frozenset({key[0]}), EXCLUDE, True), request.form.get("job", ""))
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN]
    return render_template(
        "records/exclude.html", action=record_address(table, key), typed=typed, looked=looked,
        words=f"Exclude {title[:1].lower()}{title[1:]}",
    )  # fmt: skip


def _can_be(session: Session, row: Any, texts: Texts) -> bool:
    """Whether what was typed can be stored; it is not."""
    session.rollback()
    will_write(session)
    now, _ = now_and_today()
    try:
        change(session, row, texts, now)
    except NotEdited:
        return False
    finally:
        session.rollback()
    return True
