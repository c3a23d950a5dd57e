"""The grade book's pages: the grid of scores, items, categories, linked sections. Course admins alone (C-119)."""

from consumer.web.gradebook import categories, items, linked, scores
from consumer.web.gradebook.page import files, gradebook

__all__ = ["categories", "files", "gradebook", "items", "linked", "scores"]
