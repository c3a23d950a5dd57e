"""Records as a connection gets them: the first of a collection, or one by its sourcedId."""

from datetime import UTC, datetime
from urllib.parse import quote

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from provider.admin.applications.blueprint import applications, the_connection, the_place
from provider.admin.applications.seen import next_refresh
from provider.admin.documentation.contract import services
from provider.admin.documentation.inside import read_as
from provider.admin.documentation.references import linked
from provider.database import db
from provider.gradebook.facts import time_zone
from shared.oneroster.versions import Version

#: The collection that the page begins with.
_FIRST = "users"


@applications.get("/<int:connection_id>/records")
def samples(connection_id: int) -> ResponseReturnValue:
    """A record of a collection."""
    session = db.session()
    connection = the_connection(session, connection_id)
    version = Version(connection.version)
    known = _collections(version)
    collection = request.args.get("collection", _FIRST)
    if collection not in known:
        collection = _FIRST
    service, path = known[collection]
    sourced_id = request.args.get("id", "").strip().replace("\0", "")
    asked = (f"{path}/{quote(sourced_id, safe='')}", ()) if sourced_id else (path, (("limit", "1"),))
    answer = read_as(current_app, connection.id, *asked)
    settings, app_name = the_place()
    return render_template(
        "applications/samples.html", connection=connection, collections=list(known), collection=collection,
        sourced_id=sourced_id, answer=answer, service=service, coming=next_refresh(session, datetime.now(UTC)),
        text=linked(answer.text, settings.provider_base_url(app_name), connection.id, version),
        zone=time_zone(session.connection()).key,
    )  # fmt: skip


def _collections(version: Version) -> dict[str, tuple[str, str]]:
    """(service, path below a district's address) of each collection of a version that can be read whole."""
    return {
        one.path.removeprefix("/"): (name, described.base_path + one.path)
        for name, described in services().items()
        if described.version is version
        for one in described.reads()
        if not one.single and not one.params
    }
