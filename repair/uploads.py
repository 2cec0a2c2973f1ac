"""What an uploaded file really is: told by its content, never by its name. Pure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import NamedTuple

from credit.kernel.errors import FieldError
from credit.kernel.rules import Dated
from repair.refusals import UploadRefused

PDF, PNG, JPEG, OFD = "application/pdf", "image/png", "image/jpeg", "application/ofd"
_BY_NAME: Mapping[str, str] = {"pdf": PDF, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "ofd": OFD}
EXTENSIONS: Mapping[str, str] = {PDF: "pdf", PNG: "png", JPEG: "jpg", OFD: "ofd"}
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_COUNT = re.compile(
    rb"/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d{1,6})|/Count\s+(\d{1,6})[^>]{0,400}?/Type\s*/Pages\b")
_MOST_PARTS = 5000  # of an OFD archive


class Upload(NamedTuple):
    """A file that was looked at; `pages` None where it cannot be told without opening it whole."""

    media_type: str
    pages: int | None


def inspect(content: bytes, name: str, limits: Dated) -> Upload:
    """The kind and pages of a file within the limits (`repair.paper_limits`).

    Raises UploadRefused: empty, too large, too many pages, no PDF, PNG, JPEG or OFD, or not what its name says.
    """
    if not content:
        raise _refused("empty", "文件是空的,请重新选择")
    if len(content) > limits.value["bytes"]:
        raise _refused("too_large", f"文件超过{limits.value['bytes'] // 1_000_000}MB,请压缩或拆分")
    found = _kind(content)
    if found is None:
        raise _refused("type_not_allowed", "只接收 PDF、PNG、JPEG、OFD;文件内容不是其中任何一种")
    told = _BY_NAME.get(name.rpartition(".")[2].lower()) if "." in name else None
    if "." in name and told != found:
        shown = EXTENSIONS[found].upper()
        raise _refused("not_what_it_says", f"文件内容是{shown},与文件名的后缀不符,请核对后重新上传")
    pages = _pages(content, found)
    if pages is not None and pages > limits.value["pages"]:
        raise _refused("too_many_pages", f"共{pages}页,超过{limits.value['pages']}页,请只上传需要的部分")
    return Upload(found, pages)


def _kind(content: bytes) -> str | None:
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return PNG
    if content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-65536:]:
        return JPEG
    if content.startswith(b"PK\x03\x04") and "OFD.xml" in _parts(content):
        return OFD
    return None


def _pages(content: bytes, kind: str) -> int | None:
    if kind in (PNG, JPEG):
        return 1
    if kind == OFD:
        return sum(1 for part in _parts(content) if re.search(r"Pages/Page_\d+/Content\.xml$", part)) or None
    counts = [int(a or b) for a, b in _COUNT.findall(content)]
    return max([*counts, len(_PAGE.findall(content))]) or None


def _parts(content: bytes) -> tuple[str, ...]:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ()
    return tuple(names) if len(names) <= _MOST_PARTS else ()


def _refused(code: str, detail: str) -> UploadRefused:
    return UploadRefused(detail, errors=(FieldError("/file", code, detail),), reason=code)
