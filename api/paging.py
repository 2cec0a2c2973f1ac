"""Lists in pages: `limit` and `cursor` in, `{items, next_cursor}` out; the cursor is opaque to the caller."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from litestar.params import Parameter

from credit.kernel.errors import FieldError, Invalid

T = TypeVar("T")
_ABOVE = 2**62
Limit = Annotated[int, Parameter(ge=1, le=500, description="Items in one page")]
Cursor = Annotated[str | None, Parameter(max_length=300, description="`next_cursor` of the page before")]


def after(cursor: str | None) -> str:
    """The key after which a page begins; empty for the first. Raises Invalid for a cursor that is none of ours."""
    if not cursor:
        return ""
    try:
        return base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True).decode("utf-8")
    except (binascii.Error, UnicodeError, ValueError):
        fault = FieldError("/cursor", "wrong_form", "请原样使用上一页的 next_cursor")
        raise Invalid("cursor 无效 the cursor is not one of ours", errors=(fault,)) from None


def position(cursor: str | None) -> int:
    """The log position after which a page begins; -1 for the first. Raises Invalid."""
    text = after(cursor)
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        fault = FieldError("/cursor", "wrong_form", "请原样使用上一页的 next_cursor")
        raise Invalid("cursor 无效 the cursor is not one of ours", errors=(fault,))
    return int(text) if text else -1


def below(cursor: str | None) -> int:
    """The log position before which a page of newest first begins; above every position for the first. Raises Invalid.
    """
    found = position(cursor)
    return _ABOVE if found < 0 else found


def cursor_of(key: str) -> str:
    """The cursor that continues after `key`."""
    return base64.urlsafe_b64encode(key.encode()).decode()


def cut(items: Sequence[T], key: Callable[[T], str], limit: int, cursor: str | None) -> tuple[list[T], str | None]:
    """A page of items that are in ascending order of `key`, and the cursor of the next, None at the end."""
    start = after(cursor)
    rest = [item for item in items if key(item) > start]
    page = rest[:limit]
    return page, cursor_of(key(page[-1])) if len(rest) > limit else None
