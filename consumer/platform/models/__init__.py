"""The platform's tables, by theme."""

from consumer.platform.models import touch as touch
from consumer.platform.models.columns import MANUAL, SYNC
from consumer.platform.models.courses import Course, Enrollment, Section, SectionGradingPeriod
from consumer.platform.models.gradebook import ITEM_KINDS, GradeCategory, GradeItem, Score
from consumer.platform.models.office import AuditEntry, Setting, SignInFailure
from consumer.platform.models.people import (
    ROLES,
    Account,
    AccountPassword,
    AccountSchool,
    AccountSisId,
    IdentityMapping,
    ParentLink,
)  # fmt: skip
from consumer.platform.models.schools import GradingPeriod, School
from consumer.platform.models.upgrade import DataPrepReport, FormerSisId, RoleHold, VersionUpgrade

__all__ = [
    "ITEM_KINDS", "MANUAL", "ROLES", "SYNC", "Account", "AccountPassword", "AccountSchool", "AccountSisId",
    "AuditEntry", "Course", "DataPrepReport", "Enrollment", "FormerSisId", "GradeCategory", "GradeItem",
    "GradingPeriod", "IdentityMapping", "ParentLink", "RoleHold", "School", "Score", "Section",
    "SectionGradingPeriod", "Setting", "SignInFailure", "VersionUpgrade",
]  # fmt: skip
