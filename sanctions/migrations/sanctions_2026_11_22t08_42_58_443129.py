from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-22T08:42:58:443129"
VERSION = "1.38.0"
DESCRIPTION = "The outcome before the latest change of a watched company"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="sanctions", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="WatchSubject",
        tablename="sanctions_watch_subject",
        column_name="was",
        db_column_name="was",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 12,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager

