"""What every provider command is given: the settings and the district it works on.

Commands take it with `@click.pass_obj`. It must not import the application: the lower layers' commands import this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import Flask

from shared.settings import Settings


@dataclass(frozen=True)
class ProviderContext:
    """`app_name` is the district's appName (P-106); `app` its application, made when first asked for."""

    settings: Settings
    app_name: str
    create_app: Callable[[Settings, str], Flask]

    @cached_property
    def app(self) -> Flask:
        return self.create_app(self.settings, self.app_name)
