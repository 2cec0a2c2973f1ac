"""A CMS signature (RFC 5652, also PKCS #7) taken apart as far as a proof needs it: who signed which bytes. Pure.

DER with one signer, attached or detached. Nothing is verified here but that the signed attributes name the text.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

UNREADABLE = (
    ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)  # what reading a certificate that is none may raise
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2
_SM_SIGNED_DATA = bytes.fromhex("060a2a811ccf550601040202")  # 1.2.156.10197.6.1.4.2.2, GM/T 0010
_DATA = bytes.fromhex("06092a864886f70d010701")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("0609608648016503040201"): hashes.SHA256(), bytes.fromhex("0609608648016503040202"): hashes.SHA384(),
    bytes.fromhex("0609608648016503040203"): hashes.SHA512(),
}
_SEQUENCE, _SET, _OCTETS, _OID = 0x30, 0x31, 0x04, 0x06
_FIRST, _SECOND = 0xA0, 0xA1  # [0] and [1], constructed
_KEY_ID = 0x80  # [0], plain
_MOST_PARTS = 64


class BadCms(Exception):
    """Not a CMS signature over the text; the message is for the signer."""


class SmCms(Exception):
    """Of the SM2 family."""


class Part(NamedTuple):
    """A DER value: its tag, its content, and all of it."""

    tag: int
    content: bytes
    whole: bytes


class Unpacked(NamedTuple):
    """The signer's certificate first, what it signed, and the signature."""

    certificates: list[x509.Certificate]
    signed: list[bytes]
    signature: bytes


def is_cms(data: bytes) -> bool:
    """Whether this claims to be CMS signed data rather than a bare signature."""
    return _SIGNED_DATA in data[:24] or _SM_SIGNED_DATA in data[:24]


def unpack(data: bytes, texts: Sequence[bytes], more: Sequence[x509.Certificate] = ()) -> Unpacked:
    """What one signer signed over one of `texts`; `more` are certificates that may be the signer's.

    Raises BadCms, SmCms.
    """
    if _SM_SIGNED_DATA in data[:24]:
        raise SmCms
    try:
        return _unpack(data, texts, more)
    except (IndexError, *UNREADABLE) as exc:
        raise BadCms("签名不是完整的CMS(PKCS#7)DER文本") from exc


def _unpack(data: bytes, texts: Sequence[bytes], more: Sequence[x509.Certificate]) -> Unpacked:
    outer = _parts(_only(data, _SEQUENCE))
    body = _parts(_only(_wanted(outer[1], _FIRST), _SEQUENCE))
    held = [*_certificates(body), *more]
    signers = _parts(_wanted(body[-1], _SET))
    if len(signers) != 1:
        raise BadCms("CMS中应当只有一个签名人")
    info = _parts(_wanted(signers[0], _SEQUENCE))
    known = [c for c in held if _is_signer(c, info[1])]
    if not known:
        raise BadCms("CMS中没有签名人的证书;请一并提交证书")
    algorithm = _HASHES.get(_parts(_wanted(info[2], _SEQUENCE))[0].whole)
    if algorithm is None:
        raise BadCms("CMS的摘要算法应为SHA-256、SHA-384或SHA-512")
    named = [text for text in texts if _is_named(text, body[2])]
    rest = [c for c in held if c != known[0]]
    if info[3].tag != _FIRST:
        return Unpacked([known[0], *rest], named, _wanted(info[4], _OCTETS))
    if not any(_attests(info[3], text, algorithm) for text in named):
        raise BadCms("CMS所签的不是本系统给出的原文")
    attributes = bytes([_SET]) + info[3].whole[1:]  # RFC 5652 5.4: signed as a SET, not as [0]
    return Unpacked([known[0], *rest], [attributes], _wanted(info[5], _OCTETS))


def _certificates(body: Sequence[Part]) -> Iterator[x509.Certificate]:
    for part in body[3:-1]:
        if part.tag == _FIRST:
            for one in _parts(part.content):
                yield x509.load_der_x509_certificate(one.whole)


def _is_signer(certificate: x509.Certificate, named: Part) -> bool:
    """Whether the signer's identifier, issuer and number or key identifier, is that of the certificate."""
    if named.tag == _KEY_ID:
        try:
            found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        except (x509.ExtensionNotFound, x509.DuplicateExtension):
            return False
        return found.value.digest == named.content
    issuer, number = _parts(_wanted(named, _SEQUENCE))
    same = int.from_bytes(number.content, signed=True) == certificate.serial_number
    return same and issuer.whole == certificate.issuer.public_bytes()


def _is_named(text: bytes, content: Part) -> bool:
    """Whether the text is the one carried along; a detached signature carries none."""
    inner = _parts(_wanted(content, _SEQUENCE))
    return len(inner) == 1 or _only(_wanted(inner[1], _FIRST), _OCTETS) == text


def _attests(attributes: Part, text: bytes, algorithm: hashes.HashAlgorithm) -> bool:
    """Whether the signed attributes hold the digest of the text, once, and are of data."""
    found: dict[bytes, list[bytes]] = {}
    for attribute in _parts(attributes.content):
        kind, values = _parts(_wanted(attribute, _SEQUENCE))
        found.setdefault(kind.whole, []).append(_wanted(values, _SET))
    digest = hashes.Hash(algorithm)
    digest.update(text)
    named = found.get(_MESSAGE_DIGEST, [])
    return found.get(_CONTENT_TYPE) == [_DATA] and len(named) == 1 and hmac.compare_digest(
        _only(named[0], _OCTETS), digest.finalize())


def _parts(data: bytes) -> list[Part]:
    """The values of a constructed content, in order. Raises ValueError."""
    found, at = list[Part](), 0
    while at < len(data):
        if len(found) == _MOST_PARTS:
            raise ValueError("too many parts")
        start, size = at + 2, data[at + 1]
        if data[at] & 0x1F == 0x1F or size == 0x80 or size > 0x84:
            raise ValueError("not DER")
        if size > 0x80:
            start += size - 0x80
            size = int.from_bytes(data[at + 2 : start])
        if start + size > len(data):
            raise ValueError("cut off")
        found.append(Part(data[at], data[start : start + size], data[at : start + size]))
        at = start + size
    return found


def _only(data: bytes, tag: int) -> bytes:
    found = _parts(data)
    if len(found) != 1:
        raise ValueError("one value expected")
    return _wanted(found[0], tag)


def _wanted(part: Part, tag: int) -> bytes:
    if part.tag != tag:
        raise ValueError("another type expected")
    return part.content
