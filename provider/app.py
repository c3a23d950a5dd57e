"""One Flask application per district: its own database, so that two districts can never meet (DESIGN section 2)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface
from flask_migrate import Migrate
from werkzeug.exceptions import HTTPException

import provider.access.models
import provider.access.user_tables
import provider.jobs.tables
import provider.publishing.difference_tables
import provider.publishing.models
import provider.sis.changes
import provider.sis.models  # noqa: F401 - tables, known to migrations by being imported
from provider.access.endpoint import token_endpoint
from provider.access.health import RequestDays
from provider.access.limits import Limits
from provider.access.nonces import Nonces
from provider.access.oauth1 import Signatures
from provider.access.request_log import RequestLog
from provider.access.tokens import Tokens
from provider.access.user_tables import SignInFailure
from provider.admin.accounts import DistrictAccounts
from provider.admin.areas import known_to_templates, landing, menu
from provider.admin.blueprints import BLUEPRINTS
from provider.admin.errors import show_error
from provider.database import TRAFFIC, db
from provider.oneroster.discovery import discovery_blueprint
from provider.oneroster.explorer import explorer
from provider.oneroster.gradebook_reads import gradebook_reads_blueprint
from provider.oneroster.gradebook_writes import gradebook_writes_blueprint
from provider.oneroster.routes import answer_unroutable, reading_blueprint
from provider.oneroster.slashes import KeepEncodedSlashes
from provider.oneroster.traces import present, trace_calls
from provider.publishing.memory import Memory
from provider.status import status
from shared.database import ENGINE_OPTIONS, Readers
from shared.oneroster.resources.operations import SERVICES
from shared.oneroster.versions import Version
from shared.sealing import open_sealer
from shared.settings import Settings
from shared.web.frame import Frame, install
from shared.web.sessions import current_person
from shared.web.throttle import Throttle

MIGRATIONS = Path(__file__).parent / "migrations"

#: Where every path of OneRoster begins, in both versions.
API = "/ims/oneroster/"

migrate = Migrate()


class PagesOnly(SecureCookieSessionInterface):
    """Sessions are for people's pages. The API knows none, and opening one would cost each of its answers."""

    #: Nobody can change it, so that one serves all.
    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return self._none if request.path.startswith(API) else super().open_session(app, request)

    def get_cookie_path(self, app: Flask) -> str:
        """Where the district is mounted: districts of one host do not see each other's cookies."""
        return present().script_root or "/"


class Provider(Flask):
    """Flask for views that are plain functions: whether each is a coroutine need not be found out for every request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings, app_name: str) -> Flask:
    """The application of district `app_name` (the appName of P-106). `app.extensions["homeroom"]` holds settings,
    app_name, sealer, tokens (`provider.access.tokens.Tokens`), signatures
    (`provider.access.oauth1.Signatures`), memory (`provider.publishing.memory.Memory`), readers
    (of the main and of the traffic database), limits (`provider.access.limits.Limits`), request_log
    (`provider.access.request_log.RequestLog`) and request_days (`provider.access.health.RequestDays`)."""
    app = Provider("provider")
    main, traffic = settings.provider_database_urls(app_name)
    settings.provider_folder(app_name).mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = main
    app.config["SQLALCHEMY_BINDS"] = {TRAFFIC: traffic}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = ENGINE_OPTIONS
    sealer = open_sealer(settings)
    app.config["SECRET_KEY"] = sealer.derive(f"provider:{app_name}:cookies")
    app.extensions["homeroom"] = {
        "settings": settings,
        "app_name": app_name,
        "sealer": sealer,
        "memory": Memory(),
        "limits": Limits(settings.provider_folder(app_name) / "limits"),
        "tokens": Tokens(sealer.derive(f"provider:{app_name}:tokens"), app_name, settings.provider_base_url(app_name)),
    }
    db.init_app(app)
    with app.app_context():
        readers = Readers(db.engine), Readers(db.engines[TRAFFIC])
        app.extensions["homeroom"]["readers"] = readers
        app.extensions["homeroom"]["signatures"] = Signatures(sealer, Nonces(readers[1]))
        app.extensions["homeroom"]["request_log"] = RequestLog(db.engines[TRAFFIC])
        app.extensions["homeroom"]["request_days"] = RequestDays(db.engines[TRAFFIC])
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    frame = Frame(
        name="provider", title="Homeroom SIS", public_url=settings.provider_url, db=db, accounts=DistrictAccounts(),
        throttle=Throttle(SignInFailure, sealer.derive(f"provider:{app_name}:throttle")), home=landing, menu=menu,
        command=f"provider --app {app_name}",
    )  # fmt: skip
    install(app, frame)
    app.context_processor(lambda: known_to_templates(current_person()))
    app.session_interface = PagesOnly()
    app.register_blueprint(status)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    trace_calls(app)
    app.register_blueprint(token_endpoint)
    for version in Version:
        for service in SERVICES:
            app.register_blueprint(reading_blueprint(version, service))
        app.register_blueprint(gradebook_reads_blueprint(version))
        app.register_blueprint(gradebook_writes_blueprint(version))
    app.register_blueprint(discovery_blueprint())
    app.register_blueprint(explorer)
    answer_unroutable(app, show_error)
    app.register_error_handler(HTTPException, show_error)
    app.wsgi_app = KeepEncodedSlashes(app.wsgi_app)  # type: ignore[method-assign]
    return app


def close_app(app: Flask) -> None:
    """Write what waits to be logged, and close what an application holds."""
    app.extensions["homeroom"]["request_log"].close()
    app.extensions["homeroom"]["limits"].close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
