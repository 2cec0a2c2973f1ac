from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="notices", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX notices_notice_id ON notices_notice (notice_id, revision)",
                "CREATE UNIQUE INDEX notices_notice_number ON notices_notice (series, serial, revision)",
                "CREATE UNIQUE INDEX notices_notice_cause ON notices_notice (cause_seq, kind, round, revision)",
                "CREATE INDEX notices_notice_key ON notices_notice (number_key)",
                "CREATE INDEX notices_notice_code ON notices_notice (code, seq)",
                "CREATE INDEX notices_notice_issuer ON notices_notice (issuer_code, seq)",
                "CREATE INDEX notices_notice_record ON notices_notice (record_id)",
                "CREATE INDEX notices_notice_seq ON notices_notice (seq)",
                "CREATE INDEX notices_delivery_notice ON notices_delivery (notice_id)",
                "CREATE UNIQUE INDEX notices_attempt_number ON notices_attempt (delivery_id, number)",
            ]
        )
        await schema.append_only("notices_notice")

    manager.add_raw(run)
    return manager
