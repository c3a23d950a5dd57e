"""`homeroom provider log`: what platforms have asked for, and what they were answered (P-114)."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from provider.context import ProviderContext

if TYPE_CHECKING:
    from provider.access.log_reading import Call


@click.command("log")
@click.option("--connection", "name", help="The calls of one connection only.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Calls since then (UTC).")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="The newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def log_command(context: ProviderContext, name: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
    """List the calls of platforms, the newest first: when, which operation, filter and page, and what came of it.

    Whoever could not be let in has no connection. Of a filter only such values are there as are no person's.
    """
    lines = _read(context, name, since, limit)
    if as_json:
        click.echo(json.dumps(lines, indent=1))
        return
    for line in lines:
        click.echo(_text(line))
    if not lines:
        click.echo("No calls are logged.")


def _text(line: dict[str, Any]) -> str:
    """One call as a line for people."""
    asked = [f"filter {line['filter']}" if line["filter"] else "", f"sort {line['sort']}" if line["sort"] else ""]
    page = f"{line['count']} of {line['total']} from {line['offset']}" if line["offset"] is not None else ""
    words = [
        line["at"], line["connection"] or "(nobody)", str(line["status"]), line["method"], line["operation"],
        line["objects"] or "", *asked, page, f"{line['ms']} ms",
    ]  # fmt: skip
    return "  ".join(word for word in words if word)


def _read(context: ProviderContext, name: str | None, since: datetime | None, limit: int) -> list[dict[str, Any]]:
    from provider.access.connections import BadConnection, find_connection, list_connections
    from provider.access.log_reading import Wanted, find_calls
    from provider.database import db

    with context.app.app_context():
        session = db.session()
        try:
            connection_id = None if name is None else find_connection(session, name).id
        except BadConnection as error:
            raise click.ClickException(str(error)) from error
        wanted = Wanted(connection_id, since=since.replace(tzinfo=UTC) if since else None)
        names = {connection.id: connection.name for connection in list_connections(session)}
        return [_line(call, names) for call in find_calls(session, wanted, limit)]


def _line(call: "Call", names: dict[int, str]) -> dict[str, Any]:
    return {
        "at": f"{call.at:%Y-%m-%dT%H:%M:%S}Z", "connection": names.get(call.connection_id or 0), "method": call.method,
        "operation": call.operation, "objects": call.objects, "filter": call.filter, "sort": call.sort,
        "limit": call.limit, "offset": call.offset, "count": call.records, "total": call.total,
        "status": call.status, "ms": call.milliseconds, "bytes": call.bytes, "request_id": call.request_id,
    }  # fmt: skip
