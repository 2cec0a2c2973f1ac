from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T04:32:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Index and append-only triggers of receipts"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.run(["CREATE INDEX sanctions_receipt_seq ON sanctions_receipt (seq)"])
        await schema.append_only("sanctions_receipt")

    manager.add_raw(run)
    return manager
