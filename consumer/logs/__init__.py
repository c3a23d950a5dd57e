"""The log of all that ran: syncs, and presses that sent grades (C-108 … C-115), as pages, on a terminal, as CSV."""
