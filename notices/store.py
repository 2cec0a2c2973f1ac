"""The only SQL of notices: letters and their numbers, deliveries and their attempts, reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.unit import Unit
from notices import tables
from notices.deliveries import Attempt, Delivery, DeliveryState, Outcome
from notices.model import LetterKind
from notices.register import Notice, NoticeState, Report

Place = tuple[int, str]  # cause and kind of a letter: where a listing goes on
_NEWEST = """SELECT * FROM (SELECT n.*, row_number() OVER (PARTITION BY notice_id ORDER BY revision DESC) rn
    FROM notices_notice n WHERE {where}) q WHERE rn = 1"""
_BY_ID = "SELECT n.* FROM notices_notice n WHERE notice_id = {} ORDER BY revision DESC LIMIT 1"
_BY_NUMBER = "SELECT n.* FROM notices_notice n WHERE number_key = {} ORDER BY revision DESC LIMIT 1"
_BY_CAUSE = """SELECT n.* FROM notices_notice n WHERE cause_seq = {} AND kind = {}
    ORDER BY round DESC, revision DESC LIMIT 1"""
_OF_CAUSE = _NEWEST.format(where="cause_seq = {}") + " ORDER BY kind, round"
_OF_RECORD = _NEWEST.format(where="record_id = {}") + " ORDER BY seq"
_OF_SERIES = _NEWEST.format(where="series = {}") + " ORDER BY serial"
_OF_ISSUER = _NEWEST.format(where="issuer_code = {}") + " ORDER BY series, serial"
_REVISIONS = "SELECT n.* FROM notices_notice n WHERE notice_id = {} ORDER BY revision"
_LAST_SERIAL = "SELECT max(serial) AS serial FROM notices_notice WHERE series = {}"
_IN_INBOX = """EXISTS (SELECT 1 FROM notices_delivery d WHERE d.notice_id = q.notice_id AND d.channel = 'inbox'
    AND d.state IN ('delivered', 'read'))"""
_BEHIND = " AND pdf_sha256 IS NOT NULL AND (cause_seq > {} OR (cause_seq = {} AND kind > {}))"
_REPORT = "SELECT * FROM notices_report WHERE id = {}"
_REPORTS = "SELECT * FROM notices_report WHERE org_code = {} AND code = {} ORDER BY seq DESC LIMIT {}"
_DELIVERIES = "SELECT * FROM notices_delivery WHERE notice_id = {} ORDER BY seq"
_DELIVERY = "SELECT * FROM notices_delivery WHERE id = {}"
_MOVE = """UPDATE notices_delivery SET state = {}, version = version + 1, updated_at = {}, reason = {},
    provider_ref = {}, settled_seq = {} WHERE id = {} AND version = {} RETURNING id"""
_ATTEMPTS = "SELECT * FROM notices_attempt WHERE delivery_id = {} ORDER BY number"
_LEFT_OPEN = """UPDATE notices_attempt SET outcome = 'uncertain', uncertain = {}, ended_at = {},
    detail = 'left open by a stop of the process' WHERE delivery_id = {} AND outcome = 'open' RETURNING id"""
_CLOSE_ATTEMPT = """UPDATE notices_attempt SET outcome = {}, detail = {}, uncertain = {}, ended_at = {}, sha256 = {}
    WHERE delivery_id = {} AND number = {} AND outcome = 'open' RETURNING id"""


def _notice(row: Mapping[str, Any]) -> Notice:
    return Notice(
        notice_id=row["notice_id"], revision=row["revision"], seq=row["seq"], kind=LetterKind(row["kind"]),
        cause_seq=row["cause_seq"], round=row["round"], series=row["series"], serial=row["serial"],
        number=row["number"], number_key=row["number_key"], token_sha256=row["token_sha256"],
        record_id=row["record_id"], code=row["code"], issuer_code=row["issuer_code"], template=row["template"],
        issued_on=row["issued_on"], state=NoticeState(row["state"]), reason=row["reason"],
        pdf_sha256=row["pdf_sha256"], payload_id=row["payload_id"], acknowledged_on=row["acknowledged_on"],
    )


def _delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        delivery_id=row["id"], notice_id=row["notice_id"], seq=row["seq"], settled_seq=row["settled_seq"],
        channel=row["channel"], state=DeliveryState(row["state"]), version=row["version"],
        message_id=row["message_id"], address_payload=row["address_payload"], provider_ref=row["provider_ref"],
        reason=row["reason"], created_at=row["created_at"], updated_at=row["updated_at"],
    )


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(
        number=row["number"], started_at=row["started_at"], ended_at=row["ended_at"],
        outcome=Outcome(row["outcome"]), detail=row["detail"], uncertain=bool(row["uncertain"]), sha256=row["sha256"],
    )


async def _one(text: str, *args: object) -> Notice | None:
    rows = await database.fetch(text, *args)
    return _notice(rows[0]) if rows else None


async def _all(text: str, *args: object) -> list[Notice]:
    return [_notice(row) for row in await database.fetch(text, *args)]


async def notice(notice_id: str) -> Notice | None:
    """The newest revision."""
    return await _one(_BY_ID, notice_id)


async def by_number(number_key: str) -> Notice | None:
    """The letter that bears this folded number."""
    return await _one(_BY_NUMBER, number_key)


async def by_cause(cause_seq: int, kind: LetterKind) -> Notice | None:
    """The newest letter of a kind that an entry of the log caused."""
    return await _one(_BY_CAUSE, cause_seq, kind.value)


async def of_cause(cause_seq: int) -> list[Notice]:
    """Every number an entry of the log has taken."""
    return await _all(_OF_CAUSE, cause_seq)


async def of_record(record_id: str) -> list[Notice]:
    return await _all(_OF_RECORD, record_id)


async def of_series(series: str) -> list[Notice]:
    """The register of a series, every number with its state."""
    return await _all(_OF_SERIES, series)


async def of_issuer(issuer_code: str) -> list[Notice]:
    """The registers of an issuer, every number with its state."""
    return await _all(_OF_ISSUER, issuer_code)


async def revisions(notice_id: str) -> list[Notice]:
    return await _all(_REVISIONS, notice_id)


async def next_serial(series: str) -> int:
    """The number after the last of the series; exact inside a unit, where the log is locked."""
    last = (await database.fetch(_LAST_SERIAL, series))[0]["serial"]
    return int(last or 0) + 1


async def listing(
    *, code: str | None = None, record_id: str | None = None, party: str | None = None,
    in_inbox: bool = False, after: Place = (-1, ""), limit: int = 100,
) -> list[Notice]:
    """Letters ever issued that fit every given condition (`party` issued or received it), oldest
    first, behind the place `after`."""
    wanted = {"code": code, "record_id": record_id}
    given = {column: value for column, value in wanted.items() if value is not None}
    where = " AND ".join(f"{column} = {{}}" for column in given) or "1 = 1"
    values = list(given.values())
    if party is not None:
        where, values = where + " AND (issuer_code = {} OR code = {})", [*values, party, party]
    text = _NEWEST.format(where=where) + _BEHIND
    if in_inbox:
        text += f" AND {_IN_INBOX}"
    return await _all(text + " ORDER BY cause_seq, kind LIMIT {}", *values, after[0], *after, limit)


async def in_inbox(notice_id: str) -> bool:
    """Whether the letter has reached the company's web inbox."""
    return any(d.channel == "inbox" and d.state in _ARRIVED for d in await deliveries(notice_id))


_ARRIVED = (DeliveryState.DELIVERED, DeliveryState.READ)


def write_notice(u: Unit, made: Notice) -> None:
    body = msgspec.structs.asdict(made)
    u.write(
        tables.NoticeRevision,
        {**body, "id": f"{made.notice_id}/{made.revision}", "kind": made.kind.value, "state": made.state.value},
    )


async def deliveries(notice_id: str) -> list[Delivery]:
    return [_delivery(row) for row in await database.fetch(_DELIVERIES, notice_id)]


async def delivery(delivery_id: str) -> Delivery | None:
    rows = await database.fetch(_DELIVERY, delivery_id)
    return _delivery(rows[0]) if rows else None


async def plan(made: Sequence[Delivery]) -> None:
    """Adds deliveries, inside the unit that planned them."""
    rows = []
    for one in made:
        body = msgspec.structs.asdict(one)
        rows.append({"id": body.pop("delivery_id"), **body, "state": one.state.value})
    await database.insert(tables.Delivery, rows)


async def move(
    old: Delivery, state: DeliveryState, now: datetime, *,
    reason: str = "", provider_ref: str = "", settled_seq: int | None = None,
) -> bool:
    """Compare-and-set on the version; False when somebody else moved it first."""
    ref, seq = provider_ref or old.provider_ref, old.settled_seq if settled_seq is None else settled_seq
    return bool(
        await database.fetch(_MOVE, state.value, now, reason or old.reason, ref, seq, old.delivery_id, old.version)
    )


async def attempts(delivery_id: str) -> list[Attempt]:
    return [_attempt(row) for row in await database.fetch(_ATTEMPTS, delivery_id)]


async def close_left_open(delivery_id: str, now: datetime) -> int:
    """Marks an attempt that a stop left open as uncertain; answers how many attempts there have been."""
    await database.fetch(_LEFT_OPEN, True, now, delivery_id)
    return len(await database.fetch(_ATTEMPTS, delivery_id))


async def open_attempt(delivery_id: str, now: datetime) -> int:
    """Opens the next attempt, after marking what a stop left open as uncertain; answers its number."""
    number = await close_left_open(delivery_id, now) + 1
    row = {
        "id": f"{delivery_id}/{number}", "delivery_id": delivery_id, "number": number, "started_at": now,
        "ended_at": None, "outcome": Outcome.OPEN.value, "detail": "", "uncertain": False, "sha256": None,
    }
    await database.insert(tables.DeliveryAttempt, [row])
    return number


async def close_attempt(
    delivery_id: str, number: int, outcome: Outcome, now: datetime, *,
    detail: str = "", uncertain: bool = False, sha256: str | None = None,
) -> None:
    await database.fetch(_CLOSE_ATTEMPT, outcome.value, detail, uncertain, now, sha256, delivery_id, number)


async def report(report_id: str) -> Report | None:
    rows = await database.fetch(_REPORT, report_id)
    return _report(rows[0]) if rows else None


async def reports_asked_by(org_code: str, code: str, limit: int) -> list[Report]:
    """Reports on a company that an organisation asked for, newest first."""
    return [_report(row) for row in await database.fetch(_REPORTS, org_code, code, limit)]


def write_report(u: Unit, made: Report) -> None:
    row = msgspec.structs.asdict(made)
    u.write(tables.ReportRow, {"id": row.pop("report_id"), **row})


def _report(row: Mapping[str, Any]) -> Report:
    body = {name: row[name] for name in Report.__struct_fields__ if name != "report_id"}
    return Report(report_id=row["id"], **(body | {"whole": bool(row["whole"])}))
