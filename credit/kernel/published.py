"""What was published of the log and kept outside the database: checkpoints of every origin, keys and their hand-overs.

Checkpoints count only where a key signed them from which a chain of signed hand-overs leads to the present one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from pathlib import Path

from credit.kernel import canonical, ledger
from credit.kernel.checkpoints import Checkpoint, parse_checkpoint
from credit.kernel.custody import Custody
from credit.kernel.log_keys import LogKeyRotated, LogKeys
from credit.kernel.signing import BadNote, VerifierKey, open_note
from credit.kernel.witness import Fault

_SIZED = "[0-9]*"


def everything(custody: Custody) -> Iterator[Checkpoint | Fault]:
    """Every checkpoint kept, of all origins, smallest first; a fault for a file that no key of the chain signed."""
    chain = custody.keys.chained()
    folders = (f for f in custody.folder.glob(_SIZED) if f.is_dir())
    for _, found in heapq.merge(*(_opened(folder, chain) for folder in folders), key=lambda pair: pair[0]):
        yield found


def _opened(folder: Path, chain: Sequence[VerifierKey]) -> Iterator[tuple[int, Checkpoint | Fault]]:
    for path in sorted(folder.glob(_SIZED)):
        try:
            found: Checkpoint | Fault = parse_checkpoint(open_note(path.read_text(encoding="utf-8"), chain))
        except (BadNote, UnicodeDecodeError) as exc:
            found = Fault(f"checkpoint file={folder.name}/{path.name}", f"文件被改动,或签名密钥不在交接链上 changed, "
                          f"or signed by a key outside the chain of hand-overs ({exc})")
        yield int(path.name), found


async def hand_over_faults(keys: LogKeys) -> list[Fault]:
    """Where a kept hand-over is not the one the log remembers, or a retired key is named by no successor."""
    told: dict[str, str] = {}  # new key → digest of the note that named it; the last counts
    for entry in await ledger.of_kind(LogKeyRotated.kind):
        event = await ledger.event(entry.seq)
        told[event["new_key"]] = event["note_digest"]
    known, chain = keys.known() if keys.exists() else (), keys.chained()
    faults = [
        Fault(f"key id={one.key.key_id.hex()}", "交接书与日志所记不符 its hand-over is not the one the log remembers")
        for one in known if one.rotation is not None
        and told.get(one.key.key_id.hex(), canonical.digest(one.rotation)) != canonical.digest(one.rotation)
    ]
    return faults + [
        Fault(f"key id={one.key.key_id.hex()}", "不在交接链上 no chain of hand-overs leads from it to the present key")
        for one in known if one.key not in chain
    ]
