"""OneRoster CSV packages of what a connection sees: published records, grade book and resources, bulk and delta."""
