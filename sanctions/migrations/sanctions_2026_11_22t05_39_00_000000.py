from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T05:39:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Indexes of webhooks and watches"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.run(
            [
                "CREATE INDEX sanctions_webhook_org ON sanctions_webhook (org_code, seq)",
                "CREATE INDEX sanctions_watch_org ON sanctions_watch (org_code, seq)",
                "CREATE INDEX sanctions_watch_due ON sanctions_watch (state, look_at)",
                "CREATE INDEX sanctions_watch_hook ON sanctions_watch (webhook_id)",
                "CREATE INDEX sanctions_watch_subject_code ON sanctions_watch_subject (code)",
                "CREATE INDEX sanctions_watch_subject_of ON sanctions_watch_subject (watch_id)",
                "CREATE INDEX sanctions_watch_subject_linked ON sanctions_watch_subject (watch_id) WHERE linked <> ''",
                "CREATE INDEX sanctions_webhook_delivery_of ON sanctions_webhook_delivery (webhook_id, seq)",
            ]
        )

    manager.add_raw(run)
    return manager
