"""The tab Data Prep: who is who (C-103), and the upgrade from 1.1 to 1.2 as a checklist (C-99 … C-107)."""

from consumer.web.data_prep import report, switching, unmatched
from consumer.web.data_prep.tab import data_prep

__all__ = ["data_prep", "report", "switching", "unmatched"]
