"""Proof by certificate: a challenge of short life, signed by the company, makes an applicant its enterprise account."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509

from credit import uscc
from credit.accounts import proving, store
from credit.accounts.certificates import Shown, Trust, check, read_chain, refused, unpacked
from credit.accounts.cms import UNREADABLE, is_cms
from credit.accounts.model import Person, Role
from credit.kernel.clock import Clock
from credit.kernel.errors import Conflict, NotFound, Refusal
from credit.kernel.ids import new_id, new_token
from credit.kernel.settings import Certificates

LIFETIME = timedelta(minutes=15)
LONGEST_SIGNATURE = 20_000
_OVER = "待签原文已失效或用过;请取新的原文,在15分钟内签名并提交"
_LARGEST_FILE = 50_000_000


class CertificatesOff(Conflict):
    """The operator has named no authority whose certificates count."""

    code = "certificates_off"
    title = "未启用证书核验 Certificates off"


class TrustUnreadable(Refusal):
    """A file of authorities or revocation lists cannot be read: for the operator to mend."""

    code = "trust_unreadable"
    title = "证书机构文件无法读取 Trust unreadable"
    status = 503


class ChallengeView(msgspec.Struct, frozen=True, kw_only=True):
    """What to sign, byte for byte, until when."""

    id: str
    text: str
    ends_at: datetime


class Certifying:
    """The service of proofs by certificate. Trust is read from its files each time, so a new list counts at once."""

    def __init__(self, settings: Certificates, service: str, clock: Clock) -> None:
        self.settings = settings
        self.service = service
        self.clock = clock

    @property
    def on(self) -> bool:
        return self.settings.authorities is not None

    async def challenge(self, code: str, person_id: str) -> ChallengeView:
        """A new text to sign for this account, instead of an earlier one. Raises CertificatesOff, NotFound,
        ProvedBefore."""
        self._require()
        code, now = uscc.check(code), self.clock()
        person = await store.person(person_id)
        if person is None or person.ended or person.org_code != code:
            raise NotFound("没有为该企业注册的这个账户,请核对注册编号 nobody registered for this company under this id")
        if person.role is not Role.APPLICANT:
            raise proving.ProvedBefore("该账户已核验,可直接登录使用 this account is proved already")
        made = ChallengeView(id=new_id("chl"), text="", ends_at=now + LIFETIME)
        text = (f"TenderCredit company proof v1\nservice: {self.service}\ncompany: {code}\naccount: {person_id}\n"
                f"nonce: {new_token()}\nuntil: {made.ends_at.isoformat()}\n")
        await store.keep_challenge(made.id, person_id, code, text, now, made.ends_at)
        return msgspec.structs.replace(made, text=text)

    async def asked(self, challenge_id: str, person_id: str) -> ChallengeView:
        """The person's own challenge again. Raises ChallengeOver."""
        kept = await self._kept(challenge_id)
        if kept["person_id"] != person_id:
            raise proving.ChallengeOver(_OVER)
        return ChallengeView(id=challenge_id, text=kept["text"], ends_at=kept["ends_at"])

    async def prove(self, code: str, challenge_id: str, signature: str, chain: str) -> Person:
        """The company has signed the challenge: the account is its own. A challenge that has served, serves no more.

        Raises CertificatesOff, TrustUnreadable, ChallengeOver, CertificateRefused, NotFound, ProvedBefore.
        """
        self._require()
        now, kept = self.clock(), await self._kept(challenge_id)
        if kept["org_code"] != uscc.check(code):
            raise proving.ChallengeOver(_OVER)
        given = _decoded(signature)
        shown = await asyncio.to_thread(self._check, given, chain, kept["text"], kept["org_code"], now)
        return await proving.by_certificate(kept["person_id"], kept["org_code"], challenge_id, shown, now=now)

    async def _kept(self, challenge_id: str) -> dict[str, Any]:
        kept = await store.challenge(challenge_id)
        if kept is None or self.clock() >= kept["ends_at"]:
            raise proving.ChallengeOver(_OVER)
        return kept

    def _check(self, signature: bytes, chain: str, text: str, code: str, now: datetime) -> Shown:
        forms = _forms(text)
        if not is_cms(signature):
            return check(read_chain(chain), signature, forms, code, self.trust(), now)
        found = unpacked(signature, forms, read_chain(chain) if chain.strip() else [])
        return check(found.certificates, found.signature, found.signed, code, self.trust(), now)

    def trust(self) -> Trust:
        """Authorities, lists and places of the settings. Raises TrustUnreadable naming the file."""
        authorities = [c for path in _files(self.settings.authorities) for c in _certificates(path)]
        lists = tuple(_list(path) for path in _files(self.settings.revoked))
        if not authorities:
            raise TrustUnreadable(f"{self.settings.authorities} 中没有证书;请放入证书机构的PEM证书")
        places = tuple(place.strip() for place in self.settings.code_at.split(",") if place.strip())
        return Trust(authorities=tuple(authorities), revoked=lists, code_at=places)

    def _require(self) -> None:
        if not self.on:
            raise CertificatesOff("本系统没有启用证书核验;请凭文书核验码,或由法定代表人到场")


def _decoded(signature: str) -> bytes:
    plain = "".join(signature.split()) if len(signature) < LONGEST_SIGNATURE else ""
    try:
        found = base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found:
        raise refused("signature", "签名应为base64文本", "wrong_form")
    return found


def _forms(text: str) -> list[bytes]:
    """The text as it may reach the signer: as issued, with the line ends of Windows, without the last one."""
    return [form.encode() for each in (text, text.replace("\n", "\r\n")) for form in (each, each.rstrip())]


def _files(place: Path | None) -> Iterator[Path]:
    if place is None:
        return
    if not place.exists():
        raise TrustUnreadable(f"{place} 不存在;请核对设置")
    yield from sorted(p for p in place.iterdir() if p.is_file()) if place.is_dir() else (place,)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, *UNREADABLE):
        raise TrustUnreadable(f"{path.name} 不是PEM证书文件") from None


def _list(path: Path) -> x509.CertificateRevocationList:
    try:
        content = path.read_bytes() if path.stat().st_size <= _LARGEST_FILE else b""
        pem = content.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
        _ = found.extensions  # read now, so that a list of unknown make is told by its file
    except (OSError, *UNREADABLE):
        raise TrustUnreadable(f"{path.name} 不是吊销列表(CRL)文件") from None
    return found
