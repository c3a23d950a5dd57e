"""The blueprints of Digital Learning Applications: connections, their requests, the API that they use."""

from provider.admin.applications import listing, one, samples, secrets  # noqa: F401 - the views of `applications`
from provider.admin.applications.blueprint import applications
from provider.admin.documentation.pages import documentation
from provider.admin.requests.pages import requests

APPLICATIONS = (applications, requests, documentation)
