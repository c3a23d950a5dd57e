"""What every consumer command is given. Commands take it with `@click.pass_obj`; it imports no application."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import Flask

from shared.settings import Settings


@dataclass(frozen=True)
class ConsumerContext:
    """The settings, and the application, made when first asked for."""

    settings: Settings
    create_app: Callable[[Settings], Flask]

    @cached_property
    def app(self) -> Flask:
        return self.create_app(self.settings)
