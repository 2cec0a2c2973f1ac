"""Piccolo's view of accounts."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from credit.accounts.tables import ACCOUNTS_TABLES

APP_CONFIG = AppConfig(
    app_name="accounts",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=ACCOUNTS_TABLES,
    migration_dependencies=["credit.piccolo_app"],
)
