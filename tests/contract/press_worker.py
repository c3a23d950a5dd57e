"""A worker that is quickly there to be killed: a process that has loaded everything, and forks one for each life.

Each line on standard input asks for a worker over the installation of the environment; its number is the answer. The
worker does what `homeroom consumer worker --once` does, in small batches, and then ends.
"""

import os
import signal
import sys
from pathlib import Path

from consumer.app import create_app
from consumer.passback import sending
from consumer.worker import work_once
from shared.settings import read_settings


def main() -> None:
    sending.POSTED, sending.NOTED = 4, 3
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: the dead are gone at once
    app = create_app(read_settings(data=Path(sys.argv[1])))
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            with app.app_context():
                work_once(app, lambda *_: None)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
