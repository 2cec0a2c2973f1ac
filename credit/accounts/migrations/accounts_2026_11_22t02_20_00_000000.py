from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T02:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers of people and sessions"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX accounts_person_id ON accounts_person (person_id, revision)",
                "CREATE UNIQUE INDEX accounts_person_login ON accounts_person (login, revision)",
                "CREATE INDEX accounts_person_seq ON accounts_person (seq)",
                "CREATE INDEX accounts_session_person ON accounts_session (person_id)",
                "CREATE INDEX accounts_session_ends ON accounts_session (ends_at)",
                "CREATE INDEX accounts_attempt_since ON accounts_attempt (since)",
            ]
        )
        await schema.append_only("accounts_person")

    manager.add_raw(run)
    return manager
