"""The sync's own tables: choices, runs with their plans, what is skipped, rosters in short."""

from consumer.runs.columns import Status
from consumer.sync.tables.choices import RoleMapping, SchoolMapping, SyncOption, TermMapping
from consumer.sync.tables.rosters import StagedEnrollment
from consumer.sync.tables.runs import (
    Action,
    Entity,
    Mark,
    PlanChange,
    RunMessage,
    SkippedRecord,
    State,
    SyncRun,
)

__all__ = [
    "Action", "Entity", "Mark", "PlanChange", "RoleMapping", "RunMessage", "SchoolMapping", "SkippedRecord",
    "StagedEnrollment", "State", "Status", "SyncOption", "SyncRun", "TermMapping",
]  # fmt: skip
