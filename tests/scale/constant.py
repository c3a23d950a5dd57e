"""The ceiling: the same gunicorn and Flask, set up by the same code, answering one constant page from memory.

python -m tests.scale.constant FILE PORT
"""

import sys
from pathlib import Path

from flask import Flask, Response

from shared.server import serve

THREADS = 8


def create_app(body: bytes) -> Flask:
    """An application that answers GET /page with these bytes."""
    app = Flask("constant")

    @app.get("/page")
    def page() -> Response:
        return Response(body, mimetype="application/json")

    return app


if __name__ == "__main__":
    content = Path(sys.argv[1]).read_bytes()
    serve(lambda: create_app(content), "127.0.0.1", int(sys.argv[2]), workers=1, threads=THREADS)
