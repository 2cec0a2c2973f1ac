"""Accounts' tables: organisations and API keys, append-only revisions like everything decided."""

from __future__ import annotations

from piccolo.columns import BigInt, Date, Integer, Text, Varchar
from piccolo.columns.column_types import Boolean
from piccolo.table import Table


class OrganisationRevision(Table, tablename="accounts_organisation"):
    id = Varchar(length=60, primary_key=True)
    code = Varchar(length=18)
    revision = Integer()
    seq = BigInt()
    name = Varchar(length=300)
    folded_name = Varchar(length=300)
    facts = Text()  # short code, region, field, competences, contact


class KeyRevision(Table, tablename="accounts_key"):
    """An API key: only its SHA-256 is stored. A revocation is a new revision."""

    id = Varchar(length=60, primary_key=True)
    key_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    sha256 = Varchar(length=64)
    org_code = Varchar(length=18)
    role = Varchar(length=20)
    name = Varchar(length=100)
    scopes = Text()
    expires_on = Date(null=True, default=None)
    revoked = Boolean()


ACCOUNTS_TABLES: list[type[Table]] = [OrganisationRevision, KeyRevision]
WITNESSED: list[type[Table]] = [OrganisationRevision, KeyRevision]
