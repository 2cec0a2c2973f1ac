"""A company's X.509 certificate: does it chain to a trusted authority, is it the company's, did it sign. Pure.

RSA and ECDSA only. What it says of persons is neither kept nor repeated in a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from credit import uscc
from credit.accounts import cms
from credit.accounts.model import Revocation
from credit.kernel.errors import FieldError, Invalid, Refusal

LONGEST_CHAIN = 40_000  # characters of PEM
_MOST_CERTIFICATES = 6
_SM_SIGNATURES = "1.2.156.10197.1."  # GM/T 0006: SM2 with SM3 and their kin
_SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")  # DER of 1.2.156.10197.1.301
_NO_SM2 = "这是国密(SM2)证书,本系统现在不能验证;请改用RSA或ECDSA证书,或凭文书核验码、法定代表人到场核验"
_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RTUWXY]{18}(?![0-9A-Z])")
_SIGNING = frozenset((
    ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # RFC 9336: document signing
    x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # Microsoft: document signing
))
_HASHES: tuple[hashes.HashAlgorithm, ...] = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())


class CertificateRefused(Invalid):
    """The certificate or its signature does not prove the company; the sentence says why and what to do."""

    code = "certificate_refused"
    title = "证书核验未通过 Certificate refused"


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the operator trusts: authorities, their revocation lists, and the OIDs at which a code may stand."""

    authorities: tuple[x509.Certificate, ...]
    revoked: tuple[x509.CertificateRevocationList, ...] = ()
    code_at: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that holds: SHA-256 of its DER (hex), and whether it was looked up among the revoked ones."""

    fingerprint: str
    revocation: Revocation


def refused(field: str, detail: str, reason: str) -> CertificateRefused:
    return CertificateRefused(detail, errors=(FieldError(f"/{field}", reason, detail),))


def check(chain: Sequence[x509.Certificate], signature: bytes, texts: Sequence[bytes], code: str, trust: Trust,
          now: datetime) -> Shown:
    """The certificate of the company `code` that signed one of `texts`. Raises CertificateRefused."""
    path = _path(chain, trust, now)
    leaf = path[0]
    _check_use(leaf)
    found = _revocation(path, trust, now)
    _check_code(leaf, code, trust.code_at)
    if not any(_signed(leaf, signature, text) for text in texts):
        raise refused("signature", "签名与原文、证书不符;请对下载的原文文件签名,不要改动其内容", "signature_wrong")
    return Shown(fingerprint=leaf.fingerprint(hashes.SHA256()).hex(), revocation=found)


def read_chain(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, the company's first. Raises CertificateRefused."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode()) if len(pem) <= LONGEST_CHAIN else []
    except cms.UNREADABLE:
        found = []
    if not 1 <= len(found) <= _MOST_CERTIFICATES:
        said = f"证书应为PEM文本(-----BEGIN CERTIFICATE-----),本企业的在最前,共1至{_MOST_CERTIFICATES}张"
        raise refused("chain", said, "wrong_form")
    for certificate in found:
        refuse_sm2(certificate)
    return found


def unpacked(signature: bytes, texts: Sequence[bytes], chain: Sequence[x509.Certificate]) -> cms.Unpacked:
    """A CMS signature with its certificates, the signer's first. Raises CertificateRefused."""
    try:
        found = cms.unpack(signature, texts, chain)
    except cms.BadCms as exc:
        raise refused("signature", str(exc), "wrong_form") from None
    except cms.SmCms:
        raise refused("signature", _NO_SM2, "sm2_unsupported") from None
    if len(found.certificates) > _MOST_CERTIFICATES + len(chain):
        raise refused("signature", "CMS中的证书过多", "wrong_form")
    for certificate in found.certificates:
        refuse_sm2(certificate)
    return found


def refuse_sm2(certificate: x509.Certificate) -> None:
    """Raises CertificateRefused for a certificate of the SM2 family, which this house cannot verify."""
    signed_by_sm = certificate.signature_algorithm_oid.dotted_string.startswith(_SM_SIGNATURES)
    if signed_by_sm or _SM2_CURVE in certificate.public_bytes(serialization.Encoding.DER):
        raise refused("chain", _NO_SM2, "sm2_unsupported")
    try:
        certificate.public_key()
    except cms.UNREADABLE:
        raise refused("chain", "不支持这种公钥的证书;请用RSA或ECDSA证书", "key_unsupported") from None


def _path(chain: Sequence[x509.Certificate], trust: Trust, now: datetime) -> Sequence[x509.Certificate]:
    """From the company's certificate to a trusted authority, each valid at `now`, nothing critical in them unknown."""
    company = chain[0]
    if not company.not_valid_before_utc <= now <= company.not_valid_after_utc:
        raise refused("chain", "证书不在有效期内;请用有效的证书", "not_in_force")
    builder = PolicyBuilder().store(Store(list(trust.authorities))).time(now.astimezone(UTC).replace(tzinfo=None))
    builder = builder.max_chain_depth(_MOST_CERTIFICATES).extension_policies(
        ee_policy=ExtensionPolicy.permit_all(), ca_policy=_authority())
    try:
        return builder.build_client_verifier().verify(company, list(chain[1:])).chain
    except (VerificationError, *cms.UNREADABLE):
        said = "证书不能追溯到本系统认可的证书机构,或含有不识别的关键扩展;请附上中间证书,或向运营方核对认可的机构"
        raise refused("chain", said, "not_trusted") from None


def _authority() -> ExtensionPolicy:
    """An issuer says that it is an authority and, where it says its use, that it signs certificates."""
    def issues(policy: Policy, certificate: x509.Certificate, found: x509.BasicConstraints) -> None:
        if not found.ca:
            raise ValueError("no authority")

    def signs(policy: Policy, certificate: x509.Certificate, found: x509.KeyUsage | None) -> None:
        if found is not None and not found.key_cert_sign:
            raise ValueError("may not sign certificates")

    return (ExtensionPolicy.permit_all()
            .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, issues)
            .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, signs))


def _check_use(company: x509.Certificate) -> None:
    """Raises CertificateRefused unless the certificate is for signing."""
    try:
        found = {extension.oid: extension for extension in company.extensions}
    except cms.UNREADABLE:
        raise refused("chain", "证书的扩展无法读取;请向证书机构更换", "wrong_form") from None
    use, purpose = found.get(x509.KeyUsage.oid), found.get(x509.ExtendedKeyUsage.oid)
    basic = found.get(x509.BasicConstraints.oid)
    if use is not None and not (use.value.digital_signature or use.value.content_commitment):
        raise refused("chain", "证书的用途不含数字签名;请用签名证书,不是加密证书", "use_wrong")
    if (purpose is not None and _SIGNING.isdisjoint(purpose.value)) or (basic is not None and basic.value.ca):
        raise refused("chain", "证书的用途不是签名或身份认证;请用签名证书", "use_wrong")


def _revocation(path: Sequence[x509.Certificate], trust: Trust, now: datetime) -> Revocation:
    """Whether every link could be looked up; a stale list refuses rather than clears. A list with a critical extension
    is of a part only: it can revoke, it cannot clear."""
    looked = True
    for certificate, issuer in pairwise(path):
        lists = [found for found in trust.revoked if _is_of(found, issuer)]
        if any(found.get_revoked_certificate_by_serial_number(certificate.serial_number) for found in lists):
            raise refused("chain", "证书已被吊销;请用有效的证书", "revoked")
        whole = [found for found in lists if not any(extension.critical for extension in found.extensions)]
        current = any(_is_current(found, now) for found in whole)
        if whole and not current:
            said = "证书机构的吊销列表已过期,暂不能核验;请联系运营方更新,或用其他办法核验"
            raise refused("chain", said, "list_stale")
        looked = looked and current
    return Revocation.CHECKED if looked and len(path) > 1 else Revocation.NOT_CHECKED


def _is_of(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether this list is signed by the issuer; one signed in a way unknown here is nobody's."""
    if found.issuer != issuer.subject:
        return False
    try:
        return found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except cms.UNREADABLE:
        return False


def _is_current(found: x509.CertificateRevocationList, now: datetime) -> bool:
    return found.next_update_utc is not None and found.last_update_utc <= now < found.next_update_utc


def _check_code(company: x509.Certificate, code: str, places: Sequence[str]) -> None:
    """Raises CertificateRefused unless the places name this code and no other."""
    codes = {found for text in _values(company, places) for found in _CODE.findall(text.upper()) if _is_code(found)}
    if not codes:
        said = "证书中没有找到统一社会信用代码;请用载有代码的企业证书,或向运营方说明代码所在的字段"
        raise refused("chain", said, "no_code")
    if codes != {code}:
        raise refused("chain", "证书中的统一社会信用代码不是本企业的", "other_code")


def _values(company: x509.Certificate, places: Sequence[str]) -> Iterator[str]:
    for attribute in company.subject:
        if attribute.oid.dotted_string in places:
            yield attribute.value if isinstance(attribute.value, str) else attribute.value.decode("latin-1")
    for extension in company.extensions:
        if extension.oid.dotted_string in places and isinstance(extension.value, x509.UnrecognizedExtension):
            yield extension.value.value.decode("latin-1")


def _is_code(text: str) -> bool:
    try:
        return uscc.check(text) == text
    except Refusal:
        return False


def _signed(company: x509.Certificate, signature: bytes, text: bytes) -> bool:
    """Whether this is a signature over the text: RSA (PKCS #1 v1.5 or PSS) or ECDSA, with SHA-256, -384 or -512."""
    key = company.public_key()
    for algorithm in _HASHES:
        if isinstance(key, ec.EllipticCurvePublicKey) and _verifies(key, signature, text, ec.ECDSA(algorithm)):
            return True
        if isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
            if any(_verifies(key, signature, text, how, algorithm) for how in (padding.PKCS1v15(), pss)):
                return True
    return False


def _verifies(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, *given: object) -> bool:
    try:
        key.verify(*given)  # type: ignore[arg-type]
    except InvalidSignature:
        return False
    return True
