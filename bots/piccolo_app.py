"""Piccolo's view of the bots."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from bots.tables import BOTS_TABLES

APP_CONFIG = AppConfig(
    app_name="bots",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=BOTS_TABLES,
    migration_dependencies=["credit.piccolo_app"],
)
