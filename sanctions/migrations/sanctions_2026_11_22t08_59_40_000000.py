from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T08:59:40:000000"
VERSION = "1.38.0"
DESCRIPTION = "Append-only triggers and indexes of exchanged files"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.append_only("sanctions_exchange")
        await schema.run(
            [
                "CREATE UNIQUE INDEX sanctions_exchange_seq ON sanctions_exchange (seq)",
                "CREATE INDEX sanctions_exchange_org ON sanctions_exchange (org_code, seq)",
            ]
        )

    manager.add_raw(run)
    return manager
