"""The consumer's database object: every table of the learning platform's side hangs on it."""

from shared.database import new_database

db = new_database()
