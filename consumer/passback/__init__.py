"""Grade passback (C-116 … C-140): from the platform's grade book to that of the SIS, never the other way."""
