"""The request log on the district's pages: whether a platform asked, for what, and what it was answered (P-114)."""
