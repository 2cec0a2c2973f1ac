from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes, append-only triggers, the head of an empty log"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="credit", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX credit_entity_code ON credit_entity (code, revision) WHERE code IS NOT NULL",
                "CREATE UNIQUE INDEX credit_entity_person ON credit_entity (person_ref, revision)"
                " WHERE person_ref IS NOT NULL",
                "CREATE UNIQUE INDEX credit_entity_id ON credit_entity (entity_id, revision)",
                "CREATE INDEX credit_entity_name ON credit_entity (folded_name)",
                "CREATE INDEX credit_entity_seq ON credit_entity (seq)",
                "CREATE UNIQUE INDEX credit_record_id ON credit_record (record_id, revision)",
                "CREATE INDEX credit_record_entity ON credit_record (entity_id, seq)",
                "CREATE INDEX credit_record_seq ON credit_record (seq)",
                "CREATE UNIQUE INDEX credit_record_key ON credit_record (natural_key) WHERE revision = 1",
                "CREATE INDEX credit_payload_owner ON credit_payload (owner)",
                "CREATE INDEX credit_payload_seq ON credit_payload (seq)",
                "CREATE INDEX log_entry_time ON log_entry (recorded_at, seq)",
                "CREATE INDEX log_entry_subject ON log_entry (subject, seq)",
                "CREATE INDEX task_order ON task (subscriber, subject, seq) WHERE state <> 'dead'",
                "CREATE INDEX task_due ON task (lane, due_at, seq) WHERE state <> 'dead' AND state <> 'waiting'",
                "CREATE UNIQUE INDEX task_active ON task (subscriber, subject)"
                " WHERE state <> 'dead' AND state <> 'waiting'",
                "INSERT INTO log_head (id, origin, size, frontier, root, recorded_at) VALUES (1, '', 0,"
                ' \'{"hashes":[],"size":0}\','
                " 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',"
                " '1970-01-01 00:00:00+00:00')",
            ]
        )
        await schema.append_only("log_entry", "log_payload", "log_tile", "request_key", "rule_release")
        await schema.append_only("credit_entity", "credit_record")
        await schema.append_only("credit_payload", erasable=True)

    manager.add_raw(run)
    return manager
