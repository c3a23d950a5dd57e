"""How the scheduling pages are drawn: with the addresses of forms and explanations at hand."""

from typing import Any

from flask import render_template

from provider.admin.missing.subjects import why_address
from provider.admin.records.address import add_address, list_address, record_address


def show_page(name: str, **known: Any) -> str:
    """A page of scheduling."""
    return render_template(
        f"scheduling/{name}.html", record_address=record_address, add_address=add_address, list_address=list_address,
        why_address=why_address, **known,
    )  # fmt: skip
