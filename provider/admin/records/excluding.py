"""Before an External LMS Exclude is saved: what it would hide, on a page of its own."""

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from provider.sis.editing.values import Texts


def ask_first(session: Session, row: Any, texts: Texts, back: str) -> ResponseReturnValue | None:
    """The page that says what an exclude would hide; None where none is set, or nothing of it can be seen."""
    return None
