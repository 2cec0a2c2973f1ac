"""The bots' tables: binding codes, bindings, conversations, what came in, files kept, letters pushed."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table


class BindingCode(Table, tablename="bots_code"):
    """A one-time code: only its SHA-256 is stored."""

    id = Varchar(length=40, primary_key=True)
    sha256 = Varchar(length=64)
    entity_code = Varchar(length=18)
    issued_by = Varchar(length=80)
    issued_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)


class Link(Table, tablename="bots_link"):
    """A chat that speaks for a company. With the binding the chat's number goes."""

    id = Varchar(length=40, primary_key=True)
    platform = Varchar(length=20)
    chat = Varchar(length=64, null=True, default=None)
    entity_code = Varchar(length=18)
    code_id = Varchar(length=40)
    bound_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    blocked_at = Timestamptz(null=True, default=None)


class Chat(Table, tablename="bots_chat"):
    """Where a conversation is (compare-and-set on `version`), how fast it writes, how often it guessed a code."""

    id = Varchar(length=90, primary_key=True)  # platform and chat
    state = Text()
    version = Integer()
    window_at = Timestamptz()
    messages = Integer()
    failures_at = Timestamptz()
    failures = Integer()


class Update(Table, tablename="bots_update"):
    """What came in, stored before it is handled; its words go when it is done. `answer` waits to be sent."""

    id = Varchar(length=60, primary_key=True)  # platform and number
    platform = Varchar(length=20)
    number = BigInt()
    chat_id = Varchar(length=90)
    received_at = Timestamptz()
    body = Text(null=True, default=None)
    answer = Text(null=True, default=None)
    sent = Integer()
    attempts = Integer()
    due_at = Timestamptz()
    lease_token = Varchar(length=64, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    done = Boolean()
    error = Text(null=True, default=None)


class Upload(Table, tablename="bots_upload"):
    """A file that came in by chat, kept under its hash before anything is done with it."""

    id = Varchar(length=40, primary_key=True)
    update_id = Varchar(length=60)
    link_id = Varchar(length=40)
    entity_code = Varchar(length=18)
    name = Varchar(length=120)
    media_type = Varchar(length=40)
    size = Integer()
    sha256 = Varchar(length=64)
    received_at = Timestamptz()
    case_id = Varchar(length=40, null=True, default=None)


class Push(Table, tablename="bots_push"):
    """A letter's reminder that went out, so that a repeat of its delivery sends nothing twice."""

    delivery_id = Varchar(length=40, primary_key=True)
    link_id = Varchar(length=40)
    message_ref = Varchar(length=80)
    sent_at = Timestamptz()


BOTS_TABLES: list[type[Table]] = [BindingCode, Link, Chat, Update, Upload, Push]
WITNESSED: list[type[Table]] = []
