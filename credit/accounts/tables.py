"""Accounts' tables: organisations, API keys and people as append-only revisions; sessions and attempts pass."""

from __future__ import annotations

from piccolo.columns import BigInt, Date, Integer, Text, Timestamptz, Varchar
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


class PersonRevision(Table, tablename="accounts_person"):
    """Somebody who signs in. Name and password hash are payloads, erased when replaced; here stand their ids."""

    id = Varchar(length=60, primary_key=True)
    person_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    login = Varchar(length=60)
    org_code = Varchar(length=18)
    role = Varchar(length=20)
    profile_id = Varchar(length=40)
    secret_owner = Varchar(length=40)
    secret_id = Varchar(length=40)
    initial = Boolean()
    ended = Boolean()


class OpenSession(Table, tablename="accounts_session"):
    """A sign-in under the SHA-256 of its token. Not witnessed: it is gone when it ends."""

    id = Varchar(length=64, primary_key=True)
    person_id = Varchar(length=40)
    started_at = Timestamptz()
    seen_at = Timestamptz()
    ends_at = Timestamptz()


class Attempts(Table, tablename="accounts_attempt"):
    """Failed sign-ins of a name, an address or both (SHA-256), counted since `since`."""

    id = Varchar(length=64, primary_key=True)
    tries = Integer()
    since = Timestamptz()


class Challenge(Table, tablename="accounts_challenge"):
    """A text that a company signs to prove an account; gone once it has served or its time is over."""

    id = Varchar(length=40, primary_key=True)
    person_id = Varchar(length=40)
    org_code = Varchar(length=18)
    text = Text()
    ends_at = Timestamptz()


ACCOUNTS_TABLES: list[type[Table]] = [
    OrganisationRevision, KeyRevision, PersonRevision, OpenSession, Attempts, Challenge,
]
WITNESSED: list[type[Table]] = [OrganisationRevision, KeyRevision, PersonRevision]
