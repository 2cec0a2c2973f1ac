from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T04:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers of statements about companies"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="credit", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX credit_entity_fact_id ON credit_entity_fact (statement_id, revision)",
                "CREATE INDEX credit_entity_fact_code ON credit_entity_fact (code, seq)",
                "CREATE INDEX credit_entity_fact_other ON credit_entity_fact (other_code, seq)"
                " WHERE other_code IS NOT NULL",
                "CREATE INDEX credit_entity_fact_seq ON credit_entity_fact (seq)",
            ]
        )
        await schema.append_only("credit_entity_fact")

    manager.add_raw(run)
    return manager
