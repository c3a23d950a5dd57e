"""The consumer's Flask application: its database, its sealing key, its pages."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

import consumer.connections.model
import consumer.passback.tables
import consumer.platform.models
import consumer.sync.staging
import consumer.sync.tables  # noqa: F401 - tables, known to migrations by being imported
from consumer.database import db
from consumer.platform.models import SignInFailure
from consumer.web.accounts import PlatformAccounts
from consumer.web.blueprints import BLUEPRINTS, menu
from consumer.web.home import landing
from shared.database import ENGINE_OPTIONS
from shared.sealing import open_sealer
from shared.settings import Settings
from shared.web.frame import Frame, error_pages, install
from shared.web.throttle import Throttle

MIGRATIONS = Path(__file__).parent / "migrations"

migrate = Migrate()


def create_app(settings: Settings) -> Flask:
    """The application of this installation. `app.extensions["homeroom"]` holds settings and sealer."""
    app = Flask("consumer")
    settings.consumer_folder.mkdir(parents=True, exist_ok=True)
    sealer = open_sealer(settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.consumer_database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = ENGINE_OPTIONS
    app.config["SECRET_KEY"] = sealer.derive("consumer:cookies")
    app.extensions["homeroom"] = {"settings": settings, "sealer": sealer}
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    frame = Frame(
        name="consumer", title="Homeroom", public_url=settings.consumer_url, db=db, accounts=PlatformAccounts(sealer),
        throttle=Throttle(SignInFailure, sealer.derive("consumer:throttle")), home=landing, menu=menu,
    )  # fmt: skip
    install(app, frame)
    error_pages(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
