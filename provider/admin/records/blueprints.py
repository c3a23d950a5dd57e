"""The blueprint of the record editor with its views."""

from provider.admin.records import adding, lists, views  # noqa: F401  (they hang their views on it)
from provider.admin.records.blueprint import records

RECORDS = (records,)
