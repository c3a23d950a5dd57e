"""A connection or two for the tests of access."""

from datetime import UTC, datetime

import pytest

from provider.access.connections import Options, add_connection
from shared.oneroster.versions import Version

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def add(provider_app, session):
    """add(name, version="1.2", **options) -> (connection, secret), committed."""

    def add(name="lms", version="1.2", **options):
        sealer = provider_app.extensions["homeroom"]["sealer"]
        made = add_connection(session, sealer, name, Version(version), Options(**options), NOW)
        session.commit()
        return made

    return add
