from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from credit.kernel import schema

ID = "2026-11-22T09:03:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "Append-only triggers and indexes of intended entries"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="sanctions", description=DESCRIPTION)

    async def run():
        await schema.append_only("sanctions_proposal")
        await schema.run(
            [
                "CREATE UNIQUE INDEX sanctions_proposal_step ON sanctions_proposal (proposal_id, number)",
                "CREATE INDEX sanctions_proposal_seq ON sanctions_proposal (seq)",
                "CREATE INDEX sanctions_proposal_org ON sanctions_proposal (org_code, seq)",
                "CREATE INDEX sanctions_proposal_authority ON sanctions_proposal (authority_code, seq)",
                "CREATE INDEX sanctions_proposal_subject ON sanctions_proposal (subject_code, seq)",
                "CREATE INDEX sanctions_proposal_record ON sanctions_proposal (record_id)",
            ]
        )

    manager.add_raw(run)
    return manager
