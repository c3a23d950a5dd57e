"""Manual user import: a CSV file is checked first, then imported as it was checked (C-55).

Between the two the file is with the person's browser, sealed, so that no server has to keep the passwords in it.
"""

import gzip
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from consumer.database import db
from consumer.platform.audit import audit
from consumer.platform.csv_files import BadFile
from consumer.platform.import_rows import COLUMNS, NEEDED
from consumer.platform.models import ROLES, Account
from consumer.platform.user_import import ImportReport, import_users
from consumer.web.tabs import is_administrator
from consumer.web.uploads import LARGEST_UPLOAD, limit_uploads, read_upload
from shared.database import will_write
from shared.sealing import CannotUnseal, Sealer
from shared.web.forms import Form
from shared.web.sessions import guard, the_person

user_import = Blueprint("user_import", __name__, template_folder="templates", url_prefix="/people/import")
limit_uploads(user_import, 2 * LARGEST_UPLOAD)
guard(user_import, is_administrator)

FIELD = "file"
#: Passwords in one file: each takes a twentieth of a second to be hashed, while the person waits.
MOST_PASSWORDS = 500
#: Row errors that the page shows.
SHOWN = 200
_PURPOSE = "user import"


@user_import.get("/")
def show() -> ResponseReturnValue:
    """The page that takes a file."""
    return _page(Form({}))


@user_import.post("/")
def check() -> ResponseReturnValue:
    """Say what a file would do, row by row, and change nothing."""
    try:
        content = read_upload(FIELD)
        report = _last(_import(db.session(), content, dry_run=True))
    except BadFile as error:
        return _page(Form({}, {FIELD: [f"{error}."]})), 422
    return _page(Form({}), report, _carry(content) if report.passwords <= MOST_PASSWORDS else "")


@user_import.post("/apply")
def apply() -> ResponseReturnValue:
    """Import the file that was checked. Rows in which something is wrong by now are left out."""
    session = db.session()
    try:
        content = _carried(request.form.get("checked", ""))
        report = _last(_import(session, content, dry_run=False))
    except BadFile as error:
        session.rollback()
        return _page(Form({}, {FIELD: [f"{error}."]})), 422
    done = {"created": report.created, "updated": report.updated, "left out": report.failed}
    by = session.get_one(Account, the_person().id)
    audit(session, datetime.now(UTC), by, "import users", f"{report.rows:,} rows", None, done)
    session.commit()
    return _page(Form({}), report)


def _page(form: Form, report: ImportReport | None = None, checked: str = "") -> str:
    return render_template(
        "people/import.html", form=form, report=report, checked=checked, shown=SHOWN, most_passwords=MOST_PASSWORDS,
        columns=COLUMNS, needed=NEEDED, roles=ROLES, megabytes=LARGEST_UPLOAD // 1_000_000,
    )  # fmt: skip


def _import(session: Session, content: bytes, dry_run: bool) -> Iterator[ImportReport]:
    """Import, a transaction for each batch of rows."""

    def begin() -> None:
        session.commit()
        will_write(session)

    for report in import_users(session, _sealer(), BytesIO(content), begin, dry_run):
        session.commit()
        yield report


def _last(reports: Iterator[ImportReport]) -> ImportReport:
    """The report after the last batch; there is always one."""
    *_, last = reports
    return last


def _carry(content: bytes) -> str:
    """The file for the form that imports it: readable here alone, and of use to this person alone."""
    return _sealer().seal(f"{_PURPOSE}:{the_person().id}:{b64encode(gzip.compress(content)).decode()}")


def _carried(sealed: str) -> bytes:
    """Raises BadFile."""
    refused = BadFile("This file cannot be imported any more: check it again")
    try:
        purpose, owner, content = _sealer().unseal(sealed).split(":", 2)
    except (CannotUnseal, ValueError) as error:
        raise refused from error
    if (purpose, owner) != (_PURPOSE, str(the_person().id)):
        raise refused
    return gzip.decompress(b64decode(content))


def _sealer() -> Sealer:
    sealer: Sealer = current_app.extensions["homeroom"]["sealer"]
    return sealer
