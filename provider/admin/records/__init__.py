"""The record editor: a form for any row of the SIS, made from the rows of `provider.sis.editing.tables`."""
