"""The platform's tables, by theme."""

from consumer.platform.models import touch as touch
from consumer.platform.models.columns import MANUAL, SYNC
from consumer.platform.models.courses import Course, Enrollment, Section, SectionGradingPeriod
from consumer.platform.models.people import (
    ROLES,
    Account,
    AccountSchool,
    AccountSisId,
    IdentityMapping,
    ParentLink,
)  # fmt: skip
from consumer.platform.models.schools import GradingPeriod, School

__all__ = [
    "MANUAL", "ROLES", "SYNC", "Account", "AccountSchool", "AccountSisId", "Course", "Enrollment", "GradingPeriod",
    "IdentityMapping", "ParentLink", "School", "Section", "SectionGradingPeriod",
]  # fmt: skip
