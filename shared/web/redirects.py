"""Where a person may be sent after signing in: to a page of this program, nowhere else."""

import re

#: A path of this host: one slash first (two would name another host, a backslash counts as one), nothing unprintable.
_PATH = re.compile(r"/(?![/\\])[!-~]*")


def own_path(text: str | None, otherwise: str, mount: str = "") -> str:
    """`text` when it is a path of this program, with its query, else `otherwise`. `mount`: where the program begins,
    "" for the root; beside it may be other programs.
    """
    if text and text.startswith(f"{mount}/") and _PATH.fullmatch(text) and "\\" not in text:
        return text
    return otherwise
