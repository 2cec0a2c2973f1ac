from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T08:55:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Append-only trigger and indexes of extracts"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.append_only("sanctions_extract")
        await schema.run(
            [
                "CREATE UNIQUE INDEX sanctions_extract_seq ON sanctions_extract (seq)",
                "CREATE UNIQUE INDEX sanctions_extract_number ON sanctions_extract (number)",
                "CREATE UNIQUE INDEX sanctions_extract_known ON sanctions_extract (known_seq)",
                "CREATE UNIQUE INDEX sanctions_extract_digest ON sanctions_extract (digest)",
            ]
        )

    manager.add_raw(run)
    return manager
