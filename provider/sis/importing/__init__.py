"""How data gets into the SIS: SIS CSV files and OneRoster CSV packages."""

from provider.sis.importing.entry import import_path
from provider.sis.importing.report import ImportFailed, ImportReport, Outcome, Progress

__all__ = ["ImportFailed", "ImportReport", "Outcome", "Progress", "import_path"]
