"""The tab Configuration: connection, sync options, active year, Acting User, removal. Each form has a module."""

from consumer.web.configuration import acting, connection, removal, schedule, year
from consumer.web.configuration.tab import configuration

__all__ = ["acting", "configuration", "connection", "removal", "schedule", "year"]
