"""A grade book on a platform that was synced with the small district, on both databases; a SIS that says what it is told."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.oneroster.versions import Version
from tests.consumer.passback.books import GradeBook
from tests.consumer.passback.sis import Sis
from tests.consumer.sync.platform import Platform
from tests.faults.provider import FaultProvider


def _book(session: Any, version: Version) -> GradeBook:
    with FaultProvider(version) as provider:
        platform = Platform(session, provider)
        platform.map_all()
        platform.sync()
        return GradeBook(platform)


@pytest.fixture(params=list(Version))
def book(request: pytest.FixtureRequest, consumer_session: Any) -> GradeBook:
    """The book of Algebra 1, once for each version."""
    return _book(consumer_session(), request.param)


@pytest.fixture
def book_11(consumer_session: Any) -> GradeBook:
    return _book(consumer_session(), Version.V1P1)


@pytest.fixture
def book_12(consumer_session: Any) -> GradeBook:
    return _book(consumer_session(), Version.V1P2)


@pytest.fixture(params=list(Version))
def sis(request: pytest.FixtureRequest) -> Iterator[Sis]:
    with Sis(request.param) as made:
        yield made


@pytest.fixture
def sis_11() -> Iterator[Sis]:
    with Sis(Version.V1P1) as made:
        yield made


@pytest.fixture
def sis_12() -> Iterator[Sis]:
    with Sis(Version.V1P2) as made:
        yield made
