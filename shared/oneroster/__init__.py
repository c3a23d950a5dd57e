"""The OneRoster standard, once: pure Python, no Flask, no SQLAlchemy, no clock, no I/O."""
