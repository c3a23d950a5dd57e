"""Editing the rows of the SIS by hand: which tables and columns people may change, checked as an import checks them."""
