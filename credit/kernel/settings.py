"""Settings: read once from `TENDERCREDIT_*`, all faults in one sentence, unknown names refused, secrets masked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from credit.kernel.errors import Refusal

PREFIX = "TENDERCREDIT_"
_OF_THE_TESTS = PREFIX + "TEST_"  # servers the test suite may use; no setting of the service


class BadSettings(Refusal):
    code = "bad_settings"
    title = "设置有误 Bad settings"


def _secret() -> Any:
    return field(default=None, repr=False)


@dataclass(frozen=True)
class Database:
    url: str | None = _secret()  # postgresql://…; SQLite under the data folder without it


@dataclass(frozen=True)
class Jobs:
    redis_url: str | None = _secret()  # set: tasks run in arq workers
    lease_seconds: int = 60  # a dead worker's task is taken over after this
    letter_processes: int = 1  # processes that draw PDF letters


@dataclass(frozen=True)
class Web:
    base_url: str = "http://127.0.0.1:8000"  # printed in letters and QR codes
    rate_limit: int = 600  # requests a minute per key, a tenth of it per address without a key; 0 = off
    max_upload_mb: int = 50


@dataclass(frozen=True)
class Mail:
    host: str | None = None
    port: int = 25
    sender: str = "tendercredit@localhost"
    user: str | None = None
    password: str | None = _secret()
    starttls: bool = False


@dataclass(frozen=True)
class Letters:
    locality: str = ""  # issuance rules of a place, e.g. `sample`
    font_cache: Path | None = None
    outbox: Path | None = None  # folder of the file channel


@dataclass(frozen=True)
class Bots:
    telegram_token: str | None = _secret()  # set: the Telegram bot is on
    telegram_base_url: str = "https://api.telegram.org"
    telegram_secret: str | None = _secret()  # what Telegram sends with each webhook call; needed in webhook mode
    telegram_mode: str = "webhook"  # or polling, for a service without a public address


@dataclass(frozen=True)
class Webhooks:
    allow_private: bool = False  # 1: webhooks may lead to loopback and private addresses, http to loopback too


@dataclass(frozen=True)
class Certificates:
    authorities: Path | None = None  # file or folder of CA certificates (PEM) that companies' certificates chain to
    revoked: Path | None = None  # file or folder of their revocation lists (CRL, PEM or DER)
    code_at: str = "2.5.4.97,2.5.4.5,2.5.4.11"  # OIDs, subject attributes or extensions, that hold the credit code


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides. `data` holds SQLite, blobs, keys and checkpoints."""

    data: Path = Path("data/tendercredit")
    origin: str = "tendercredit.local/log"  # the log's name in checkpoints
    witnesses: str = ""  # public keys whose cosignatures on checkpoints count, separated by commas
    demo: bool = False
    key: str | None = _secret()  # of a caller, for commands that go through a serving process
    database: Database = Database()
    jobs: Jobs = Jobs()
    web: Web = Web()
    mail: Mail = Mail()
    letters: Letters = Letters()
    bots: Bots = Bots()
    webhooks: Webhooks = Webhooks()
    certificates: Certificates = Certificates()


_NAMES: dict[str, tuple[str, str]] = {
    "DATABASE_URL": ("database", "url"),
    "REDIS_URL": ("jobs", "redis_url"),
    "LEASE_SECONDS": ("jobs", "lease_seconds"),
    "LETTER_PROCESSES": ("jobs", "letter_processes"),
    "BASE_URL": ("web", "base_url"),
    "RATE_LIMIT": ("web", "rate_limit"),
    "MAX_UPLOAD_MB": ("web", "max_upload_mb"),
    "SMTP_HOST": ("mail", "host"),
    "SMTP_PORT": ("mail", "port"),
    "SMTP_SENDER": ("mail", "sender"),
    "SMTP_USER": ("mail", "user"),
    "SMTP_PASSWORD": ("mail", "password"),
    "SMTP_STARTTLS": ("mail", "starttls"),
    "LOCALITY": ("letters", "locality"),
    "FONT_CACHE": ("letters", "font_cache"),
    "OUTBOX": ("letters", "outbox"),
    "TELEGRAM_TOKEN": ("bots", "telegram_token"),
    "TELEGRAM_BASE_URL": ("bots", "telegram_base_url"),
    "TELEGRAM_SECRET": ("bots", "telegram_secret"),
    "TELEGRAM_MODE": ("bots", "telegram_mode"),
    "WEBHOOKS_ALLOW_PRIVATE": ("webhooks", "allow_private"),
    "CERTIFICATE_AUTHORITIES": ("certificates", "authorities"),
    "CERTIFICATE_REVOKED": ("certificates", "revoked"),
    "CERTIFICATE_CODE_AT": ("certificates", "code_at"),
    "DATA": ("", "data"),
    "ORIGIN": ("", "origin"),
    "WITNESSES": ("", "witnesses"),
    "DEMO": ("", "demo"),
    "KEY": ("", "key"),
}
_GROUPS = {"database": Database, "jobs": Jobs, "web": Web, "mail": Mail, "letters": Letters, "bots": Bots,
           "webhooks": Webhooks, "certificates": Certificates}


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from `environment`. Raises BadSettings naming every fault at once."""
    faults: list[str] = []
    chosen: dict[str, dict[str, Any]] = {}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name.startswith(_OF_THE_TESTS):
            continue
        place = _NAMES.get(name.removeprefix(PREFIX))
        if place is None:
            faults.append(f"{name} is not a setting")
            continue
        try:
            chosen.setdefault(place[0], {})[place[1]] = _parse(place, text)
        except ValueError as exc:
            faults.append(f"{name}: {exc}")
    if faults:
        raise BadSettings("; ".join(faults) + f". Known names: {', '.join(PREFIX + n for n in sorted(_NAMES))}")
    groups = {g: kind(**chosen[g]) for g, kind in _GROUPS.items() if g in chosen}
    return Settings(**chosen.get("", {}), **groups)


def _parse(place: tuple[str, str], text: str) -> Any:
    owner: Any = _GROUPS.get(place[0], Settings)
    declared = next(str(f.type) for f in fields(owner) if f.name == place[1])
    if declared.startswith("int"):
        if not text.isdigit():
            raise ValueError(f"needs a whole number, not {len(text)} other characters")
        return int(text)
    if declared.startswith("bool"):
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise ValueError("needs 1 or 0")
        return text.lower() in {"1", "true", "yes"}
    return Path(text) if declared.startswith("Path") else text


def from_environment() -> Settings:
    """Settings of this process."""
    return read(os.environ)
