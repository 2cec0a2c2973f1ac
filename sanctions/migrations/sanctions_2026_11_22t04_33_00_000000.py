from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T04:33:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of screenings"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE INDEX sanctions_screening_org ON sanctions_screening (org_code, known_seq)",
                "CREATE UNIQUE INDEX sanctions_screening_part_of ON sanctions_screening_part (screening_id, number)",
            ]
        )

    manager.add_raw(run)
    return manager
