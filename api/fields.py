"""The faults of JSON values beside the type they should have: one function per sort of type, all faults found."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from credit.kernel.errors import FieldError
from sanctions.intake.privacy import without_id_numbers

_INT64 = range(-(2**63), 2**63)
_YEARS = range(1900, 3000)  # beyond, the arithmetic of months and time zones overflows
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_JSON_NAMES: Mapping[type, str] = {
    dict: "对象", list: "数组", str: "文本", int: "整数", float: "小数", bool: "布尔值", type(None): "null",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Fault = Iterator[FieldError]


@lru_cache(maxsize=512)
def described(kind: Any) -> inspect.Type:
    """The form of a type as msgspec sees it."""
    return inspect.type_info(kind)


def faults_of(kind: Any, raw: object, at: str = "") -> Fault:
    """Every fault of `raw` as a value of `kind`, each with its pointer."""
    yield from _faults(described(kind), raw, at)


def field_error(exc: msgspec.ValidationError, code: str = "invalid") -> FieldError:
    """What msgspec says of one field, its path turned into a JSON pointer."""
    sentence, _, path = str(exc).partition(" - at `")
    return FieldError(pointer(path.rstrip("`")), code, sentence)


def pointer(path: str) -> str:
    """`$.a[0].b` as `/a/0/b`."""
    return "".join(f"/{part}" for part in path.removeprefix("$").replace("[", ".").replace("]", "").split(".") if part)


def _faults(kind: inspect.Type, raw: object, at: str) -> Fault:
    check = _CHECKS.get(type(kind))
    if check is not None:
        yield from check(kind, raw, at)
    else:
        yield from _controls(raw, at)


def _wrong(raw: object, at: str, wanted: str) -> FieldError:
    return FieldError(at, "wrong_type", f"应为{wanted},收到的是{_JSON_NAMES.get(type(raw), '其他类型')}")


def _struct(kind: Any, raw: object, at: str) -> Fault:
    if not isinstance(raw, dict):
        yield _wrong(raw, at, "对象")
        return
    known = {f.encode_name: f for f in kind.fields}
    for name, field in known.items():
        if name in raw:
            yield from _faults(field.type, raw[name], f"{at}/{name}")
        elif field.required:
            yield FieldError(f"{at}/{name}", "missing", f"缺少 {name},请填写")
    for name in raw:
        if name not in known:
            yield _unknown(str(name), list(known), at)


def _unknown(name: str, known: Sequence[str], at: str) -> FieldError:
    near = difflib.get_close_matches(name, known, n=1)
    cure = f"是否指 {near[0]}" if near else f"可用字段:{'、'.join(known)}"
    shown = without_id_numbers(_CONTROL.sub("", name))[:60]
    return FieldError(f"{at}/{shown.replace('~', '~0').replace('/', '~1')}", "unknown_field", f"没有此字段;{cure}")


def _list(kind: Any, raw: object, at: str) -> Fault:
    if not isinstance(raw, list):
        yield _wrong(raw, at, "数组")
        return
    least, most = kind.min_length or 0, kind.max_length
    if len(raw) < least or (most is not None and len(raw) > most):
        wanted = f"至少 {least} 项" if most is None else f"{least} 至 {most} 项"
        yield FieldError(at, "wrong_length", f"应有{wanted},现有 {len(raw)} 项")
        return
    for i, item in enumerate(raw):
        yield from _faults(kind.item_type, item, f"{at}/{i}")


def _dict(kind: Any, raw: object, at: str) -> Fault:
    if not isinstance(raw, dict):
        yield _wrong(raw, at, "对象")
        return
    for name, item in raw.items():
        yield from _controls(name, at)
        yield from _faults(kind.value_type, item, f"{at}/{name}")


def _union(kind: Any, raw: object, at: str) -> Fault:
    some = [t for t in kind.types if not isinstance(t, inspect.NoneType)]
    if raw is None and len(some) < len(kind.types):
        return
    tried = [list(_faults(t, raw, at)) for t in some]
    if all(tried):
        yield from min(tried, key=lambda found: (found[0].code == "wrong_type" and found[0].pointer == at, len(found)))


def _enum(kind: Any, raw: object, at: str) -> Fault:
    members: type[Enum] = kind.cls
    allowed = [str(m.value) for m in members]
    if not isinstance(raw, str) or raw not in allowed:
        yield FieldError(at, "not_allowed", f"只能是:{'、'.join(allowed)}")


def _literal(kind: Any, raw: object, at: str) -> Fault:
    if not any(type(raw) is type(v) and raw == v for v in kind.values):
        yield FieldError(at, "not_allowed", f"只能是:{'、'.join(str(v) for v in kind.values)}")


def _integer(kind: Any, raw: object, at: str) -> Fault:
    if isinstance(raw, bool) or not isinstance(raw, int):
        yield _wrong(raw, at, "整数")
    elif raw not in _INT64:
        yield FieldError(at, "out_of_range", "整数超出 64 位,请核对")
    else:
        yield from _bounds(kind, raw, at)


def _number(kind: Any, raw: object, at: str) -> Fault:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        yield _wrong(raw, at, "数字")
    elif isinstance(raw, int) and raw not in _INT64:
        yield FieldError(at, "out_of_range", "数字超出范围,请核对")
    else:
        yield from _bounds(kind, raw, at)


def _bounds(kind: Any, raw: float, at: str) -> Fault:
    for limit, holds, word in ((kind.ge, operator.ge, "不小于"), (kind.gt, operator.gt, "大于"),
                               (kind.le, operator.le, "不大于"), (kind.lt, operator.lt, "小于")):
        if limit is not None and not holds(raw, limit):
            yield FieldError(at, "out_of_range", f"须{word} {limit}")


def _boolean(kind: Any, raw: object, at: str) -> Fault:
    if not isinstance(raw, bool):
        yield _wrong(raw, at, "true 或 false")


def _text(kind: Any, raw: object, at: str) -> Fault:
    if not isinstance(raw, str):
        yield _wrong(raw, at, "文本")
        return
    yield from _controls(raw, at)
    if kind.max_length is not None and len(raw) > kind.max_length:
        yield FieldError(at, "too_long", f"最多 {kind.max_length} 个字符,现有 {len(raw)} 个")
    if kind.min_length is not None and len(raw) < kind.min_length:
        yield FieldError(at, "too_short", f"至少 {kind.min_length} 个字符")
    if kind.pattern is not None and not re.search(kind.pattern, raw):
        yield FieldError(at, "wrong_form", f"格式应为 {kind.pattern}")


def _controls(raw: object, at: str) -> Fault:
    """Text anywhere in a free value that no database or page could hold."""
    if isinstance(raw, str) and _CONTROL.search(raw):
        yield FieldError(at, "control_character", "含有控制字符(如 NUL),请删除")
    elif isinstance(raw, dict):
        for name, item in raw.items():
            yield from _controls(name, at)
            yield from _controls(item, f"{at}/{name}")
    elif isinstance(raw, list):
        for i, item in enumerate(raw):
            yield from _controls(item, f"{at}/{i}")


def _day(kind: Any, raw: object, at: str) -> Fault:
    try:
        day = date.fromisoformat(raw) if isinstance(raw, str) and _DAY.fullmatch(raw) else None
    except ValueError:
        day = None
    if day is None:
        yield FieldError(at, "not_a_day", "日期应为 YYYY-MM-DD 且确有其日,如 2026-05-20")
    elif day.year not in _YEARS:
        yield FieldError(at, "out_of_range", "年份应在 1900 至 2999 之间;长期有效请留空(null)")


def _moment(kind: Any, raw: object, at: str) -> Fault:
    try:
        moment = msgspec.convert(raw, datetime) if isinstance(raw, str) else None
    except msgspec.ValidationError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        yield FieldError(at, "not_a_moment", "时间应为 RFC 3339 并带时区,如 2026-05-20T09:00:00+08:00")


_CHECKS: Mapping[type, Callable[[Any, object, str], Fault]] = {
    inspect.StructType: _struct, inspect.ListType: _list, inspect.VarTupleType: _list, inspect.SetType: _list,
    inspect.FrozenSetType: _list, inspect.DictType: _dict, inspect.UnionType: _union, inspect.EnumType: _enum,
    inspect.LiteralType: _literal, inspect.IntType: _integer, inspect.FloatType: _number,
    inspect.BoolType: _boolean, inspect.StrType: _text, inspect.DateType: _day, inspect.DateTimeType: _moment,
}
