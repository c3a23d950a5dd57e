"""Every blueprint of Settings & Management."""

from provider.admin.management.alerts import alerts
from provider.admin.management.refreshes import refreshes
from provider.admin.management.switches import management

MANAGEMENT = (management, refreshes, alerts)
