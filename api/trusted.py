"""Public keys that a check trusts: of a file that was kept, or of this installation."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from credit.kernel.cosigning import WitnessKey, load_witness
from credit.kernel.log_keys import LogKeys
from credit.kernel.settings import Settings
from credit.kernel.signing import BadKey, VerifierKey, load_verifier


class Trusted(NamedTuple):
    """The log's keys, retired ones too, and those of witnesses."""

    keys: tuple[VerifierKey, ...]
    witnesses: tuple[WitnessKey, ...]


def of_file(content: bytes) -> Trusted:
    """The keys of a file: one a line, of log or witness, or the JSON of `/v1/ledger/keys`.

    Raises BadKey, ValueError.
    """
    text = content.decode()
    if not text.lstrip().startswith("{"):
        return of_lines(text.splitlines())
    told = msgspec.json.decode(text)
    return of_lines([*(key["vkey"] for key in told["keys"]), *told.get("witnesses", ())])


def of_lines(lines: list[str]) -> Trusted:
    """The keys of lines `<name>+<key id>+<base64>`. Raises BadKey."""
    keys, witnesses = list[VerifierKey](), list[WitnessKey]()
    for line in filter(str.strip, lines):
        try:
            witnesses.append(load_witness(line))
        except BadKey:
            keys.append(load_verifier(line))
    return Trusted(tuple(keys), tuple(witnesses))


def of_installation(settings: Settings) -> Trusted:
    """The keys in the data folder, and the witnesses of the settings. Makes no key. Raises BadKey."""
    keys = LogKeys(settings.data / "keys", settings.origin)
    named = of_lines(settings.witnesses.split(",")).witnesses
    return Trusted(keys.verifiers() if keys.exists() else (), named)
