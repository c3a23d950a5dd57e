"""The few marks of the API's descriptions as HTML: `code`, **strong words**, paragraphs."""

import re

from markupsafe import Markup, escape

_MARK = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def marked(text: str) -> Markup:
    """A sentence with its marks."""
    shown, at = Markup(""), 0
    for found in _MARK.finditer(text):
        code, strong = found.groups()
        shown += escape(text[at : found.start()])
        shown += Markup("<code>{}</code>").format(code) if code else Markup("<strong>{}</strong>").format(strong)
        at = found.end()
    return shown + escape(text[at:])


def paragraphs(text: str) -> list[Markup]:
    """A text with blank lines between its paragraphs."""
    return [marked(" ".join(part.split())) for part in text.split("\n\n") if part.strip()]
