"""Piccolo's view of repair."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from repair.tables import REPAIR_TABLES

APP_CONFIG = AppConfig(
    app_name="repair",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=REPAIR_TABLES,
    migration_dependencies=["credit.piccolo_app"],
)
