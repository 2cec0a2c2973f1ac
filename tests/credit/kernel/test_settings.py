"""Settings: every fault in one sentence, and no secret in a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit.kernel.settings import BadSettings, Settings, read


def test_without_any_setting_everything_runs_in_one_process() -> None:
    chosen = read({"PATH": "/bin", "HOME": "/root"})
    assert chosen == Settings()
    assert (chosen.database.url, chosen.jobs.redis_url, chosen.demo) == (None, None, False)


def test_each_setting_finds_its_place() -> None:
    chosen = read({
        "TENDERCREDIT_DATA": "/srv/tc", "TENDERCREDIT_DATABASE_URL": "postgresql://u:secret@db/tc",
        "TENDERCREDIT_LEASE_SECONDS": "90", "TENDERCREDIT_SMTP_STARTTLS": "yes", "TENDERCREDIT_DEMO": "0",
        "TENDERCREDIT_FONT_CACHE": "/var/cache/tc",
    })
    assert chosen.data == Path("/srv/tc")
    assert chosen.database.url == "postgresql://u:secret@db/tc"
    assert (chosen.jobs.lease_seconds, chosen.mail.starttls, chosen.demo) == (90, True, False)
    assert chosen.letters.font_cache == Path("/var/cache/tc")


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        read({"TENDERCREDIT_PROT": "1", "TENDERCREDIT_SMTP_PORT": "x", "TENDERCREDIT_RATE_LIMIT": "-1",
              "TENDERCREDIT_DEMO": "maybe"})
    for part in ("TENDERCREDIT_PROT is not a setting", "SMTP_PORT", "RATE_LIMIT", "DEMO", "TENDERCREDIT_BASE_URL"):
        assert part in caught.value.detail


def test_secrets_are_not_shown() -> None:
    chosen = read({"TENDERCREDIT_DATABASE_URL": "postgresql://u:hidden@db/tc", "TENDERCREDIT_SMTP_PASSWORD": "hidden",
                   "TENDERCREDIT_REDIS_URL": "redis://:hidden@r/0"})
    assert "hidden" not in repr(chosen) + str(chosen)
    with pytest.raises(BadSettings) as caught:
        read({"TENDERCREDIT_SMTP_PORT": "hidden"})
    assert "hidden" not in caught.value.detail


def test_the_servers_of_the_test_suite_are_no_settings() -> None:
    assert read({"TENDERCREDIT_TEST_POSTGRES": "postgresql://x"}) == Settings()
