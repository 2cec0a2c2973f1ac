from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T05:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Append-only triggers and indexes of draws and talks"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.append_only(
            "sanctions_draw", "sanctions_draw_result", "sanctions_draw_act", "sanctions_talk"
        )
        await schema.run(
            [
                "CREATE UNIQUE INDEX sanctions_draw_seq ON sanctions_draw (seq)",
                "CREATE INDEX sanctions_draw_result_seq ON sanctions_draw_result (seq)",
                "CREATE INDEX sanctions_draw_act_of ON sanctions_draw_act (draw_id, seq)",
                "CREATE INDEX sanctions_draw_act_seq ON sanctions_draw_act (seq)",
                "CREATE UNIQUE INDEX sanctions_talk_step ON sanctions_talk (talk_id, number)",
                "CREATE INDEX sanctions_talk_seq ON sanctions_talk (seq)",
                "CREATE INDEX sanctions_talk_org ON sanctions_talk (org_code, seq)",
                "CREATE INDEX sanctions_talk_subject ON sanctions_talk (subject_code, seq)",
                "CREATE INDEX sanctions_talk_department ON sanctions_talk (department)",
            ]
        )

    manager.add_raw(run)
    return manager
