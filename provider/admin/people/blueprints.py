"""The blueprints of the pages about people."""

from provider.admin.people.accounts import user_accounts
from provider.admin.people.assignments import assignments
from provider.admin.people.enrollments import enrollments
from provider.admin.people.views import people
from provider.admin.records.address import add_address, record_address

PEOPLE = (people, enrollments, assignments, user_accounts)
for _blueprint in PEOPLE:
    _blueprint.context_processor(lambda: {"record_address": record_address, "add_address": add_address})
