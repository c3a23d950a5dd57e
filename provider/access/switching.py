"""Setting the district's switches, each change with an entry in the audit trail. The caller commits."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from provider.access.audit import audit
from provider.sis.settings import read_settings, write_setting
from shared.switches import Value


def change_setting(session: Session, now: datetime, by: tuple[int, str] | None, name: str, text: str) -> Value:
    """Set one, with an entry in the audit trail when that changes it; its value.

    now   aware UTC
    by    id and username of the person; None for a command

    Raises BadSetting.
    """
    before = asdict(read_settings(session))
    after = write_setting(session, name, text)
    if before[name] != after:
        audit(session, now, by, "change setting", name, {name: before[name]}, {name: after})
    return after
