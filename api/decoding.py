"""Reading JSON so that every fault is found at once: pointer, code and a sentence with the cure for each field.

msgspec alone stops at the first bad field. `collect` walks the value beside its type, names all faults, and only a
value without any is converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from api.fields import faults_of, field_error
from api.problems import Malformed
from credit.kernel.errors import FieldError, Invalid

T = TypeVar("T")
_MOST_SHOWN = 100  # faults named in one answer


class Faulty(msgspec.Struct, frozen=True):
    """What is wrong with a value, field by field; never empty."""

    errors: tuple[FieldError, ...]

    def refusal(self) -> Invalid:
        """All faults as one refusal; the sentence counts them, `errors` names the first hundred."""
        n = len(self.errors)
        return Invalid(f"共{n}处有误,见 errors {n} faults, see errors", errors=self.errors[:_MOST_SHOWN])


def collect(kind: type[T], raw: object, *, at: str = "") -> T | Faulty:
    """The value of `kind` from JSON values, or all its faults with pointers below `at`."""
    faults = tuple(faults_of(kind, raw, at))
    if faults:
        return Faulty(faults)
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as exc:
        fault = field_error(exc)
        return Faulty((FieldError(at + fault.pointer, fault.code, fault.detail),))


def collect_each(kind: type[T], batch: Iterable[object]) -> Iterator[T | Faulty]:
    """Each item of a batch on its own, so that a bad one never stops the others; pointers are within the item."""
    return (collect(kind, item) for item in batch)


def parse(body: bytes) -> Any:
    """JSON values of a request body. Raises Malformed for anything that is no JSON in UTF-8."""
    if not body:
        raise Malformed("请求体为空,请提交 JSON the body is empty; send JSON")
    try:
        return msgspec.json.decode(body)
    except msgspec.ValidationError:
        raise Malformed("请求体含有超出范围的数字 the body holds a number out of range") from None
    except RecursionError:
        raise Malformed("请求体嵌套过深 the body is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise Malformed(f"请求体不是有效的 UTF-8 JSON the body is not valid JSON: {exc}") from None


def read(kind: type[T], body: bytes) -> T:
    """The value of a request body. Raises Malformed, or Invalid naming every fault."""
    found = collect(kind, parse(body))
    if isinstance(found, Faulty):
        raise found.refusal()
    return found
