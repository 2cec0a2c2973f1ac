from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Instructions by their addressee"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.run(["CREATE INDEX sanctions_draw_act_addressee ON sanctions_draw_act (addressee, seq)"])

    manager.add_raw(run)
    return manager
