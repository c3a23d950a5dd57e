"""Scheduling: sections, courses and their masters, calendars with terms and trials, grade levels, schools, and what the
grade book is set up with. Lists, overviews and the grade level mapping; rows are edited by `provider.admin.records`.
"""
