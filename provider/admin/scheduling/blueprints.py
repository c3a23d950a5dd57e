"""The blueprints of the scheduling pages."""

from provider.admin.scheduling.calendars import calendars
from provider.admin.scheduling.course_masters import course_masters
from provider.admin.scheduling.courses import courses
from provider.admin.scheduling.grade_book_setup import grade_book_setup
from provider.admin.scheduling.grade_levels import grade_levels
from provider.admin.scheduling.schools import schools
from provider.admin.scheduling.sections import sections

SCHEDULING = (sections, courses, course_masters, calendars, grade_levels, schools, grade_book_setup)
