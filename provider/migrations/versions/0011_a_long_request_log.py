"""Indexes by which a long request log is read: by operation, and what was refused or failed (P-114)."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_BY_OPERATION = (("operation", "at"), ("operation", "connection_id", "at"))
_OF_TROUBLE = (("status", "at"), ("status", "connection_id", "at"))


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()


def upgrade_() -> None:
    """Nothing changes there."""


def upgrade_traffic() -> None:
    for columns in _BY_OPERATION:
        op.create_index(op.f(f"ix_request_log_{'_'.join(columns)}"), "request_log", list(columns))
    trouble = sa.text("status >= 400")
    for columns in _OF_TROUBLE:
        op.create_index(
            op.f(f"ix_request_log_{'_'.join(columns)}"), "request_log", list(columns),
            sqlite_where=trouble, postgresql_where=trouble,
        )  # fmt: skip
