"""${message[0].upper()}${message[1:]}."""
<%
    from flask import current_app
    binds = ["", *(current_app.config.get("SQLALCHEMY_BINDS") or {})]
%>
import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision).replace("'", '"')}


def upgrade(bind: str) -> None:
    """Upgrade one database: the main one is called ""."""
    globals()[f"upgrade_{bind}"]()
% for bind in binds:


def upgrade_${bind}() -> None:
    ${context.get(bind + "_upgrades") or "pass"}
% endfor
