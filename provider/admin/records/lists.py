"""Every table of the SIS, and the rows of each: so that whatever is stored can be found and mended."""

from collections import defaultdict
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Boolean, false, func, inspect, select

from provider.admin.records.address import add_address, record_address
from provider.admin.records.blueprint import editable_or_404, now_and_today, records
from provider.admin.records.fields import days_of
from provider.admin.records.naming import is_named, keys_found, words_of
from provider.database import db
from provider.sis.editing.checks import referred
from provider.sis.editing.editing import MODELS
from provider.sis.editing.keys import key_of, key_text, read_reference
from provider.sis.editing.tables import EDITABLE, GROUPS
from provider.sis.importing.shapes import sis_shapes
from shared.web.lists import SIZE, Listing, read_asked

#: Columns that a list shows at most.
_SHOWN = 6


@records.get("/")
def index() -> ResponseReturnValue:
    """The tables."""
    return render_template("records/index.html", groups=GROUPS)


@records.get("/<table>/")
def rows(table: str) -> ResponseReturnValue:
    """The rows of a table, of all or of those that refer to a row: ?person_id=12."""
    editable, model = editable_or_404(table), MODELS[table]
    session, (_, today) = db.session(), now_and_today()
    references = tuple(column for column in editable.columns if referred(table, column))
    asked = read_asked(request.args, ("number",), references)
    conditions = []
    of: list[str] = []
    for column, text in asked.filters.items():
        target = referred(table, column)
        key = read_reference(target, text)
        conditions.append(false() if key is None else getattr(model, column) == key)
        of += words_of(session, target, [] if key is None else [key], today).values()
    first = next(iter(inspect(model).primary_key))
    if asked.search and is_named(table):
        conditions.append(first.in_(keys_found(session, table, asked.search)))
    total = session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
    query = select(model).where(*conditions).order_by(*inspect(model).primary_key)
    found = session.scalars(query.limit(SIZE).offset(asked.offset)).all()
    columns = [column for column in editable.columns if column not in asked.filters][:_SHOWN]
    words = _words(table, columns, found, today)
    return render_template(
        "records/rows.html", editable=editable, of=", ".join(of), columns=[editable.field_of(one) for one in columns],
        listing=Listing([(key_text(key_of(row)), _cells(row, columns, words)) for row in found], total, asked),
        named=is_named(table), days=days_of(table), record_address=record_address, key_text=key_text,
        add=add_address(table, **asked.filters) if not editable.alone else "",
    )  # fmt: skip


def _words(table: str, columns: list[str], found: Any, today: Any) -> dict[str, dict[Any, str]]:
    """What the rows that are referred to are called, by table."""
    keys: dict[str, set[Any]] = defaultdict(set)
    for column in columns:
        if target := referred(table, column):
            keys[target] |= {getattr(row, column) for row in found} - {None}
    return {target: words_of(db.session(), target, some, today) for target, some in keys.items()}


def _cells(row: Any, columns: list[str], words: dict[str, dict[Any, str]]) -> list[str]:
    table, cells = row.__tablename__, []
    for column in columns:
        value, target = getattr(row, column), referred(table, column)
        if isinstance(sis_shapes()[table].table.columns[column].type, Boolean):
            cells.append("Yes" if value else "")
        elif target:
            cells.append("" if value is None else words[target].get(value, str(value)))
        else:
            vocabulary = EDITABLE[table].field_of(column).words
            cells.append("" if value is None else vocabulary.get(str(value), str(value)))
    return cells
