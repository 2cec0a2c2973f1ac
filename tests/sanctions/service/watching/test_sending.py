"""A try against targets that hang, redirect, answer 10 MB or change their address: each has its recorded outcome."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sanctions.service.watching.sending import MOST_READ, Sender, Sent
from sanctions.webhooks import TargetRefused
from tests.receivers import answer, receiving


def sender(*addresses: str, seconds: float = 5.0, allow_private: bool = True, trust: ssl.SSLContext | None = None
           ) -> Sender:
    """One whose names lead to `addresses`, one after the other; the last one stays."""
    left = list(addresses or ["127.0.0.1"])

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [left.pop(0) if len(left) > 1 else left[0]]

    return Sender(allow_private=allow_private, seconds=seconds, resolve=resolve, trust=trust)


@pytest.mark.parametrize(("said", "outcome"), [
    (answer("200 OK", body=b"fine"), Sent(True, 200)),
    (answer("302 Found", "location: http://169.254.169.254/"), Sent(False, 302, "redirected")),
    (answer("500 Oops"), Sent(False, 500, "status")),
    (answer("404 Not Found"), Sent(False, 404, "status")),
    (answer("410 Gone"), Sent(False, 410, "gone")),
    (b"nonsense\r\n\r\n", Sent(False, None, "broken_off")),
    (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\nconnection: close\r\n\r\nhalf", Sent(True, 200, "answer_unfinished")),
])
async def test_an_answer_is_judged_by_its_status(said: bytes, outcome: Sent) -> None:
    async with receiving() as target:
        target.answers = [said]
        assert await sender().post(target.url, "{}", {}) == outcome
        assert len(target.got) == 1  # a redirect is not followed


async def test_a_target_that_hangs_is_left_after_the_limit() -> None:
    async with receiving() as target:
        target.answers = [b""]
        assert await sender(seconds=0.2).post(target.url, "{}", {}) == Sent(False, None, "timed_out")


@pytest.mark.parametrize(("status", "accepted"), [("200 OK", True), ("500 Oops", False)])
async def test_of_ten_megabytes_no_more_is_read_than_agreed(status: str, accepted: bool) -> None:
    async with receiving() as target:
        target.answers = [answer(status, body=b"x" * 10_000_000)]
        sent = await sender().post(target.url, "{}", {})
        assert (sent.accepted, sent.reason) == (accepted, "answer_cut" if accepted else "status")
        await asyncio.sleep(0)
        assert target.sent < 8_000_000  # what was in the pipes when the line was cut; MOST_READ of it was read
        assert MOST_READ == 65_536


async def test_nobody_there_is_an_outcome_too() -> None:
    async with receiving() as target:
        url = target.url
    assert await sender().post(url, "{}", {}) == Sent(False, None, "connect_failed")


async def test_a_name_that_turns_inward_after_registration_is_not_connected_to() -> None:
    async with receiving() as target:
        url = f"https://hooks.example.org:{target.port}/hook"
        turned = sender("93.184.215.14", "127.0.0.1", allow_private=False)
        assert await turned.check(url) == "93.184.215.14"
        assert await turned.post(url, "{}", {}) == Sent(False, None, "target_refused")
        assert target.got == []


async def test_a_name_nobody_knows_is_refused_at_once() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    lost = Sender(allow_private=False, resolve=resolve)
    with pytest.raises(TargetRefused):
        await lost.check("https://nowhere.example.org/")
    assert await lost.post("https://nowhere.example.org/", "{}", {}) == Sent(False, None, "name_unresolved")


async def test_the_certificate_must_be_that_of_the_name_not_of_the_address(tmp_path: Path) -> None:
    key, made = certified("hooks.example.org")
    (tmp_path / "both.pem").write_bytes(key + made)

    def served() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "both.pem")
        return context

    trust = ssl.create_default_context(cadata=made.decode())
    async with receiving(served) as target:
        right = f"https://hooks.example.org:{target.port}/hook?a=b"
        assert await sender(trust=trust).post(right, "{}", {}) == Sent(True, 204)
        assert target.got[0].headers["host"] == f"hooks.example.org:{target.port}"
        wrong = f"https://other.example.org:{target.port}/hook"
        assert await sender(trust=trust).post(wrong, "{}", {}) == Sent(False, None, "tls_failed")


def certified(name: str) -> tuple[bytes, bytes]:
    """A key and its self-signed certificate for `name`, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem, made.public_bytes(serialization.Encoding.PEM)
