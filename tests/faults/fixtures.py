"""Fixtures over the misbehaving provider; a conftest takes them in by importing them."""

from collections.abc import Iterator

import pytest

from shared.oneroster.versions import Version
from tests.faults.provider import FaultProvider


@pytest.fixture(params=list(Version))
def fault_provider(request: pytest.FixtureRequest) -> Iterator[FaultProvider]:
    """A provider with the small district of `tests.faults.district`, once for each version."""
    with FaultProvider(request.param) as provider:
        yield provider


@pytest.fixture
def fault_provider_11() -> Iterator[FaultProvider]:
    """The same in 1.1 only, for tests of what does not depend on the version."""
    with FaultProvider(Version.V1P1) as provider:
        yield provider
