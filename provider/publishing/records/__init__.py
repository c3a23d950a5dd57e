"""What each published record says: decided rows in, OneRoster JSON objects out, in the field order of the table."""
