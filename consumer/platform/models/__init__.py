"""The platform's tables, by theme."""

from consumer.platform.models import touch as touch
from consumer.platform.models.columns import MANUAL, SYNC
from consumer.platform.models.courses import Course, Enrollment, Section, SectionGradingPeriod
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

__all__ = [
    "MANUAL", "ROLES", "SYNC", "Account", "AccountPassword", "AccountSchool", "AccountSisId", "AuditEntry", "Course",
    "Enrollment", "GradingPeriod", "IdentityMapping", "ParentLink", "School", "Section", "SectionGradingPeriod",
    "Setting", "SignInFailure",
]  # fmt: skip
