"""The consumer's Flask application: its database, its sealing key, its status page."""

from flask import Flask
from flask_migrate import Migrate

from consumer.database import db
from shared.sealing import open_sealer
from shared.settings import Settings

migrate = Migrate()


def create_app(settings: Settings) -> Flask:
    """The application of this installation. `app.extensions["homeroom"]` holds settings and sealer."""
    import consumer.connections.model
    import consumer.sync.staging  # noqa: F401 - tables, known to migrations by being imported
    from consumer.web.status import status

    app = Flask("consumer")
    settings.consumer_folder.mkdir(parents=True, exist_ok=True)
    sealer = open_sealer(settings)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.consumer_database_url
    app.config["SECRET_KEY"] = sealer.derive("consumer:cookies")
    app.extensions["homeroom"] = {"settings": settings, "sealer": sealer}
    db.init_app(app)
    migrate.init_app(app, db, directory="consumer/migrations")
    app.register_blueprint(status)
    return app
