"""Sanctions' tables: those that the log witnesses are append-only, the others say how far something is."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Date, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class RestrictionRevision(Table, tablename="sanctions_restriction"):
    id = Varchar(length=60, primary_key=True)
    restriction_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    record_id = Varchar(length=40)
    entity_id = Varchar(length=40)
    scope = Varchar(length=40)
    first_day = Date()
    last_day = Date(null=True, default=None)
    basis_id = Varchar(length=80)
    basis = Varchar(length=500)
    withdrawn = Boolean()


class ParkedRevision(Table, tablename="sanctions_parked"):
    """A row that is a penalty but lacks something; the raw row is in the payload."""

    id = Varchar(length=60, primary_key=True)
    parked_id = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    org_code = Varchar(length=18)
    code = Varchar(length=18, null=True, default=None)
    row_digest = Varchar(length=64)
    row_number = Integer()
    state = Varchar(length=12)  # open, completed, rejected
    missing = Text()
    regimes = Text()
    record_id = Varchar(length=40, null=True, default=None)
    payload_id = Varchar(length=40, null=True, default=None)


class SourceRevision(Table, tablename="sanctions_source"):
    """Whether and since when a list's data is held here."""

    id = Varchar(length=60, primary_key=True)
    list = Varchar(length=40)
    revision = Integer()
    seq = BigInt()
    official_channel = Varchar(length=300)
    fetched_at = Timestamptz()
    static = Boolean()


class ReceiptRow(Table, tablename="sanctions_receipt"):
    """A receipt with the question and answer it is about: kept whole, shown to its owner and the entitled only."""

    id = Varchar(length=40, primary_key=True)
    seq = BigInt()
    org_code = Varchar(length=18)  # the organisation that asked
    asked_by = Varchar(length=80)  # the key or person of it
    batch_index = Integer()
    batch_size = Integer()
    path = Text()
    statement = Text()
    signature = Varchar(length=100)
    key_id = Varchar(length=8)
    question = Text()
    answer = Text()


class QuestionCount(Table, tablename="sanctions_question_count"):
    """How often a kind of asker asked about a subject on a day; no platform, no tender."""

    id = Varchar(length=120, primary_key=True)
    day = Date()
    asker = Varchar(length=20)
    code = Varchar(length=18)
    times = BigInt()


class Screening(Table, tablename="sanctions_screening"):
    """A file of companies asked about at once; what the log witnesses of it are its events."""

    id = Varchar(length=40, primary_key=True)
    org_code = Varchar(length=18)
    asker = Varchar(length=20)  # role, for the count of questions
    state = Varchar(length=12)  # waiting, running, finished, refused, removed
    known_seq = BigInt()
    asked_at = Timestamptz()
    on_day = Date(null=True, default=None)
    tender = Text()
    upload_digest = Varchar(length=64)
    rows = Integer(null=True, default=None)
    tries = Integer()  # since the last chunk was done
    started_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    result_digest = Varchar(length=64, null=True, default=None)
    result_bytes = BigInt(null=True, default=None)
    fault_code = Varchar(length=60, null=True, default=None)
    fault = Text(null=True, default=None)
    expires_on = Date()


class ScreeningPart(Table, tablename="sanctions_screening_part"):
    """A chunk of a screening that is answered: its file is written and its questions are counted, once."""

    id = Varchar(length=60, primary_key=True)  # screening/number
    screening_id = Varchar(length=40)
    number = Integer()
    rows = Integer()
    digest = Varchar(length=64)
    counts = Text()


class Draw(Table, tablename="sanctions_draw"):
    """A list fixed for a draw, as canonical JSON; grades are in the payload, which is not published."""

    id = Varchar(length=40, primary_key=True)
    seq = BigInt()
    org_code = Varchar(length=18)
    announced = Text()
    payload_id = Varchar(length=40)


class DrawResult(Table, tablename="sanctions_draw_result"):
    """What was drawn, by which checkpoint."""

    id = Varchar(length=40, primary_key=True)  # the draw's
    seq = BigInt()
    checkpoint = Text()
    seed = Varchar(length=64)
    result = Text()


class DrawAct(Table, tablename="sanctions_draw_act"):
    """An instruction about a drawn item, or its answer; words are in the payload."""

    id = Varchar(length=40, primary_key=True)
    draw_id = Varchar(length=40)
    seq = BigInt()
    answers = Varchar(length=40, null=True, default=None)  # the instruction, for an answer
    item = Varchar(length=100)
    addressee = Varchar(length=18)
    org_code = Varchar(length=18)
    day = Date()
    due_on = Date(null=True, default=None)
    payload_id = Varchar(length=40)


class TalkRow(Table, tablename="sanctions_talk"):
    """One act on a talk; words are in the payload."""

    id = Varchar(length=60, primary_key=True)
    talk_id = Varchar(length=40)
    number = Integer()
    seq = BigInt()
    act = Varchar(length=12)
    org_code = Varchar(length=18)
    subject_code = Varchar(length=18)
    day = Date()
    deadline = Date(null=True, default=None)
    department = Varchar(length=18, null=True, default=None)
    payload_id = Varchar(length=40)


class ProposalRow(Table, tablename="sanctions_proposal"):
    """One act on an intended entry on a list; words are in the payload."""

    id = Varchar(length=60, primary_key=True)
    proposal_id = Varchar(length=40)
    number = Integer()
    seq = BigInt()
    act = Varchar(length=12)
    org_code = Varchar(length=18)
    authority_code = Varchar(length=18)
    subject_code = Varchar(length=18)
    list = Varchar(length=40)
    day = Date()
    answer_by = Date(null=True, default=None)
    upheld = Boolean(null=True, default=None)
    record_id = Varchar(length=40, null=True, default=None)
    payload_id = Varchar(length=40)


class ExchangeRow(Table, tablename="sanctions_exchange"):
    """A file that went out or came in, with its signed receipt; what became of each row is in the payload."""

    id = Varchar(length=40, primary_key=True)  # the receipt's
    seq = BigInt()
    org_code = Varchar(length=18)
    statement = Text()
    signature = Varchar(length=100)
    key_id = Varchar(length=8)
    payload_id = Varchar(length=40)


class Webhook(Table, tablename="sanctions_webhook"):
    """Where an organisation wants to be told; its secrets are sealed under a key that is not in the database."""

    id = Varchar(length=40, primary_key=True)
    org_code = Varchar(length=18)
    seq = BigInt()
    url = Varchar(length=1000)
    kinds = Text()
    description = Varchar(length=300)
    state = Varchar(length=12)  # enabled, disabled, removed
    why = Varchar(length=40, null=True, default=None)
    secret = Text()
    former = Text(null=True, default=None)
    former_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz()


class Watch(Table, tablename="sanctions_watch"):
    """Companies whose answer an organisation wants to follow; what the log witnesses of it are its events."""

    id = Varchar(length=40, primary_key=True)
    org_code = Varchar(length=18)
    seq = BigInt()
    webhook_id = Varchar(length=40)
    tender = Text()
    until_day = Date(null=True, default=None)
    until_award = Boolean()
    state = Varchar(length=12)  # running, ended, removed
    why = Varchar(length=12, null=True, default=None)
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    look_at = Timestamptz()  # when the answers may change by themselves


class WatchSubject(Table, tablename="sanctions_watch_subject"):
    """What a watch last told of one company; `looks` counts the looks, so that none is lost to another."""

    id = Varchar(length=60, primary_key=True)  # watch/code
    watch_id = Varchar(length=40)
    code = Varchar(length=18)
    outcome = Varchar(length=12)
    was = Varchar(length=12, null=True, default=None)  # the outcome before the latest change
    bars = Text()
    reasons = Text()
    linked = Text()
    known_seq = BigInt()
    on_day = Date()
    changed_at = Timestamptz()
    looks = Integer()


class WebhookDelivery(Table, tablename="sanctions_webhook_delivery"):
    """One message to one webhook and what became of it."""

    id = Varchar(length=40, primary_key=True)
    webhook_id = Varchar(length=40)
    watch_id = Varchar(length=40, null=True, default=None)
    seq = BigInt()
    kind = Varchar(length=20)
    body = Text()
    state = Varchar(length=12)  # waiting, delivered, dead
    attempts = Integer()
    status = Integer(null=True, default=None)
    reason = Varchar(length=40, null=True, default=None)
    created_at = Timestamptz()
    tried_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class Extract(Table, tablename="sanctions_extract"):
    """An extract of the public lists that was handed out: its signed manifest, never its rows."""

    id = Varchar(length=20, primary_key=True)  # the number
    number = Integer()
    seq = BigInt()
    known_seq = BigInt()
    on_day = Date()
    digest = Varchar(length=64)
    note = Text()


class ScoreRow(Table, tablename="sanctions_score"):
    """What somebody's score was made out to be: a cache, dropped and made anew freely, never an answer by itself."""

    id = Varchar(length=140, primary_key=True)  # scheme/entity
    scheme = Varchar(length=80)
    entity_id = Varchar(length=40)
    value = BigInt()  # hundredths of a point
    grade = Varchar(length=40)
    next_change = Date(null=True, default=None)
    on_day = Date()
    seq = BigInt()  # known up to this log position


class ScoreRun(Table, tablename="sanctions_score_run"):
    """The making of all scores of a scheme: as of which position, day and rules the cache stands."""

    id = Varchar(length=80, primary_key=True)  # the scheme
    rules = Varchar(length=80)
    seq = BigInt()
    on_day = Date()
    finished = Boolean()
    chunks = Integer()


class ScoreChunk(Table, tablename="sanctions_score_chunk"):
    """A range of entity ids still to be scored or scored; whoever holds the lease works it."""

    id = Varchar(length=100, primary_key=True)  # scheme/number
    scheme = Varchar(length=80)
    number = Integer()
    after_id = Varchar(length=40)  # ids above this
    upto_id = Varchar(length=40)  # up to and with this
    done = Boolean()
    token = Varchar(length=40, null=True, default=None)
    leased_until = Timestamptz(null=True, default=None)


SANCTIONS_TABLES: list[type[Table]] = [
    RestrictionRevision, ParkedRevision, SourceRevision, ReceiptRow, QuestionCount, Screening, ScreeningPart,
    Draw, DrawResult, DrawAct, TalkRow, ProposalRow, ExchangeRow, Webhook, Watch, WatchSubject, WebhookDelivery,
    ScoreRow, ScoreRun, ScoreChunk, Extract,
]
WITNESSED: list[type[Table]] = [
    RestrictionRevision, ParkedRevision, SourceRevision, ReceiptRow, Draw, DrawResult, DrawAct, TalkRow,
    ProposalRow, ExchangeRow, Extract,
]
