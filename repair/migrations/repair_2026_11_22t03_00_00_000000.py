from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T03:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="repair", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX repair_case_revision ON repair_case (case_id, revision)",
                "CREATE INDEX repair_case_code ON repair_case (code)",
                "CREATE INDEX repair_case_seq ON repair_case (seq)",
                "CREATE INDEX repair_case_record_record ON repair_case_record (record_id)",
                "CREATE INDEX repair_case_record_case ON repair_case_record (case_id)",
            ]
        )
        await schema.append_only("repair_case", "repair_case_record")

    manager.add_raw(run)
    return manager
