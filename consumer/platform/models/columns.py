"""Column shapes that several platform tables share."""

from typing import Annotated

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import mapped_column

Id = Annotated[int, mapped_column(primary_key=True)]
Flag = Annotated[bool, mapped_column(default=False, server_default="0")]
#: Times that a row was changed by hand since the sync last looked at it (`consumer.platform.models.touch`).
Touched = Annotated[int, mapped_column(default=0, server_default="0")]
#: Who made a row: "sync" or "manual" (C-71, C-72).
Origin = Annotated[str, mapped_column(String(6), default="manual", server_default="manual")]
#: The connection a row was made from; None for one that people made.
FromConnection = Annotated[int | None, mapped_column(ForeignKey("connection.id", ondelete="SET NULL"), default=None)]
#: The sourcedId a row was made from, as the provider gave it.
SisId = Annotated[str | None, mapped_column(String(255), default=None)]

#: A folded name: compared, sorted and searched by code points in every database, so that an index serves all three.
Folded = String(300).with_variant(String(300, collation="C"), "postgresql")

SYNC, MANUAL = "sync", "manual"
ORIGIN_CHECK = "origin IN ('sync', 'manual')"
