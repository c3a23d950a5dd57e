"""Runs as such, of the sync and of grade passback: their columns, the line in which they wait, one at work."""
