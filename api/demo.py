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
from credit.accounts import service as accounts
from credit.accounts.model import Role
from credit.kernel.settings import Settings

FILE = "demo.json"
DEFAULT = Path("data/demo")
_LOCALITY = "sample"
_KEYS = (
    Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.PLATFORM, Role.ENTERPRISE, Role.AUDITOR, Role.OPERATOR,
)
_LOGINS = (Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.ENTERPRISE, Role.PLATFORM, Role.OPERATOR)
_OURS = ("blobs", "keys", "checkpoints", "backups", FILE)  # beside the SQLite files; nothing else is ever removed


def settings_of(chosen: Settings, data: Path, base_url: str) -> Settings:
    """The settings of a demo: no rate limit, tasks in this process, letters as the sample locality has them."""
    return replace(
        chosen, data=data, demo=True, jobs=replace(chosen.jobs, redis_url=None),
        web=replace(chosen.web, base_url=base_url, rate_limit=0),
        letters=replace(chosen.letters, locality=chosen.letters.locality or _LOCALITY),
    )


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


def holder(samples: Samples, role: Role) -> str:
    """Whose key it is: the role's first organisation; for the reviewer, who decided the repairable penalty."""
    if role is Role.REVIEWER:
        repairable = samples.named()["repairable"]
        return next(p.org_code for p in samples.pushes() if p.penalty.subject.code == repairable)
    return next(o.code for o in samples.organisations() if o.role is role)


def write(data: Path, base_url: str, keys: dict[str, str], samples: Samples) -> Path:
    """`demo.json`, readable by its owner alone. People cannot sign in yet: their logins are empty."""
    content = {
        "base_url": base_url, "keys": keys, "logins": {role.value: {} for role in _LOGINS}, "samples": samples.named(),
    }
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
