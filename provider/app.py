"""One Flask application per district: its own database, so that two districts can never meet (DESIGN section 2)."""

from flask import Flask
from flask_migrate import Migrate

from provider.database import TRAFFIC, db
from shared.sealing import open_sealer
from shared.settings import Settings

migrate = Migrate()


def create_app(settings: Settings, app_name: str) -> Flask:
    """The application of district `app_name` (the appName of P-106). `app.extensions["homeroom"]` holds settings."""
    app = Flask("provider")
    main, traffic = settings.provider_database_urls(app_name)
    settings.provider_folder(app_name).mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = main
    app.config["SQLALCHEMY_BINDS"] = {TRAFFIC: traffic}
    sealer = open_sealer(settings)
    app.config["SECRET_KEY"] = sealer.derive(f"provider:{app_name}:cookies")
    app.extensions["homeroom"] = {"settings": settings, "app_name": app_name, "sealer": sealer}
    db.init_app(app)
    migrate.init_app(app, db, directory="provider/migrations")
    return app
