"""What every provider command is given: the settings and the district it works on.

Commands take it with `@click.pass_obj`. It must not import the application: the lower layers' commands import this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import click
from flask import Flask

from shared.settings import Settings


@dataclass(frozen=True)
class ProviderContext:
    """`app_name` is the district's appName (P-106)."""

    settings: Settings
    app_name: str
    create_app: Callable[[Settings, str], Flask]

    @cached_property
    def app(self) -> Flask:
        """The district's application, made when first asked for. A district that is not there is not made up."""
        if not self.settings.provider_folder(self.app_name).is_dir():
            raise click.ClickException(
                f"There is no district {self.app_name!r} in {self.settings.data}: make it with "
                f"`homeroom provider --data {self.settings.data} --app {self.app_name} init`"
            )
        return self.create_app(self.settings, self.app_name)
