"""Sample authorities and company certificates, made afresh for each test."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tests.fakes import START

ORGANIZATION_IDENTIFIER = ObjectIdentifier("2.5.4.97")
PERSON = "张样本"  # stands in sample certificates, and must be found nowhere else
SIGNS = {"digital_signature": True}


class Held(NamedTuple):
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def use(**given: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


def authority(name: str = "示例CA", by: Held | None = None, *, ca: bool = True) -> Held:
    """An authority, its own or under another."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (_builder(subject, by.certificate.subject if by else subject, key)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(use(key_cert_sign=True, crl_sign=True), critical=True))
    return Held(made.sign(by.key if by else key, hashes.SHA256()), key)


def company(
    code: str, by: Held, *, at: ObjectIdentifier = ORGANIZATION_IDENTIFIER, prefix: str = "NTRCN-",
    usage: x509.KeyUsage | None = None, purposes: tuple[ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    until: datetime = START + timedelta(days=300), critical: bool = False,
) -> Held:
    """A company's certificate, which also names a person as many do."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"示例建设有限公司@{PERSON}"),
                         x509.NameAttribute(at, prefix + code)])
    made = _builder(subject, by.certificate.subject, key, until).add_extension(usage or use(**SIGNS), critical=True)
    if purposes:
        made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if critical:
        unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
        made = made.add_extension(unknown, critical=True)
    return Held(made.sign(by.key, hashes.SHA256()), key)


def revocations(
    by: Held, *revoked: Held, until: datetime = START + timedelta(days=1)
) -> x509.CertificateRevocationList:
    """A revocation list of an authority."""
    made = (x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
            .last_update(START - timedelta(days=7)).next_update(until))
    for held in revoked:
        made = made.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(held.certificate.serial_number)
            .revocation_date(START - timedelta(days=1)).build())
    return made.sign(by.key, hashes.SHA256())


def signed(held: Held, text: bytes) -> str:
    """The base64 of the holder's signature."""
    return base64.b64encode(held.key.sign(text, ec.ECDSA(hashes.SHA256()))).decode()


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey,
    until: datetime = START + timedelta(days=900),
) -> x509.CertificateBuilder:
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(START - timedelta(days=400))
            .not_valid_after(until))
