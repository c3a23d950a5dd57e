"""The student information system: the source of truth. Knows nothing of OneRoster versions or of publishing."""
