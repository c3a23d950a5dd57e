"""A platform connected to the misbehaving provider."""

from typing import Any

import pytest

from tests.consumer.sync.platform import Platform
from tests.faults.provider import FaultProvider


@pytest.fixture
def platform(consumer_session: Any, fault_provider: FaultProvider) -> Platform:
    """Mapped, not yet synced; once for each version."""
    made = Platform(consumer_session(), fault_provider)
    made.map_all()
    return made


@pytest.fixture
def platform_11(consumer_session: Any, fault_provider_11: FaultProvider) -> Platform:
    """The same in 1.1 only."""
    made = Platform(consumer_session(), fault_provider_11)
    made.map_all()
    return made
