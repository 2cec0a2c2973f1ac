"""Sanctions' tables: stated restrictions, parked rows and list sources, all append-only revisions."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class RestrictionRevision(Table, tablename="sanctions_restriction"):
    id = Varchar(length=60, primary_key=True)
    restriction_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    record_id = Varchar(length=40)
    entity_id = Varchar(length=40)
    scope = Varchar(length=40)
    first_day = Date()
    last_day = Date(null=True, default=None)
    basis_id = Varchar(length=80)
    basis = Varchar(length=500)
    withdrawn = Boolean()


class ParkedRevision(Table, tablename="sanctions_parked"):
    """A row that is a penalty but lacks something; the raw row is in the payload."""

    id = Varchar(length=60, primary_key=True)
    parked_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    org_code = Varchar(length=18)
    code = Varchar(length=18, null=True, default=None)
    row_digest = Varchar(length=64)
    row_number = Integer()
    state = Varchar(length=12)  # open, completed, rejected
    missing = Text()
    regimes = Text()
    record_id = Varchar(length=40, null=True, default=None)
    payload_id = Varchar(length=40, null=True, default=None)


class SourceRevision(Table, tablename="sanctions_source"):
    """Whether and since when a list's data is held here."""

    id = Varchar(length=60, primary_key=True)
    list = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    official_channel = Varchar(length=300)
    fetched_at = Timestamptz()
    static = Boolean()


class QuestionCount(Table, tablename="sanctions_question_count"):
    """How often a kind of asker asked about a subject on a day; no platform, no tender."""

    id = Varchar(length=120, primary_key=True)
    day = Date()
    asker = Varchar(length=20)
    code = Varchar(length=18)
    times = BigInt()


SANCTIONS_TABLES: list[type[Table]] = [RestrictionRevision, ParkedRevision, SourceRevision, QuestionCount]
WITNESSED: list[type[Table]] = [RestrictionRevision, ParkedRevision, SourceRevision]
