"""What happens to accounts."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.accounts.model import Proof, Revocation, Role
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


class PersonProved(Event, frozen=True, kw_only=True):
    """An applicant showed to act for its company and is its enterprise account from now; `subject` is the person's id.

    `notice_id`: by the code of this letter; `appeared_on`: the legal representative appeared on this day before the
    office whose key or person records it; `certificate`: SHA-256 of the company's certificate that signed the
    challenge, and whether it was looked up among the revoked ones. What a certificate says of persons is not kept.
    """

    kind: ClassVar[str] = "person_proved"
    org_code: str
    proof: Proof
    notice_id: str | None = None
    appeared_on: date | None = None
    certificate: str | None = None
    revocation: Revocation | None = None
