from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T04:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes by which conduct is listed: all of it, and each recorder's own"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="credit", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE INDEX credit_record_conduct ON credit_record (first_seq)"
                " WHERE kind = 'conduct' AND revision = 1",
                "CREATE INDEX credit_record_recorder ON credit_record (substr(natural_key, 1, 26), first_seq)"
                " WHERE kind = 'conduct' AND revision = 1",
            ]
        )

    manager.add_raw(run)
    return manager
