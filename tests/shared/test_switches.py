"""Switches: what each kind may be, how they are stored, and what stands for those that are not."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.switches import BadSetting, Kind, Switches, flag, line, one_of, share, switch, time_of_day, whole, zone

KINDS = [flag(), share(), whole(1, 3650), one_of("a", "b"), time_of_day(), line(100), zone()]


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "row"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


@dataclass(frozen=True, slots=True)
class House:
    light: bool = False
    days: int = switch(90, whole(1, 3650))
    part: float = switch(0.25, share())
    place: str = switch(lambda: "UTC", zone())


HOUSE = Switches(House, Row)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (flag(), "TRUE", True), (flag(), "false", False), (share(), "0.5", 0.5), (share(), "1", 1.0),
        (whole(1, 9), "9", 9), (one_of("a", "b"), "b", "b"), (time_of_day(), "7:05", "07:05"),
        (line(5), " abc ", "abc"), (zone(), "America/Chicago", "America/Chicago"), (zone(), "UTC", "UTC"),
    ],
)  # fmt: skip
def test_a_good_text_has_its_value(kind: Kind, text: str, value: Any) -> None:
    assert kind.parse(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (flag(), "yes"), (flag(), ""), (share(), "2"), (share(), "nan"), (whole(1, 9), "10"), (whole(1, 9), "٣"),
        (whole(1, 9), "9" * 5000), (one_of("a", "b"), "A"), (time_of_day(), "24:00"), (time_of_day(), "²:00"),
        (line(5), "abcdef"), (line(5), "  "), (line(5), "a\nb"), (zone(), "Mars/Olympus"), (zone(), ""),
        (zone(), "../../etc/passwd"), (zone(), "America"), (zone(), "a\0b"),
    ],
)  # fmt: skip
def test_a_bad_text_has_none(kind: Kind, text: str) -> None:
    assert kind.parse(text) is None


@given(text=st.text(), kind=st.sampled_from(KINDS))
def test_no_text_breaks_a_kind_and_a_value_is_read_back_as_itself(text: str, kind: Kind) -> None:
    value = kind.parse(text)
    if value is not None:
        assert kind.parse(str(value)) == value


def test_what_is_written_is_read_and_the_rest_has_its_default() -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        assert HOUSE.read(session) == House()
        assert HOUSE.write(session, "light", "True") is True
        HOUSE.write(session, "days", "7")
        HOUSE.write(session, "days", "8")
        session.commit()
        assert HOUSE.read(session) == House(light=True, days=8)
        with pytest.raises(BadSetting, match="'days' is a whole number from 1 to 3650, not '0'"):
            HOUSE.write(session, "days", "0")
        with pytest.raises(BadSetting, match="no setting 'nights'; there are: days, light, part, place"):
            HOUSE.write(session, "nights", "1")
