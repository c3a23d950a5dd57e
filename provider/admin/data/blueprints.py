"""Every blueprint of the Data area."""

from provider.admin.data.exporting import data_export
from provider.admin.data.importing import data_import

DATA = (data_import, data_export)
