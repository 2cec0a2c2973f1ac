"""Which certificates prove a company: trusted, in force, for signing, not revoked, of its code; refusals say why."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from credit.accounts.certificates import CertificateRefused, Shown, Trust, check, read_chain, unpacked
from credit.accounts.cms import is_cms
from credit.accounts.model import Revocation
from tests.certified import PERSON, Held, authority, company, revocations, signed, use
from tests.factories import uscc
from tests.fakes import START

CODE, TEXT = uscc(1), b"sample text\n"
ROOT = authority()
MIDDLE = authority("示例中间CA", ROOT)
PLACES = ("2.5.4.97", "2.5.4.5", "2.5.4.11")
SM2 = """-----BEGIN CERTIFICATE-----
MIIB4TCCAYegAwIBAgIUF8Sgp6TCBROMG5NQVqDNQS6PWR4wCgYIKoEcz1UBg3Uw
RjEhMB8GA1UECgwY56S65L6L5bu66K6+5pyJ6ZmQ5YWs5Y+4MSEwHwYDVQRhDBhO
VFJDTi05MTM3MDE5OU1BRVgwMDAyOVIwHhcNMjYxMTIyMDkxNTE0WhcNMzYxMTE5
MDkxNTE0WjBGMSEwHwYDVQQKDBjnpLrkvovlu7rorr7mnInpmZDlhazlj7gxITAf
BgNVBGEMGE5UUkNOLTkxMzcwMTk5TUFFWDAwMDI5UjBZMBMGByqGSM49AgEGCCqB
HM9VAYItA0IABARk0YwijkGXQ6gQ6Nzl7WyMbF+h7Bl/Um2SCSA1dU0VkIBkB6j2
YID6qA/sb5Q2zFO7Amam6Kw8NPY8agZKd3CjUzBRMB0GA1UdDgQWBBRbzF3vYm+I
PC7lFJAWL7cRIt6MoDAfBgNVHSMEGDAWgBRbzF3vYm+IPC7lFJAWL7cRIt6MoDAP
BgNVHRMBAf8EBTADAQH/MAoGCCqBHM9VAYN1A0gAMEUCIQCCYxPV9CL+z61zcm1A
Br0gLbwbOaC/S+dbgat9yXw2+QIgSiobxloMZL/jw3LLr7C/uIFH0UvAcYw5eoEn
f3hAiZM=
-----END CERTIFICATE-----
"""


def tried(
    held: Held, *more: Held, text: bytes = TEXT, lists: tuple[x509.CertificateRevocationList, ...] = (),
    trusted: Held = ROOT, code: str = CODE, places: tuple[str, ...] = PLACES, days: float = 0,
) -> Shown:
    trust = Trust(authorities=(trusted.certificate,), revoked=lists, code_at=places)
    chain = read_chain("".join(one.pem for one in (held, *more)))
    return check(chain, base64.b64decode(signed(held, text)), [TEXT], code, trust, START + timedelta(days=days))


def test_a_certificate_of_a_trusted_authority_proves_its_company() -> None:
    own = company(CODE, ROOT)
    assert tried(own) == Shown(fingerprint=own.certificate.fingerprint(hashes.SHA256()).hex(),
                               revocation=Revocation.NOT_CHECKED)
    assert tried(company(CODE, MIDDLE), MIDDLE).revocation is Revocation.NOT_CHECKED
    assert tried(company(CODE, ROOT), lists=(revocations(ROOT),)).revocation is Revocation.CHECKED
    only_one = (revocations(MIDDLE),)  # nobody knows whether the authority between was revoked
    assert tried(company(CODE, MIDDLE), MIDDLE, lists=only_one).revocation is Revocation.NOT_CHECKED
    for place, prefix in ((NameOID.SERIAL_NUMBER, ""), (NameOID.ORGANIZATIONAL_UNIT_NAME, "统一社会信用代码:")):
        assert tried(company(CODE, ROOT, at=place, prefix=prefix))
    assert tried(company(CODE, ROOT, purposes=(), usage=use(content_commitment=True)))


def test_rsa_signs_in_both_ways() -> None:
    key = rsa.generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, CODE)])
    made = (x509.CertificateBuilder().subject_name(who).issuer_name(ROOT.certificate.subject)
            .public_key(key.public_key()).serial_number(7).not_valid_before(START - timedelta(days=1))
            .not_valid_after(START + timedelta(days=1)).sign(ROOT.key, hashes.SHA256()))
    trust = Trust(authorities=(ROOT.certificate,), code_at=PLACES)
    for how in (padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)):
        signature = key.sign(TEXT, how, hashes.SHA256())
        assert check([made], signature, [TEXT], CODE, trust, START).revocation is Revocation.NOT_CHECKED
        with pytest.raises(CertificateRefused):
            check([made], signature, [TEXT + b"!"], CODE, trust, START)


def test_what_does_not_prove_is_refused_with_its_reason() -> None:
    own, stranger = company(CODE, ROOT), authority("示例CA")  # of the same name, another key
    no_authority = authority("示例企业", ROOT, ca=False)
    under_firm = company(CODE, no_authority)
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: tried(own, text=b"other"), "signature_wrong"),
        (lambda: tried(own, days=301), "not_in_force"), (lambda: tried(own, days=-500), "not_in_force"),
        (lambda: tried(company(CODE, stranger)), "not_trusted"), (lambda: tried(stranger), "not_trusted"),
        (lambda: tried(company(CODE, MIDDLE)), "not_trusted"),  # the one between is missing
        (lambda: tried(under_firm, no_authority), "not_trusted"),
        (lambda: tried(own, code=uscc(2)), "other_code"), (lambda: tried(own, places=("2.5.4.5",)), "no_code"),
        (lambda: tried(company("91370199MAEX00029X", ROOT)), "no_code"),  # a wrong check digit is no code
        (lambda: tried(company(f"{CODE} {uscc(2)}", ROOT)), "other_code"),
        (lambda: tried(company(CODE, ROOT, usage=use(key_encipherment=True))), "use_wrong"),
        (lambda: tried(company(CODE, ROOT, purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))), "use_wrong"),
        (lambda: tried(company(CODE, ROOT, critical=True)), "not_trusted"),
        (lambda: tried(own, lists=(revocations(ROOT, own),)), "revoked"),
        (lambda: tried(own, lists=(revocations(ROOT, own, until=START - timedelta(days=1)),)), "revoked"),
        (lambda: tried(own, lists=(revocations(ROOT, until=START - timedelta(days=1)),)), "list_stale"),
        (lambda: tried(company(CODE, MIDDLE), MIDDLE, lists=(revocations(ROOT, MIDDLE),)), "revoked"),
        (lambda: read_chain(SM2), "sm2_unsupported"), (lambda: read_chain("no pem"), "wrong_form"),
        (lambda: read_chain(own.pem * 7), "wrong_form"), (lambda: read_chain("示例"), "wrong_form"),
        (lambda: read_chain(own.pem.replace("A", "B", 40)), "wrong_form"),
    ]
    for attempt, reason in cases:
        with pytest.raises(CertificateRefused) as caught:
            attempt()
        assert caught.value.errors[0].code == reason, caught.value.detail
        assert PERSON not in caught.value.detail


def test_a_list_of_another_hand_revokes_nobody() -> None:
    own, stranger = company(CODE, ROOT), authority("示例CA")
    assert tried(own, lists=(revocations(stranger, own),)).revocation is Revocation.NOT_CHECKED


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of a broken certificate
@pytest.mark.parametrize("options", [
    [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary], [pkcs7.PKCS7Options.Binary],
    [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoAttributes],
])
def test_a_cms_signature_of_the_text_proves_too(options: list[pkcs7.PKCS7Options]) -> None:
    own = company(CODE, MIDDLE)

    def made(text: bytes) -> bytes:
        builder = pkcs7.PKCS7SignatureBuilder().set_data(text).add_signer(own.certificate, own.key, hashes.SHA256())
        return builder.add_certificate(MIDDLE.certificate).sign(serialization.Encoding.DER, options)

    trust = Trust(authorities=(ROOT.certificate,), code_at=PLACES)
    signature = made(TEXT)
    assert is_cms(signature) and not is_cms(base64.b64decode(signed(own, TEXT)))
    found = unpacked(signature, [b"x", TEXT], [])
    assert found.certificates[0] == own.certificate
    assert check(found.certificates, found.signature, found.signed, CODE, trust, START)
    with pytest.raises(CertificateRefused):
        other = unpacked(made(b"other"), [TEXT], [])
        check(other.certificates, other.signature, other.signed, CODE, trust, START)
    for at in range(0, len(signature), 7):  # cut off, or a byte changed: a refusal, never a failure
        for broken in (signature[:at], signature[:at] + bytes([signature[at] ^ 0x55]) + signature[at + 1 :]):
            try:
                taken = unpacked(broken, [TEXT], [])
                check(taken.certificates, taken.signature, taken.signed, CODE, trust, START)
            except CertificateRefused:
                pass


def test_cms_of_the_sm_family_is_refused_as_such() -> None:
    head = bytes.fromhex("3010060a2a811ccf550601040202a0023000")
    with pytest.raises(CertificateRefused) as caught:
        unpacked(head, [TEXT], [])
    assert caught.value.errors[0].code == "sm2_unsupported"
