from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T02:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes and append-only triggers"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX accounts_organisation_code ON accounts_organisation (code, revision)",
                "CREATE INDEX accounts_organisation_name ON accounts_organisation (folded_name)",
                "CREATE INDEX accounts_organisation_seq ON accounts_organisation (seq)",
                "CREATE UNIQUE INDEX accounts_key_id ON accounts_key (key_id, revision)",
                "CREATE UNIQUE INDEX accounts_key_sha ON accounts_key (sha256, revision)",
                "CREATE INDEX accounts_key_seq ON accounts_key (seq)",
            ]
        )
        await schema.append_only("accounts_organisation", "accounts_key")

    manager.add_raw(run)
    return manager
