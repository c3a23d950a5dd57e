"""The "OneRoster cache": published records by edition and revision, how they are refreshed and how they are read."""
