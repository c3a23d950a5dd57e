"""The HTTP surface of OneRoster: routes from the table, reading, envelope, errors in the words of each version."""
