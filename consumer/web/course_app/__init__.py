"""The course app: grades of a section go to the SIS (C-116 … C-140). Two tabs, an approval, a log of presses."""

from consumer.web.course_app import approval, categories, presses, problems, sending
from consumer.web.course_app.app import course_app

__all__ = ["approval", "categories", "course_app", "presses", "problems", "sending"]
