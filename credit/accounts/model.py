"""The types of accounts: roles, organisations with competences, and the caller behind a key."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.model import Field


class Role(StrEnum):
    ENTERPRISE = "enterprise"
    AUTHORITY = "authority"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    PLATFORM = "platform"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class OrganisationInput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public body, platform or company. `competences` are the restriction scopes it may impose."""

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
    """Who is asking: the key, its organisation, role and scopes. `expires_on` is the last day it works."""

    key_id: str
    org_code: str
    role: Role
    name: str = ""
    scopes: frozenset[str] = frozenset()
    expires_on: date | None = None

    def may(self, *roles: Role) -> bool:
        return self.role in roles
