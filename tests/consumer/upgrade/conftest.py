"""A district before its upgrade."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.consumer.upgrade.two_versions import District, providers


@pytest.fixture
def district(consumer_session: Any) -> Iterator[District]:
    """Connected, mapped and not yet synced, with the ids of Infinite Campus."""
    with providers() as (old, new):
        made = District(consumer_session(), old, new)
        made.platform.map_all()
        yield made


@pytest.fixture
def same_ids(consumer_session: Any) -> Iterator[District]:
    """The same, with ids that stay in 1.2 and no former ids in the metadata."""
    with providers(same_ids=True) as (old, new):
        made = District(consumer_session(), old, new)
        made.platform.map_all()
        yield made
