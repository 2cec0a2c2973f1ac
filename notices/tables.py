"""Notices' tables: letters, numbers, reports (append-only), deliveries and attempts (states that only move forward)."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class NoticeRevision(Table, tablename="notices_notice"):
    """A letter and its number: reserved, then issued or voided. Its words and its token are in the payload."""

    id = Varchar(length=60, primary_key=True)  # notice id and revision
    notice_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    kind = Varchar(length=40)
    cause_seq = BigInt()
    round = Integer()  # the n-th number taken for this cause and kind; 2 only after the first was voided
    series = Varchar(length=60)
    serial = Integer()
    number = Varchar(length=100)
    number_key = Varchar(length=100)  # folded, for look-up
    token_sha256 = Varchar(length=64)
    record_id = Varchar(length=40)
    code = Varchar(length=18, null=True, default=None)
    issuer_code = Varchar(length=18, null=True, default=None)
    template = Varchar(length=20)
    issued_on = Date()
    state = Varchar(length=12)  # reserved, issued, voided
    reason = Text()
    pdf_sha256 = Varchar(length=64, null=True, default=None)
    payload_id = Varchar(length=40)
    acknowledged_on = Date(null=True, default=None)


class Delivery(Table, tablename="notices_delivery"):
    """One letter over one channel. Compare-and-set on `version`; states only move forward."""

    id = Varchar(length=40, primary_key=True)
    notice_id = Varchar(length=40)
    seq = BigInt()  # of the entry that planned it
    settled_seq = BigInt(null=True, default=None)
    channel = Varchar(length=20)
    state = Varchar(length=20)
    version = Integer()
    message_id = Varchar(length=160)
    address_payload = Varchar(length=40, null=True, default=None)
    provider_ref = Varchar(length=200)
    reason = Text()
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
    sha256 = Varchar(length=64, null=True, default=None)  # of the bytes that left


class ReportRow(Table, tablename="notices_report"):
    """A 信用核查报告 as issued. Its words are in the payload, its file under its hash; `id` opens the public page."""

    id = Varchar(length=40, primary_key=True)
    seq = BigInt()
    number = Varchar(length=40)
    code = Varchar(length=18)
    org_code = Varchar(length=18)  # who asked
    whole = Boolean()  # private records included: the company's own
    scheme = Varchar(length=80)
    valid_on = Date()
    known_seq = BigInt()
    issued_on = Date()
    template = Varchar(length=20)
    pdf_sha256 = Varchar(length=64)
    payload_id = Varchar(length=40)


NOTICES_TABLES: list[type[Table]] = [NoticeRevision, Delivery, DeliveryAttempt, ReportRow]
WITNESSED: list[type[Table]] = [NoticeRevision, ReportRow]
