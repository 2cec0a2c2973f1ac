"""Natural persons by reference: a library number or a salted digest, never an ID number. Pure."""

from __future__ import annotations

import hmac
import re
import unicodedata
from hashlib import sha256

from credit.kernel.errors import Refusal

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_LIBRARY = re.compile(r"[a-z0-9_]{1,32}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_HOLDS_ID = re.compile(r"[0-9]{15}")
_DIGEST_LIBRARY = "digest"
_DIGEST = re.compile(r"digest:[0-9a-f]{64}")


class BadPersonRef(Refusal):
    """No reference to a person; the message never repeats the input."""

    code = "person_ref_invalid"
    title = "自然人标识有误 Invalid person reference"


class PersonRefIsIdNumber(BadPersonRef):
    code = "person_ref_is_id_number"


def person_ref(library: str, number: str) -> str:
    """The reference `library:number`, e.g. `experts_sample:E0001`. Raises BadPersonRef, also for an ID number."""
    text = _BLANKS.sub("", number)
    if _looks_like_id(text):
        raise PersonRefIsIdNumber("不得使用居民身份证号码:请填写主体库编号,或改用加盐摘要")
    if not _LIBRARY.fullmatch(library) or not _NUMBER.fullmatch(text):
        raise BadPersonRef("自然人标识应为“库名:编号”:库名用小写字母、数字和下划线,编号用字母、数字和连字符")
    return f"{library}:{text}"


def check_ref(ref: str) -> str:
    """A reference as an office writes it: `library:number`, a bare library number, or a salted digest.

    Raises BadPersonRef, without repeating it, for what is empty, over 100 characters, or holds an ID number.
    """
    text = ref.strip()
    if not text or len(text) > 100 or not text.isprintable():
        raise BadPersonRef("填写专家库、人员库编号或加盐摘要,1至100个字符")
    if not _DIGEST.fullmatch(text) and _HOLDS_ID.search(_BLANKS.sub("", unicodedata.normalize("NFKC", text))):
        raise PersonRefIsIdNumber("不得使用居民身份证号码:请填写主体库编号,或改用加盐摘要")
    return text


def salted_digest(id_number: str, salt: bytes) -> str:
    """The reference `digest:<64 hex>` of an ID number under a secret salt of at least 16 bytes (HMAC-SHA-256).

    Width, blanks and the case of X do not matter. Raises BadPersonRef without repeating the number.
    """
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", id_number)).upper()
    if not _ID_NUMBER.fullmatch(text):
        raise BadPersonRef("证件号码格式有误:应为18位或15位居民身份证号码")
    if len(salt) < 16:
        raise ValueError("the salt must have at least 16 bytes")
    return f"{_DIGEST_LIBRARY}:{hmac.new(salt, text.encode(), sha256).hexdigest()}"


def name_token(name: str | None, salt: bytes) -> str | None:
    """64 hex by which equal names can be told without reading them (HMAC-SHA-256); None for no name."""
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", name or ""))
    return hmac.new(salt, text.encode(), sha256).hexdigest() if text else None


def mask_name(name: str) -> str:
    """The name with all but its first character hidden: 张三丰 becomes 张**."""
    text = name.strip()
    return text[:1] + "*" * (len(text) - 1) if len(text) > 1 else "*" * len(text)


def _looks_like_id(text: str) -> bool:
    return bool(_ID_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).upper()))
