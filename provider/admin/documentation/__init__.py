"""The API as the district's administrators read about it, and read with it as one of their connections (P-113)."""
