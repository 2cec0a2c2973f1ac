"""Composes a half of the labelled name pairs: `python -m tests.cases.names.make open 20261122`.

Hand-written pairs of the half come first, then pairs by rule until every category has its number (`RULES.md` says what
the labels mean). The seed decides everything; the two files were made once and are what is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import yaml

HERE = Path(__file__).parent
FORMS = ("有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
DIGITS = "一二三四五六七八九十"
Pair = tuple[str, str]


class Words:
    """The words of one half, dealt out in an order the seed decides."""

    def __init__(self, half: str, seed: int) -> None:
        self.pick = Random(f"{half}-{seed}")
        shared: dict[str, Any] = yaml.safe_load((HERE / "words.yaml").read_text("utf-8"))
        own: dict[str, Any] = yaml.safe_load((HERE / f"{half}.source.yaml").read_text("utf-8"))
        self.words = shared | own
        self._dealt = {
            key: cycle(self._shuffled(value)) for key, value in self.words.items() if isinstance(value, list)
        }

    def _shuffled(self, words: list[Any]) -> list[Any]:
        return self.pick.sample(words, len(words))

    def next(self, kind: str) -> Any:
        return next(self._dealt[kind])

    def mark(self) -> str:
        return str(self.next("marks")[0])

    def region(self) -> str:
        full, short, _ = self.next("regions")
        return str(self.pick.choice((full, short)))

    def form(self) -> str:
        return self.pick.choice(FORMS)

    def body(self) -> str:
        """字号 and industry."""
        return self.mark() + str(self.next("industries"))

    def name(self) -> str:
        return self.region() + self.body() + self.form()

    def bracketed(self) -> str:
        """A name with its region in brackets, in either of the two places."""
        region, mark, industry = self.next("regions")[1], self.mark(), self.next("industries")
        first = self.pick.random() < 0.6
        return f"{mark}（{region}）{industry}有限公司" if first else f"{mark}{industry}（{region}）有限公司"


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def width(w: Words) -> Pair:
    region, mark, latin = w.region(), w.mark(), w.next("latin")
    name = w.pick.choice(
        (
            f"{region}{latin}{mark}{w.next('industries')}{w.form()}",
            f"{latin}{mark}({region}){w.next('industries')}有限公司",
            f"{region}{mark}{w.pick.randint(2, 360)}{w.next('industries')}有限公司",
        )
    )
    return name, full_width(name)


def spaces(w: Words) -> Pair:
    name = w.pick.choice((w.name, w.bracketed))()
    chars = list(name)
    for _ in range(w.pick.randint(1, 3)):
        chars.insert(w.pick.randint(0, len(chars)), w.pick.choice((" ", "  ", "\u3000", "\u00a0", "\t")))
    return name, "".join(chars)


def brackets(w: Words) -> Pair:
    name = w.bracketed()
    left, right = w.pick.choice(("()", "〔〕", "[]", "【】", "﹝﹞", "［］"))
    return name, name.replace("（", left).replace("）", right)


def region_moved(w: Words) -> Pair:
    full, short, _ = w.next("regions")
    mark, industry, form = w.mark(), w.next("industries"), w.pick.choice(FORMS[:4])
    ways = [f"{w.pick.choice((full, short))}{mark}{industry}{form}", f"{mark}（{short}）{industry}{form}"]
    ways.append(f"{mark}{industry}（{short}）{form}")
    first, second = w.pick.sample(ways, 2)
    return first, second


def turned(w: Words, name: str, *, all_of_it: bool = True) -> str:
    """The name in traditional characters; or every second one only, as by someone who mixes both."""
    forms = w.words["traditional"]
    return "".join(
        w.pick.choice(forms[c].split("|")) if c in forms and (all_of_it or i % 2 == 0) else c
        for i, c in enumerate(name)
    )


def traditional(w: Words) -> Pair:
    name = w.name()
    return name, turned(w, name, all_of_it=w.pick.random() < 0.7)


def typo(w: Words) -> Pair:
    mark, _, wrong = w.next("marks")
    region, industry, form, table = w.region(), w.next("industries"), w.form(), w.words["typos"]
    if w.pick.random() < 0.5:
        return f"{region}{mark}{industry}{form}", f"{region}{wrong}{industry}{form}"
    tail = industry + form
    in_industry = [i for i, c in enumerate(industry) if c in table]
    at = w.pick.choice(in_industry or [i for i, c in enumerate(tail) if c in table])
    return f"{region}{mark}{tail}", f"{region}{mark}{tail[:at]}{table[tail[at]]}{tail[at + 1 :]}"


def short_form(w: Words) -> Pair:
    stem = w.region() + w.body()
    long, short = w.pick.choice(
        (
            ("有限责任公司", "有限公司"),
            ("有限责任公司", ""),
            ("有限公司", ""),
            ("有限公司", "公司"),
            ("股份有限公司", ""),
            ("集团有限公司", "集团"),
            ("有限责任公司", "公司"),
        )
    )
    return stem + long, stem + short


def region_suffix(w: Words) -> Pair:
    full, short, above = w.next("regions")
    rest = w.body() + w.form()
    if above and w.pick.random() < 0.5:
        return above + full + rest, w.pick.choice((full, short)) + rest
    return full + rest, short + rest


def joint_stock(w: Words) -> Pair:
    stem = w.region() + w.body()
    long, short = w.pick.choice(
        (
            ("股份有限公司", "股份公司"),
            ("股份有限公司", "股份"),
            ("（集团）股份有限公司", "集团股份有限公司"),
            ("集团股份有限公司", "集团股份公司"),
        )
    )
    return stem + long, stem + short


def letter_case(w: Words) -> Pair:
    latin, region, rest = w.next("latin"), w.region(), w.body() + w.form()
    other = w.pick.choice([v for v in (latin.upper(), latin.lower(), latin.capitalize()) if v != latin])
    return f"{region}{latin}{rest}", f"{region}{other}{rest}"


def punctuation(w: Words) -> Pair:
    first, last = w.next("dotted")
    region, rest = w.region(), w.body() + w.form()
    one, other = w.pick.sample(("·", "•", "・", "．", "-", "‧"), 2)
    return f"{region}{first}{one}{last}{rest}", f"{region}{first}{w.pick.choice((other, ''))}{last}{rest}"


def counted(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens - 1] + "十") + (DIGITS[ones - 1] if ones else "")


def numbered(w: Words) -> tuple[str, str]:
    """The words before a number, and those after it with the place of the number."""
    unit = str(w.next("units"))
    stem = w.region() + w.mark()
    return (stem + w.next("industries") + "有限公司" if unit == "第{}分公司" else stem), unit


def numeral(w: Words) -> Pair:
    stem, unit = numbered(w)
    number = w.pick.randint(1, 24)
    return stem + unit.format(counted(number)), stem + unit.format(
        w.pick.choice((str(number), full_width(str(number))))
    )


def legal_change(w: Words) -> Pair:
    stem = w.region() + w.body()
    return stem + w.pick.choice(("有限公司", "有限责任公司")), stem + "股份有限公司"


def public_short(w: Words) -> Pair:
    long, short = w.next("body_shorts")
    place = w.next("places")
    return place + long, place + short


def number(w: Words) -> Pair:
    stem, unit = numbered(w)
    one = w.pick.randint(1, 20)
    other = w.pick.choice([n for n in (one + 1, one + 2, one + 10, abs(one - 10)) if n not in (0, one)])
    write = w.pick.choice((counted, counted, str))
    return stem + unit.format(counted(one)), stem + unit.format(write(other))


def region(w: Words) -> Pair:
    one, other = w.next("near_regions") if w.pick.random() < 0.6 else (w.next("regions")[0], w.next("regions")[0])
    mark, industry, form = w.mark(), w.next("industries"), w.form()
    if w.pick.random() < 0.25:
        return f"{mark}（{one}）{industry}{form}", f"{mark}（{other}）{industry}{form}"
    return f"{one}{mark}{industry}{form}", f"{other}{mark}{industry}{form}"


def industry(w: Words) -> Pair:
    stem, form = w.region() + w.mark(), w.form()
    return f"{stem}{w.next('industries')}{form}", f"{stem}{w.next('industries')}{form}"


def trade_name(w: Words) -> Pair:
    mark, other, _ = w.next("marks")
    region, rest = w.region(), w.next("industries") + w.form()
    return region + mark + rest, region + other + rest


def branch(w: Words) -> Pair:
    parent = w.name()
    one, other = w.next("regions")[1], w.next("regions")[1]
    tail = w.pick.choice((f"{one}分公司", "第一分公司", f"{one}办事处", "分公司", f"{one}分厂"))
    return (parent if w.pick.random() < 0.6 else f"{parent}{other}分公司"), parent + tail


def group(w: Words) -> Pair:
    stem, industry = w.region() + w.mark(), w.next("industries")
    parent = w.pick.choice((f"{stem}{industry}集团有限公司", f"{stem}集团有限公司", f"{stem}控股有限公司"))
    member = w.pick.choice((f"{stem}{industry}有限公司", f"{stem}集团{industry}有限公司"))
    return parent, member


def organisation_type(w: Words) -> Pair:
    one, other = w.next("types")
    stem, industry = w.region() + w.mark(), w.next("industries")
    return f"{stem}{industry}{one}", f"{stem}{industry}{other}"


def opposite(w: Words) -> Pair:
    one, other = w.pick.choice(("东西", "南北", "上下", "新老", "大小", "前后", "左右", "内外"))
    place, mark = w.next("places"), w.mark()
    shape = w.pick.choice(("{p}{m}{o}街小学", "{p}{o}河{m}商贸有限公司", "{p}{o}湖{m}水务有限公司", "{p}{m}{o}门医院"))
    return shape.format(p=place, m=mark, o=one), shape.format(p=place, m=mark, o=other)


def sister_word(w: Words) -> Pair:
    stem, form = w.region() + w.mark(), w.form()
    one, other = w.next("sisters")
    return f"{stem}{one}{form}", f"{stem}{other}{form}"


def public_body(w: Words) -> Pair:
    one, other = w.next("bodies")
    place = w.next("places")
    return place + one, (place + other if w.pick.random() < 0.7 else w.next("places") + one)


def disguise(w: Words, name: str) -> str:
    """The same name with several harmless differences at once."""
    name = turned(w, name.replace("（", "(").replace("）", ")"))
    if w.pick.random() < 0.5:
        name = full_width(name)
    at = w.pick.randint(1, len(name) - 1)
    return name[:at] + w.pick.choice(("", " ", "\u3000")) + name[at:]


def combined(w: Words) -> Pair:
    one, other = w.pick.choice((region_moved, region_suffix, short_form, joint_stock, numeral, legal_change))(w)
    return one, disguise(w, other)


def disguised(w: Words) -> Pair:
    """Two organisations that differ as in another category, and in harmless things besides."""
    one, other = w.pick.choice((number, region, industry, trade_name, branch, sister_word, opposite))(w)
    return one, disguise(w, other)


Rules = dict[str, Callable[[Words], Pair]]
SAME: Rules = {
    rule.__name__: rule
    for rule in (
        *(
            width,
            spaces,
            brackets,
            region_moved,
            traditional,
            typo,
            short_form,
            region_suffix,
            joint_stock,
            letter_case,
        ),
        *(punctuation, numeral, legal_change, public_short, combined),
    )
}
DIFFERENT: Rules = {
    rule.__name__: rule
    for rule in (
        *(number, region, industry, trade_name, branch, group, organisation_type, opposite, sister_word, public_body),
        disguised,
    )
}
AT_LEAST = dict.fromkeys(SAME, 12) | dict.fromkeys(DIFFERENT, 14)
AT_LEAST |= {"typo": 18, "traditional": 14, "short_form": 14, "number": 18, "trade_name": 18, "region": 18}


def compose(half: str, seed: int) -> list[dict[str, str]]:
    """The pairs of a half: those by hand, then by rule until each category has its number; no pair comes twice."""
    words = Words(half, seed)
    found: dict[frozenset[str], str] = {}
    for line in words.words["hand"].splitlines():
        kind, one, other = (part.strip() for part in line.split(" | "))
        found[frozenset((one, other))] = kind
    order = [*SAME, *DIFFERENT]
    for kind, rule in (SAME | DIFFERENT).items():
        while list(found.values()).count(kind) < AT_LEAST[kind]:
            one, other = rule(words)
            if one != other:
                found.setdefault(frozenset((one, other)), kind)
    entries = []
    for pair, kind in sorted(found.items(), key=lambda item: (order.index(item[1]), sorted(item[0]))):
        a, b = words.pick.sample(sorted(pair), 2)
        entries.append({"a": a, "b": b, "label": "same" if kind in SAME else "different", "category": kind})
    return entries


HEAD = """\
# Labelled pairs of organisation names, {half} half, composed with seed {seed}; all organisations are invented.
# A pair is judged by its two names alone. `same`: they cannot well belong to two organisations; so also after a
# change between 有限责任公司 and 股份有限公司 with all else equal, and with one character mistyped where the result is
# no word of its own. `different`: number, region (also its level), 字号, industry, kind of organisation or branch
# contradicts, and a group is not its member. Pairs that names alone do not decide are left out. The whole rule, with
# reasons: RULES.md.
"""
SEAL = "# Sealed: for the final measurement only. Whoever works on the matcher does not open this file.\n"


def main(half: str, seed: int) -> None:
    """Writes the file of the half, over the one that is there."""
    lines = (
        yaml.safe_dump(entry, allow_unicode=True, default_flow_style=True, sort_keys=False, width=999).strip()
        for entry in compose(half, seed)
    )
    head = HEAD.format(half=half, seed=seed) + (SEAL if half == "sealed" else "")
    (HERE / f"{half}.yaml").write_text(head + "".join(f"- {line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
