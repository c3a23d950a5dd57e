"""What werkzeug compiles for a route is compiled once for all applications that the tests of a process make.

Every test makes applications of its own, with the same two hundred routes; compiling the functions that build their
addresses is nine tenths of making one. A function follows from the parts of the route alone, which are its key here.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def compile_once() -> None:
    """From now on, in this process."""
    compile_builder: Callable[[Rule, bool], Builder] = Rule._compile_builder
    compiled: dict[Any, Builder] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Builder:
        key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = once  # type: ignore[method-assign]
