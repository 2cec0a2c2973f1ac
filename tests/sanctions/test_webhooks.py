"""Which addresses may be called: only what everybody may be sent to; and signatures the library itself accepts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from sanctions.service.watching.sealing import Sealing, new_secret
from sanctions.verdicts import Outcome
from sanctions.watches import Told
from sanctions.webhooks import Kind, TargetRefused, check_addresses, check_url, headers, message

HTTPS = "https://hooks.example.org/in"


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::",
])
def test_inner_addresses_are_refused_in_whatever_dress(address: str) -> None:
    with pytest.raises(TargetRefused):
        check_addresses(HTTPS, [address], allow_private=False)
    with pytest.raises(TargetRefused):  # one of several is enough
        check_addresses(HTTPS, ["93.184.215.14", address], allow_private=False)


def test_public_addresses_are_called_the_first_of_them() -> None:
    assert check_addresses(HTTPS, ["93.184.215.14", "1.1.1.1"], allow_private=False) == "93.184.215.14"
    assert check_addresses(HTTPS, ["2606:4700::1111"], allow_private=False) == "2606:4700::1111"


@pytest.mark.parametrize("url", [
    "http://hooks.example.org/", "ftp://hooks.example.org/", "hooks.example.org", "https://", "https://a@example.org/",
    "https://a:b@example.org/", "https://example.org/#x", "https://example.org:99999/", "https://example.org:0/",
    "https://exa mple.org/", "https://example.org/\n", "https://[::1/", "https://example.org/" + "a" * 1000,
])
def test_only_plain_https_addresses_are_taken(url: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(url, allow_private=False)


def test_http_is_for_loopback_only_even_where_inner_addresses_are_allowed() -> None:
    url = "http://inner.example.org/"
    assert check_url(url, allow_private=True) == "inner.example.org"
    assert check_addresses(url, ["127.0.0.1"], allow_private=True) == "127.0.0.1"
    with pytest.raises(TargetRefused):
        check_addresses(url, ["192.168.1.1"], allow_private=True)
    assert check_addresses(HTTPS, ["192.168.1.1"], allow_private=True) == "192.168.1.1"


def test_the_library_accepts_each_of_two_signatures() -> None:
    now, old, new = datetime.now(UTC), new_secret(), new_secret()
    body = message(Kind.TEST, now, {"webhook_id": "whk_示例"})
    sent = headers("msg_1", now, body, [new, old])
    for secret in (old, new):
        assert Webhook(secret).verify(body, sent)["type"] == "webhook_test"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(new_secret()).verify(body, sent)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old).verify(body + " ", sent)


def test_a_sealed_secret_opens_in_its_own_place_only() -> None:
    sealing = Sealing(bytes(32))
    sealed = sealing.seal("whsec_x", "whk_a")
    assert sealing.open(sealed, "whk_a") == "whsec_x"
    for other, place in ((sealing, "whk_b"), (Sealing(b"1" * 32), "whk_a")):
        with pytest.raises(Exception):  # noqa: B017 - whatever the cipher says
            other.open(sealed, place)


def test_answers_differ_by_outcome_or_by_what_bars() -> None:
    clear, barred = Told(Outcome.ELIGIBLE), Told(Outcome.INELIGIBLE, ("ban_in_force rec_1 2027-05-19",))
    assert clear.differs(barred)
    assert barred.differs(Told(Outcome.INELIGIBLE, ("ban_in_force rec_1 2028-05-19",)))
    assert not Told(Outcome.UNDETERMINED, (), ("name_only",)).differs(Told(Outcome.UNDETERMINED))
