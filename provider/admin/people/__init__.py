"""People, Enrollments and District Assignments: the lists, and the page of one person. Rows are edited elsewhere."""
