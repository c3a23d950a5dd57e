"""Every blueprint of the district's pages."""

from provider.admin.gradebook import gradebook
from provider.admin.jobs import jobs
from provider.admin.people.blueprints import PEOPLE
from provider.admin.records.blueprint import records
from provider.admin.scheduling.blueprints import SCHEDULING

BLUEPRINTS = (
    *SCHEDULING,
    gradebook,
    *PEOPLE,
    jobs,
    records,
)
