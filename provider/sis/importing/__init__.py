"""How data gets into the SIS: SIS CSV files and OneRoster CSV packages."""

from provider.sis.importing.entry import check_path, import_path
from provider.sis.importing.report import ImportFailed, ImportReport, Outcome, Progress, as_data

__all__ = ["ImportFailed", "ImportReport", "Outcome", "Progress", "as_data", "check_path", "import_path"]
