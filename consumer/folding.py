"""How names that must be unique are compared: one function for whatever writes or looks up such a name."""


def fold(text: str) -> str:
    """Sign-in names and codes are compared without regard to case."""
    return text.casefold()
