"""The grade book: whose it is, its categories and items, its scores, and the grid that shows them. Knows no SIS."""
