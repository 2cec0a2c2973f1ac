from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX sanctions_restriction_id ON sanctions_restriction (restriction_id, revision)",
                "CREATE INDEX sanctions_restriction_entity ON sanctions_restriction (entity_id, seq)",
                "CREATE INDEX sanctions_restriction_seq ON sanctions_restriction (seq)",
                "CREATE UNIQUE INDEX sanctions_parked_id ON sanctions_parked (parked_id, revision)",
                "CREATE INDEX sanctions_parked_code ON sanctions_parked (code, seq)",
                "CREATE INDEX sanctions_parked_org ON sanctions_parked (org_code, seq)",
                "CREATE INDEX sanctions_parked_seq ON sanctions_parked (seq)",
                "CREATE UNIQUE INDEX sanctions_parked_row ON sanctions_parked (org_code, row_digest) WHERE revision = 1",
                "CREATE UNIQUE INDEX sanctions_source_list ON sanctions_source (list, revision)",
                "CREATE INDEX sanctions_source_seq ON sanctions_source (seq)",
                "CREATE INDEX sanctions_question_code ON sanctions_question_count (code, day)",
            ]
        )
        await schema.append_only("sanctions_restriction", "sanctions_parked", "sanctions_source")

    manager.add_raw(run)
    return manager
