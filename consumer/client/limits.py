"""How much of a provider's misbehaviour is borne: times, lengths, numbers, with defaults that suit the field."""

from dataclasses import dataclass

MIB = 1024 * 1024
#: Records of a collection: no district has so many, a provider that sends more never ends.
MOST = 20_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one provider may ask of us.

    connect    seconds until a connection stands
    silence    seconds without a single byte
    answer     seconds from a request to the last byte of its answer: one that trickles is never silent
    patience   seconds of failures without one good answer between; after them nothing is tried again
    longest    bytes of an answer, unpacked
    redirects  times that one request may be sent on, on the same host
    most       records of one collection
    """

    connect: float = 10.0
    silence: float = 120.0
    answer: float = 300.0
    patience: float = 1800.0
    longest: int = 128 * MIB
    redirects: int = 5
    most: int = MOST
