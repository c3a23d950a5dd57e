"""The text of a filter and its tree, in both directions. Knows no field: names and values are checked in `filters`.

    filter = all *( OR all )          AND binds before OR; both in any case, any number of them; no brackets
    all    = clause *( AND clause )
    clause = name op value            blanks around each part are free
    op     = "=" / "!=" / ">" / ">=" / "<" / "<=" / "~"
    value  = "'" text "'"             a quote inside is doubled

Sources: `oneroster-1.1.md` section 5. Two clauses are what the standard asks for; more are taken.
"""

import re
from dataclasses import dataclass

from shared.oneroster.errors import Failure, OneRosterError

#: Longer filters are refused.
MAX_LENGTH = 10_000
OPERATORS = ("=", "!=", ">", ">=", "<", "<=", "~")

_TOKEN = re.compile(
    r"\s*+(?:(?P<value>'(?:[^']|'')*+')|(?P<op>>=|<=|!=|=|>|<|~)|(?P<word>[^\s=!<>~'\"()]++)|(?P<end>\Z))"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison. `path` are the names between the dots, `value` is the text between the quotes."""

    path: tuple[str, ...]
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class And:
    """All of them hold."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them holds."""

    nodes: "tuple[Node, ...]"


Node = Clause | And | Or


def parse(text: str) -> Node:
    """The tree of a filter that is not blank. Raises OneRosterError INVALID_DATA, naming the place."""
    if len(text) > MAX_LENGTH:
        raise _unreadable(f"it is {len(text):,} characters long; at most {MAX_LENGTH:,} are read")
    return _Parser(text).read_filter()


def render(node: Node) -> str:
    """The text of a tree. ValueError for an OR below an AND: the grammar has no brackets."""
    if isinstance(node, Clause):
        quoted = node.value.replace("'", "''")
        return f"{'.'.join(node.path)}{node.op}'{quoted}'"
    if isinstance(node, And):
        if any(isinstance(inner, Or) for inner in node.nodes):
            raise ValueError("the filter grammar cannot write an OR below an AND")
        return " AND ".join(map(render, node.nodes))
    return " OR ".join(map(render, node.nodes))


class _Parser:
    """Reads one text from left to right, one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._kind = ""
        self._lexeme = ""
        self._advance()

    def read_filter(self) -> Node:
        nodes = [self._read_all()]
        while self._take_word("or"):
            nodes.append(self._read_all())
        if self._kind != "end":
            raise self._expected("AND, OR or the end")
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _read_all(self) -> Node:
        clauses = [self._read_clause()]
        while self._take_word("and"):
            clauses.append(self._read_clause())
        return clauses[0] if len(clauses) == 1 else And(tuple(clauses))

    def _read_clause(self) -> Clause:
        path = tuple(self._take("word", "a field name").split("."))
        op = self._take("op", "one of " + " ".join(OPERATORS))
        value = self._take("value", "a value in single quotes")
        return Clause(path, op, value[1:-1].replace("''", "'"))

    def _take(self, kind: str, what: str) -> str:
        if self._kind != kind:
            raise self._expected(what)
        token = self._lexeme
        self._advance()
        return token

    def _take_word(self, word: str) -> bool:
        if self._kind != "word" or self._lexeme.lower() != word:
            return False
        self._advance()
        return True

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._position)
        if found is None or found.lastgroup is None:
            self._kind, self._lexeme = "unknown", self._text[self._position :].lstrip()[:1]
            return
        self._kind, self._lexeme = found.lastgroup, found[found.lastgroup]
        self._position = found.end()

    def _expected(self, what: str) -> OneRosterError:
        if self._kind == "end":
            return _unreadable(f"it ends where {what} should follow")
        if self._kind == "unknown" and self._lexeme == "'":
            return _unreadable("a single quote is opened and not closed")
        found = self._lexeme if len(self._lexeme) <= 40 else self._lexeme[:40] + "…"
        return _unreadable(f"{found!r} stands where {what} should")


def _unreadable(why: str) -> OneRosterError:
    return OneRosterError(
        Failure.INVALID_DATA,
        f"filter cannot be read: {why}. It is written field='value', clauses joined by AND or OR.",
    )
