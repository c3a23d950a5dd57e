"""Every blueprint of the Data area."""

from provider.admin.data.audit_page import audit
from provider.admin.data.exporting import data_export
from provider.admin.data.importing import data_import
from provider.admin.data.users import users

DATA = (data_import, data_export, users, audit)
