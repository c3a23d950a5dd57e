"""What werkzeug makes of a route is made once for all applications that the tests of a process make.

Every test makes applications of its own, with the same two hundred routes; reading the routes and compiling the
functions that build their addresses is nearly all of making one. Both follow from a route alone, which is the key here.
"""

from typing import Any

from werkzeug.routing import Rule


def compile_once() -> None:
    """From now on, in this process."""
    compile_rule = Rule.compile
    known: dict[Any, Rule] = {}

    def once(rule: Rule) -> None:
        key = (rule.rule, repr(rule.defaults), rule.subdomain, rule.host, rule.merge_slashes,
               rule.map.host_matching, *rule.map.converters.values())  # fmt: skip
        first = known.setdefault(key, rule)
        if first is rule:
            compile_rule(rule)
            return
        rule.arguments = first.arguments
        rule._converters, rule._trace, rule._parts = first._converters, first._trace, first._parts
        rule._build = first._build.__func__.__get__(rule, None)  # type: ignore[attr-defined]
        rule._build_unknown = first._build_unknown.__func__.__get__(rule, None)  # type: ignore[attr-defined]

    Rule.compile = once  # type: ignore[method-assign]
