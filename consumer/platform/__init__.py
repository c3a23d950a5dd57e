"""The learning platform itself: schools, grading periods, accounts, courses, sections, enrollments, parent links."""
