"""`homeroom consumer setting`: read and change the organisation's switches."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy.orm import Session

from consumer.context import ConsumerContext
from consumer.database import db
from consumer.platform.settings import BadSetting, change_setting, read_settings
from shared.switches import as_text


@click.command("setting")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def setting_command(context: ConsumerContext, name: str | None, value: str | None, as_json: bool) -> None:
    """Show every switch, show switch NAME, or set it to VALUE.

    \b
    homeroom consumer setting
    homeroom consumer setting time_zone America/Chicago
    homeroom consumer setting release_1_2 true
    """
    with context.app.app_context():
        session = db.session()
        if name is not None and value is not None:
            _set(session, name, value)
        values = asdict(read_settings(session))
    if name is not None and name not in values:
        raise click.BadParameter(f"There is no setting {name!r}; there are: {', '.join(sorted(values))}")
    shown = values if name is None else {name: values[name]}
    if as_json:
        click.echo(json.dumps(shown))
        return
    for key, one in shown.items():
        click.echo(f"{key} = {as_text(one)}")


def _set(session: Session, name: str, value: str) -> None:
    try:
        change_setting(session, datetime.now(UTC), None, name, value)
    except BadSetting as bad:
        raise click.BadParameter(str(bad)) from bad
    session.commit()
