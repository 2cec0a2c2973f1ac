from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T05:41:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers of reports"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="notices", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX notices_report_number ON notices_report (number)",
                "CREATE INDEX notices_report_asked ON notices_report (org_code, code, seq)",
                "CREATE INDEX notices_report_seq ON notices_report (seq)",
            ]
        )
        await schema.append_only("notices_report")

    manager.add_raw(run)
    return manager
