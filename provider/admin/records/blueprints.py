"""The blueprint of the record editor with its views."""

from provider.admin.records import adding, hiding, lists, views  # noqa: F401  (they hang their views on it)
from provider.admin.records.blueprint import records
from provider.admin.records.bulk import changes_for_many

records.app_context_processor(lambda: {"changes_for_many": changes_for_many})

RECORDS = (records,)
