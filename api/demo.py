"""What makes a demo a demo: its settings, its folder, keys that are new at every start, and `demo.json`."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.samples import Samples
from api.seed import BY, PUSH_ANY
from api.wiring import Services
from credit.accounts import passwords, people
from credit.accounts import service as accounts
from credit.accounts.model import PersonInput, Role
from credit.kernel.settings import Settings

FILE = "demo.json"
DEFAULT = Path("data/demo")
SCORING = 5.0  # seconds that a start may spend on everybody's score; what is left then is done while serving
_LOCALITY = "sample"
_KEYS = (
    Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.PLATFORM, Role.ENTERPRISE, Role.AUDITOR, Role.OPERATOR,
)
_LOGINS = (Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.ENTERPRISE, Role.PLATFORM, Role.OPERATOR)
_NAMES = {
    Role.AUTHORITY: "示例执法人员", Role.REVIEWER: "示例经办", Role.COORDINATOR: "示例信用科",
    Role.ENTERPRISE: "王示例", Role.PLATFORM: "示例交易员", Role.OPERATOR: "示例运维",
}
# beside the SQLite files; nothing else is ever removed
_OURS = ("blobs", "keys", "checkpoints", "backups", "extracts", FILE)


def settings_of(chosen: Settings, data: Path, base_url: str) -> Settings:
    """The settings of a demo: no rate limit, tasks in this process, letters as the sample locality has them."""
    return replace(
        chosen, data=data, demo=True, jobs=replace(chosen.jobs, redis_url=None),
        web=replace(chosen.web, base_url=base_url, rate_limit=0),
        letters=replace(chosen.letters, locality=chosen.letters.locality or _LOCALITY),
    )


def settings_beside(chosen: Settings) -> Settings:
    """The settings of another command on the same folder: where a demo is served from it, what is issued or said names
    the address of that demo."""
    told = read(chosen.data)
    if told is None:
        return chosen
    return replace(chosen, demo=True, web=replace(chosen.web, base_url=told.get("base_url") or chosen.web.base_url))


def removable(data: Path) -> bool:
    """Whether `--fresh` may empty the folder: it holds a demo, or no database at all."""
    return (data / FILE).exists() or not (data / "tendercredit.sqlite").exists()


def empty(data: Path) -> None:
    """Removes what a demo made in its folder, and nothing else."""
    for path in [*data.glob("tendercredit.sqlite*"), *(data / name for name in _OURS)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


async def new_keys(services: Services, samples: Samples) -> dict[str, str]:
    """A new key for each role; those of earlier starts end."""
    now = services.clock()
    for old in await accounts.keys_named(BY):
        await accounts.revoke_key(old.key_id, by=BY, now=now)
    made = {}
    for role in _KEYS:
        scopes = PUSH_ANY if role is Role.AUTHORITY else frozenset[str]()
        made[role.value], _ = await accounts.create_key(
            org_code=holder(samples, role), role=role, name=BY, by=BY, now=now, scopes=scopes
        )
    return made


async def new_logins(services: Services, samples: Samples) -> dict[str, dict[str, str]]:
    """A sign-in for each role that has pages, with a new password at every start; earlier sign-ins end."""
    now, made = services.clock(), {}
    for role in _LOGINS:
        login = f"demo-{role.value}"
        known = await people.person_of(login)
        if known is None:
            given = PersonInput(login=login, display_name=_NAMES[role], org_code=holder(samples, role), role=role)
            password, _ = await people.create_person(given, by=BY, now=now, password=passwords.one_time())
        else:
            password, _ = await people.set_password(known.person_id, by=BY, now=now, password=passwords.one_time())
        made[role.value] = {"name": login, "password": password}
    return made


def holder(samples: Samples, role: Role) -> str:
    """Whose key it is: the role's first organisation; for the reviewer, who decided the repairable penalty."""
    if role is Role.REVIEWER:
        repairable = samples.named()["repairable"]
        return next(p.org_code for p in samples.pushes() if p.penalty.subject.code == repairable)
    return next(o.code for o in samples.organisations() if o.role is role)


def write(
    data: Path, base_url: str, keys: dict[str, str], logins: dict[str, dict[str, str]], samples: Samples
) -> Path:
    """`demo.json`, readable by its owner alone."""
    content = {"base_url": base_url, "keys": keys, "logins": logins, "samples": samples.named()}
    target = data / FILE
    draft = target.with_suffix(f".{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1)
    draft.replace(target)
    return target


def read(data: Path) -> dict[str, Any] | None:
    """What `demo.json` says; None where there is no demo."""
    try:
        found = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None
