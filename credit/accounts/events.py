"""What happens to accounts."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.accounts.model import Role
from credit.kernel.unit import Event


class OrganisationRegistered(Event, frozen=True, kw_only=True):
    """An organisation was entered or changed; `subject` is its code."""

    kind: ClassVar[str] = "organisation_registered"
    revision: int


class KeyCreated(Event, frozen=True, kw_only=True):
    """A key was issued to an organisation; `subject` is the key's id."""

    kind: ClassVar[str] = "key_created"
    org_code: str
    role: Role
    expires_on: date | None


class KeyRevoked(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "key_revoked"
    org_code: str
