"""Credit's tables. Revisions are append-only; each row carries the log position that wrote it."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from credit.kernel.tables import KERNEL_TABLES


class EntityRevision(Table, tablename="credit_entity"):
    """What is known of a company or person at a log position."""

    id = Varchar(length=60, primary_key=True)  # entity id and revision
    entity_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    kind = Varchar(length=20)
    code = Varchar(length=18, null=True, default=None)
    person_ref = Varchar(length=100, null=True, default=None)
    name = Varchar(length=300)
    folded_name = Varchar(length=300)
    founded_on = Date(null=True, default=None)
    branch_of = Varchar(length=18, null=True, default=None)
    merged_into = Varchar(length=18, null=True, default=None)
    representative = Varchar(length=64, null=True, default=None)


class RecordRevision(Table, tablename="credit_record"):
    """A revision of a penalty or merit; `facts` is canonical JSON of its structured part."""

    id = Varchar(length=60, primary_key=True)  # record id and revision
    record_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    first_seq = BigInt()
    recorded_at = Timestamptz()
    entity_id = Varchar(length=40)
    kind = Varchar(length=20)
    natural_key = Varchar(length=400)  # authority, document number, subject: one record each
    content_digest = Varchar(length=80)  # of the command, to tell a duplicate from a change
    valid_from = Date()
    valid_to = Date(null=True, default=None)  # half-open
    withdrawn = Boolean()
    withdrawn_on = Date(null=True, default=None)
    facts = Text()
    payload_id = Varchar(length=40, null=True, default=None)


class EntityFact(Table, tablename="credit_entity_fact"):
    """A revision of a statement about a company; `facts` is canonical JSON, names and sources are in the payload."""

    id = Varchar(length=60, primary_key=True)  # statement id and revision
    statement_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    recorded_at = Timestamptz()
    code = Varchar(length=18)
    kind = Varchar(length=20)
    stated_by = Varchar(length=12)  # self, registry
    org_code = Varchar(length=18)
    sourced = Boolean()
    other_code = Varchar(length=18, null=True, default=None)
    valid_from = Date(null=True, default=None)
    valid_to = Date(null=True, default=None)  # half-open
    withdrawn = Boolean()
    facts = Text()
    payload_id = Varchar(length=40, null=True, default=None)


class Payload(Table, tablename="credit_payload"):
    """Prose and personal data with their salt: erasable without breaking the log."""

    id = Varchar(length=40, primary_key=True)
    seq = BigInt()
    owner = Varchar(length=40)
    salt = Varchar(length=64, null=True, default=None)
    body = Text(null=True, default=None)


CREDIT_TABLES: list[type[Table]] = [*KERNEL_TABLES, EntityRevision, RecordRevision, EntityFact, Payload]
WITNESSED: list[type[Table]] = [EntityRevision, RecordRevision, EntityFact, Payload]
