"""For developers: `make migration program=provider message="…"` writes the step to the present models."""

import sys
import tempfile

from shared.migrations import upgrade, write_version
from shared.settings import read_settings


def main(program: str, message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({}, folder)
        if program == "provider":
            from provider.app import create_app

            app = create_app(settings, "demo")
        else:
            from consumer.app import create_app as create_consumer

            app = create_consumer(settings)
        upgrade(app)
        write_version(app, message)


if __name__ == "__main__":
    main(*sys.argv[1:])
