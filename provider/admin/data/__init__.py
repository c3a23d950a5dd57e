"""Data in and out: Import, Export, the users of these pages, the audit trail."""
