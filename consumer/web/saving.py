"""How a form of a connection is saved, as `shared.web.saving` saves forms."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.connections import Connection
from consumer.platform.audit import audit
from consumer.sync.mapping import BadChoice
from consumer.web.tabs import the_page
from shared.web.forms import Form
from shared.web.saving import Show, Stored, save_form

StoredOf = Callable[[Session, Connection], Stored]
#: Stores what was chosen in one field, and says of what, for the audit trail. Raises BadChoice.
Store = Callable[[Session, Connection, str, str], str]
#: Stores a whole form in place of what is stored; what is wrong with it, by field, otherwise.
Save = Callable[[Session, Connection, Form, Stored], Mapping[str, list[str]]]

def save_whole(stored_of: StoredOf, save: Save, show: Show, back: str) -> ResponseReturnValue:
    """Answer the POST of a form of the connection, as `save_form` does."""
    connection_id = the_page().connection.id

    def its(session: Session) -> Connection:
        return session.get_one(Connection, connection_id)

    return save_form(
        lambda session: stored_of(session, its(session)),
        lambda session, form, stored: save(session, its(session), form, stored),
        show, back,
    )  # fmt: skip


def save_fields(action: str, stored_of: StoredOf, store: Store, show: Show, back: str) -> ResponseReturnValue:
    """Answer the POST of a form whose fields are stored one by one: those that changed, each with an entry in the audit
    trail under `action`.
    """

    def save(session: Session, connection: Connection, form: Form, stored: Stored) -> Mapping[str, list[str]]:
        errors: dict[str, list[str]] = {}
        account = the_page().account
        for name, before in stored.items():
            after = form.value(name)
            if after == before:
                continue
            try:
                subject = store(session, connection, name, after)
            except BadChoice as error:
                errors[name] = [str(error)]
            else:
                what = f"{connection.name}: {subject}"
                audit(session, datetime.now(UTC), account, action, what, {"value": before}, {"value": after})
        return errors

    return save_whole(stored_of, save, show, back)
