"""Repair's tables: cases as append-only revisions, and which records each case is about."""

from __future__ import annotations

from piccolo.columns import BigInt, Date, Integer, Text, Varchar
from piccolo.table import Table


class CaseRevision(Table, tablename="repair_case"):
    """A revision of a case; `facts` is canonical JSON of its structured part, prose is in the payload."""

    id = Varchar(length=60, primary_key=True)  # case id and version
    case_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    entity_id = Varchar(length=40)
    code = Varchar(length=18)
    state = Varchar(length=24)
    decider_code = Varchar(length=18, null=True, default=None)
    region = Varchar(length=20)
    submitted_on = Date(null=True, default=None)
    facts = Text()
    payload_id = Varchar(length=40, null=True, default=None)


class CaseRecord(Table, tablename="repair_case_record"):
    """A record that a case is about; written once, when the case is opened."""

    id = Varchar(length=90, primary_key=True)  # case id and record id
    case_id = Varchar(length=40)
    record_id = Varchar(length=40)
    seq = BigInt()


REPAIR_TABLES: list[type[Table]] = [CaseRevision, CaseRecord]
WITNESSED: list[type[Table]] = [CaseRevision, CaseRecord]
