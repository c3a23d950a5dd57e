"""The blueprints of the pages about people."""

from provider.admin.people.assignments import assignments
from provider.admin.people.enrollments import enrollments
from provider.admin.people.views import people

PEOPLE = (people, enrollments, assignments)
