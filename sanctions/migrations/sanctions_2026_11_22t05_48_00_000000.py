from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T05:48:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of the score cache: by grade, by the day of change, open ranges"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE INDEX sanctions_score_grade ON sanctions_score (scheme, grade, entity_id)",
                "CREATE INDEX sanctions_score_due ON sanctions_score (scheme, next_change)"
                " WHERE next_change IS NOT NULL",
                "CREATE INDEX sanctions_score_chunk_of ON sanctions_score_chunk (scheme, number)",
            ]
        )

    manager.add_raw(run)
    return manager
