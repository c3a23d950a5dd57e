"""An edition: a version of the standard plus every option of a connection that changes what is published.

Connections with the same options share one edition, and only editions that a connection uses are built. School scope
and data to share are options too, so every edition is closed in itself: none of its references leaves it (P-81, P-96,
P-104), and reading one needs no further limit.
"""

from dataclasses import dataclass

from shared.oneroster.versions import Version

#: Data-to-share switches of a connection (P-104).
SHARE = ("demographics", "guardians", "relatives", "staff", "phone", "email")


@dataclass(frozen=True, slots=True)
class Edition:
    """schools: SIS ids of the schools in scope, None for all. share: the P-104 switches that are on."""

    version: Version
    secondary_email: bool = False  # P-62, 1.2 only; 1.1 follows the district setting
    schools: frozenset[int] | None = None
    share: frozenset[str] = frozenset(SHARE)
    gradebook: bool = False  # only P-50 looks at it

    @property
    def key(self) -> str:
        """A canonical text, equal exactly when the options are."""
        schools = "all" if self.schools is None else ",".join(map(str, sorted(self.schools)))
        share = ",".join(sorted(self.share))
        email, gradebook = int(self.secondary_email), int(self.gradebook)
        return f"{self.version}|email2={email}|schools={schools}|share={share}|gb={gradebook}"
