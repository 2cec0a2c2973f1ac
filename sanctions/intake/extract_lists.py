"""An extract of another house as a list file: its signed manifest says what the file is. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from credit.kernel.errors import FieldError, Invalid
from credit.kernel.signing import BadKey, VerifierKey, load_verifier
from sanctions.extracts.notes import FULL, covered, moment_of, open_manifest
from sanctions.extracts.rows import SHEET
from sanctions.intake.list_rows import Columns, Manifest
from sanctions.model import ListCode

_COLUMNS = Columns(
    name=SHEET["name"], code=SHEET["code"], document_no=SHEET["document_no"], decided_on=SHEET["first_day"],
    until=SHEET["stated_until"], basis=SHEET["basis"], authority=SHEET["authority"],
    authority_code=SHEET["authority_code"],
)


def is_extract(text: str) -> bool:
    """Whether a manifest is that of an extract."""
    return text.startswith(FULL + "\n")


def keys_of(text: str) -> tuple[VerifierKey, ...]:
    """The public keys of a text, one a line. Raises Invalid where there are none or one is damaged."""
    try:
        found = tuple(load_verifier(line) for line in text.splitlines() if line.strip())
    except BadKey as exc:
        fault = FieldError("/extract_keys", "wrong_form", exc.detail)
        raise Invalid("公钥有误 a public key is damaged", errors=(fault,)) from None
    if not found:
        fault = FieldError("/extract_keys", "missing", "填写事先取得的该系统公钥,每行一把")
        raise Invalid("清单是名单摘录的清单:须有可信公钥 give the keys of the house it comes from", errors=(fault,))
    return found


def list_manifest(note: str, trusted: Iterable[VerifierKey], digest: str) -> Manifest:
    """What the file with this SHA-256 is, as the extract's manifest says it. Raises BadNote, Invalid.

    It is as fresh as the other house's own copy of the list was, never fresher, and whole: what is no longer in it is
    told as vanished. A last day that the other house only computed is left to the rules of this one.
    """
    keys = tuple(trusted)
    made = open_manifest(note, keys)
    covered(made, keys)
    meant = next((one for one in made.files if one.sha256 == digest and one.name.endswith(".csv")), None)
    if meant is None or meant.list not in set(ListCode):
        fault = FieldError("/file", "not_in_manifest", "请用同一份摘录中某个名单的 CSV,原样不改")
        raise Invalid("清单中没有这个名单文件 the manifest names no such list file", errors=(fault,))
    held = next((source for source in made.sources if source.list == meant.list), None)
    if held is None:
        fault = FieldError("/manifest", "source_missing", "请改从官方渠道取得,或请发布方登记该名单的取得时间")
        told = f"发布方没有“{meant.title}”的数据来源:不在文件中不说明没有列入 the house holds no such list"
        raise Invalid(told, errors=(fault,))
    return Manifest(
        list=ListCode(meant.list), official_channel=f"名单摘录 {made.log},第{made.known_seq}条所知",
        fetched_at=min(moment_of(made.at), moment_of(held.fetched_at)), complete=True, columns=_COLUMNS, sha256=digest)
