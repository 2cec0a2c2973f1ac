"""Piccolo's view of sanctions."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from sanctions.tables import SANCTIONS_TABLES

APP_CONFIG = AppConfig(
    app_name="sanctions",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=SANCTIONS_TABLES,
    migration_dependencies=["credit.piccolo_app"],
)
