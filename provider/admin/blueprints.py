"""Every blueprint of the district's pages."""

from provider.admin.gradebook import gradebook
from provider.admin.sections import sections

BLUEPRINTS = (
    sections,
    gradebook,
)
