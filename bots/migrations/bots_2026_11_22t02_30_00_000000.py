from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T02:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes: one binding per chat, codes by hash, what is still to be handled"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="bots", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE UNIQUE INDEX bots_code_sha256 ON bots_code (sha256)",
                "CREATE INDEX bots_code_company ON bots_code (entity_code)",
                "CREATE UNIQUE INDEX bots_link_chat ON bots_link (platform, chat) WHERE chat IS NOT NULL",
                "CREATE INDEX bots_link_company ON bots_link (entity_code)",
                "CREATE INDEX bots_update_open ON bots_update (due_at) WHERE NOT done",
                "CREATE INDEX bots_update_chat ON bots_update (chat_id, number) WHERE NOT done",
                "CREATE INDEX bots_update_age ON bots_update (received_at)",
                "CREATE UNIQUE INDEX bots_upload_update ON bots_upload (update_id)",
                "CREATE INDEX bots_upload_company ON bots_upload (entity_code)",
            ]
        )

    manager.add_raw(run)
    return manager
