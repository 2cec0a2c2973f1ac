"""Piccolo's view of credit: kernel and credit tables, migrated first."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from credit.tables import CREDIT_TABLES

APP_CONFIG = AppConfig(
    app_name="credit",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=CREDIT_TABLES,
    migration_dependencies=[],
)
