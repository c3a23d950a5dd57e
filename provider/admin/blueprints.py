"""Every blueprint of the district's pages."""

from provider.admin.applications.blueprints import APPLICATIONS
from provider.admin.data.blueprints import DATA
from provider.admin.gradebook import gradebook
from provider.admin.home.pages import home
from provider.admin.jobs import jobs
from provider.admin.management.blueprints import MANAGEMENT
from provider.admin.missing.pages import missing
from provider.admin.people.blueprints import PEOPLE
from provider.admin.preparedness.pages import preparedness
from provider.admin.previews import previews
from provider.admin.records.blueprints import RECORDS
from provider.admin.scheduling.blueprints import SCHEDULING
from provider.admin.years.pages import school_years

BLUEPRINTS = (
    *APPLICATIONS,
    home,
    *SCHEDULING,
    gradebook,
    *PEOPLE,
    *DATA,
    *MANAGEMENT,
    school_years,
    preparedness,
    missing,
    jobs,
    previews,
    *RECORDS,
)
