"""Notices' tables: letters and their numbers (append-only), deliveries and attempts (states that only move forward)."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class NoticeRevision(Table, tablename="notices_notice"):
    """An issued letter: its number, what caused it, and the SHA-256 of the issued file."""

    id = Varchar(length=60, primary_key=True)
    notice_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    kind = Varchar(length=40)
    cause_seq = BigInt()
    series = Varchar(length=60)
    year = Integer()
    serial = Integer()
    number = Varchar(length=100)
    number_key = Varchar(length=100)  # folded, for look-up
    token_sha256 = Varchar(length=64)
    record_id = Varchar(length=40)
    code = Varchar(length=18)
    issuer_code = Varchar(length=18)
    template = Varchar(length=20)
    issued_on = Date()
    state = Varchar(length=12)  # issued, voided
    reason = Text()
    pdf_sha256 = Varchar(length=64)
    payload_id = Varchar(length=40)
    acknowledged_on = Date(null=True, default=None)


class Delivery(Table, tablename="notices_delivery"):
    """One letter over one channel. Compare-and-set on `version`; states only move forward."""

    id = Varchar(length=40, primary_key=True)
    notice_id = Varchar(length=40)
    channel = Varchar(length=20)
    state = Varchar(length=20)
    version = Integer()
    message_id = Varchar(length=120)
    address_payload = Varchar(length=40, null=True, default=None)
    created_at = Timestamptz()
    updated_at = Timestamptz()


class DeliveryAttempt(Table, tablename="notices_attempt"):
    """One try, opened before anything leaves and closed after; left open by a crash it becomes `uncertain`."""

    id = Varchar(length=60, primary_key=True)
    delivery_id = Varchar(length=40)
    number = Integer()
    started_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    outcome = Varchar(length=20)
    detail = Text()
    uncertain = Boolean()


NOTICES_TABLES: list[type[Table]] = [NoticeRevision, Delivery, DeliveryAttempt]
WITNESSED: list[type[Table]] = [NoticeRevision]
