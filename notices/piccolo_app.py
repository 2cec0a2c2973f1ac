"""Piccolo's view of notices."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from notices.tables import NOTICES_TABLES

APP_CONFIG = AppConfig(
    app_name="notices",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=NOTICES_TABLES,
    migration_dependencies=["credit.piccolo_app"],
)
