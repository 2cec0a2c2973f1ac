"""Are two names one firm's? A score, a verdict and the sentences it rests on. Pure and the same both ways round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from credit.names import vocabulary
from credit.names.components import Component, contradiction
from credit.names.cores import cores
from credit.names.likeness import Kind, looks_like, slip, sounds_like
from credit.names.parts import GROUP, Parts, parse
from credit.names.places import Region

SAME, MAYBE = 0.9, 0.6  # from this score on, unless something contradicts
_CONTRADICTED = 0.5  # the most that a contradicted pair scores
_ORDINAL = re.compile(r"第\d+")
_COMPANY = frozenset({"limited", "stock", "company"})


class Verdict(StrEnum):
    SAME = "same"
    MAYBE = "maybe"
    DIFFERENT = "different"


class Match(NamedTuple):
    """How like two names are, 0 to 1, and why."""

    score: float
    verdict: Verdict
    components: tuple[Component, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons for a reader, the contradictions first."""
        return tuple(c.sentence for c in sorted(self.components, key=lambda c: (not c.contradicts, -c.cost)))


def compare(a: str, b: str, codes: tuple[str | None, str | None] = (None, None)) -> Match:
    """The likeness of two names; two different codes are two firms whatever the names say."""
    return compare_parts(parse(a), parse(b), codes)


def compare_parts(a: Parts, b: Parts, codes: tuple[str | None, str | None] = (None, None)) -> Match:
    """`compare` of names already taken apart."""
    if not a.text or not b.text:
        return Match(0.0, Verdict.DIFFERENT, (contradiction("empty", "名称为空", 1.0),))
    found = (*_codes(*codes), *(_equal() if a.text == b.text else _found(*sorted((a, b), key=_order))))
    score = round(max(0.0, 1.0 - sum(c.cost for c in found)), 2)
    if any(c.contradicts for c in found):
        return Match(min(score, _CONTRADICTED), Verdict.DIFFERENT, found)
    verdict = Verdict.SAME if score >= SAME else Verdict.MAYBE if score >= MAYBE else Verdict.DIFFERENT
    return Match(score, verdict, found)


def _order(parts: Parts) -> str:
    return parts.text


def _codes(a: str | None, b: str | None) -> Iterator[Component]:
    if a and b and a != b:
        yield contradiction("code_differs", "统一社会信用代码不同，不是同一主体", 0.5)


def _equal() -> Iterator[Component]:
    yield Component("equal", "名称一致（全角半角、简繁、标点不计）")


def _found(a: Parts, b: Parts) -> Iterator[Component]:
    a, b = _aligned(a, b), _aligned(b, a)
    yield from _branches(a, b)
    yield from _numbers(a, b)
    yield from _regions(a.region, b.region)
    yield from cores(*((a, b) if a.numbers == b.numbers else (_unnumbered(a), _unnumbered(b))))
    if a.group != b.group:
        yield _groups(a, b)
    yield from _forms(a, b)


def _aligned(a: Parts, b: Parts) -> Parts:
    """`a` with the county that `b` names, where `a` writes it without suffix before its 字号."""
    county = b.region.county
    if not county or a.region.county or not a.shop.startswith(county) or len(a.shop) == len(county):
        return a
    return a._replace(region=a.region._replace(county=county), shop=a.shop[len(county):])


def _unnumbered(parts: Parts) -> Parts:
    """Without the ordinals, where they are told apart already: what is left may well agree."""
    return parts._replace(shop=_ORDINAL.sub("", parts.shop), trade=_ORDINAL.sub("", parts.trade))


def _branches(a: Parts, b: Parts) -> Iterator[Component]:
    if not a.branch_kind and not b.branch_kind:
        return
    if not a.branch_kind or not b.branch_kind:
        yield contradiction("branch_or_head", f"一方是{a.branch_kind or b.branch_kind}，另一方是本部")
    elif a.branch_kind != b.branch_kind:
        yield contradiction("branch_kind", f"“{a.branch_kind}”与“{b.branch_kind}”不同")
    elif a.branch is None or b.branch is None:
        if a.branch is not b.branch:
            yield Component("branch_unnamed", f"一方未写明是哪个{a.branch_kind}", 0.25)
    elif compare_parts(a.branch, b.branch).verdict is Verdict.SAME:
        yield Component("branch_agrees", f"同为“{a.branch.text}”{a.branch_kind}")
    else:
        yield contradiction("branch_differs", f"“{a.branch.text}”与“{b.branch.text}”是两个{a.branch_kind}")


def _numbers(a: Parts, b: Parts) -> Iterator[Component]:
    if a.numbers != b.numbers:
        yield contradiction("number_contradicts", f"编号矛盾：{_ordinals(a)}与{_ordinals(b)}")
    elif a.numbers:
        yield Component("number_agrees", f"编号一致：{_ordinals(a)}")


def _ordinals(parts: Parts) -> str:
    return "、".join(f"第{n}" for n in parts.numbers) or "无编号"


def _regions(a: Region, b: Region) -> Iterator[Component]:
    if not a and not b:
        return
    if not a or not b:
        yield Component("region_omitted", f"一方未写地区“{(a or b).text}”", 0.15)
    elif a.agrees(b):
        yield Component("region_agrees", f"地区一致：{a.text}")
    elif _mistyped(a, b):
        yield Component("region_mistyped", f"地区“{a.text}”与“{b.text}”疑为笔误", 0.06)
    else:
        yield contradiction("region_contradicts", f"地区矛盾：“{a.text}”与“{b.text}”")


def _mistyped(a: Region, b: Region) -> bool:
    """Whether one region is no place we know and one character away from the other."""
    found = slip(a.deepest[1], b.deepest[1])
    if found is None or a.known == b.known:
        return False
    return found.kind is Kind.CHANGED and (
        sounds_like(found.mine, found.theirs) or looks_like(found.mine, found.theirs, radical=True))


def _groups(a: Parts, b: Parts) -> Component:
    """集团 on one side only: two firms, unless the other is a short form that leaves its whole end out."""
    plain = a if not a.group else b
    if not plain.group and not plain.form:
        return Component("group_omitted", "一方未写“集团”，集团与成员是不同主体，须核实", 0.2)
    return contradiction("group_or_member", f"集团与成员是不同主体：{_group(a)}与{_group(b)}", 0.3)


def _group(parts: Parts) -> str:
    return {GROUP: "集团", "": "非集团"}.get(parts.group, "集团成员")


def _forms(a: Parts, b: Parts) -> Iterator[Component]:
    forms = frozenset({a.form, b.form})
    if len(forms) == 1:
        if a.form:
            yield Component("form_agrees", f"组织形式一致：{_form(a.form)}")
    elif forms <= _COMPANY | {""}:
        if forms == {"limited", "stock"}:
            yield Component("form_changed", "有限责任公司与股份有限公司，可能已改制", 0.04)
        else:
            yield Component("form_omitted", f"组织形式详略不同：{_form(a.form)}与{_form(b.form)}", 0.02)
    else:
        yield contradiction("form_contradicts", f"组织形式矛盾：{_form(a.form)}与{_form(b.form)}")


def _form(kind: str) -> str:
    written: dict[str, str] = vocabulary.words()["form_words"]
    return written.get(kind, "未写")
