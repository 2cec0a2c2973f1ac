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


class PersonCreated(Event, frozen=True, kw_only=True):
    """Somebody may sign in; `subject` is the person's id. Names are kept apart, erasable."""

    kind: ClassVar[str] = "person_created"
    org_code: str
    role: Role


class PasswordSet(Event, frozen=True, kw_only=True):
    """A password was changed by the person, or set anew by another (`initial`)."""

    kind: ClassVar[str] = "password_set"
    org_code: str
    initial: bool


class PersonEnded(Event, frozen=True, kw_only=True):
    """The person may no longer sign in."""

    kind: ClassVar[str] = "person_ended"
    org_code: str
