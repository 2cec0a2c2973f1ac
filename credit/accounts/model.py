"""The types of accounts: roles, organisations with competences, and the caller behind a key."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from credit.model import Field


class Role(StrEnum):
    """What somebody may do. An applicant has registered for a company and proved nothing: it sees nothing of it."""

    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    PLATFORM = "platform"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    APPLICANT = "applicant"


class Proof(StrEnum):
    """How somebody showed to act for the company."""

    LETTER = "letter"  # number and code printed in a letter to it
    REPRESENTATIVE = "representative"  # the legal representative appeared before an office
    CERTIFICATE = "certificate"  # a challenge signed with the company's X.509 certificate


class Revocation(StrEnum):
    """Whether a certificate was looked up among the revoked ones."""

    CHECKED = "checked"
    NOT_CHECKED = "not_checked"  # the operator holds no list of its issuer


class OrganisationInput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public body, platform or company. `competences` are the restriction scopes it may impose, and what
    else needs a right: `list:<code>`, `conduct:<scheme>`, `relations`."""

    code: str
    name: str
    short_code: str = ""  # 机关代字, the series of its letters
    region: str = ""  # six digits of the administrative division
    field: Field | None = None
    competences: tuple[str, ...] = ()
    contact: str = ""
    phone: str = ""
    address: str = ""


class Organisation(OrganisationInput, frozen=True, kw_only=True, omit_defaults=True):
    """An organisation as registered, at revision `revision`."""

    revision: int = 1
    seq: int = -1


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking: the key or person, its organisation, role and scopes. `expires_on` is the last day it works."""

    key_id: str
    org_code: str
    role: Role
    name: str = ""
    scopes: frozenset[str] = frozenset()
    expires_on: date | None = None

    def may(self, *roles: Role) -> bool:
        return self.role in roles


class PersonInput(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in by `login`; `display_name` is how pages greet them."""

    login: str
    display_name: str
    org_code: str
    role: Role


class Person(PersonInput, frozen=True, kw_only=True):
    """A person at revision `revision`. `initial`: the password was given by somebody else and must be changed."""

    person_id: str
    initial: bool = False
    ended: bool = False
    revision: int = 1
    seq: int = -1

    def caller(self) -> Caller:
        """The person as whoever calls a service: the same rules as for a key."""
        return Caller(key_id=self.person_id, org_code=self.org_code, role=self.role, name=self.display_name)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """An open sign-in; it ends at `ends_at`, earlier when nothing is done."""

    person: Person
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
