"""The region in a company name: 省, 市, 县 by a list of provinces and prefectures, counties by their suffix. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from credit.names import vocabulary

_LONGEST = 5  # characters of a prefecture's stem
_PROVINCE = re.compile(r"(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区)")
_CITY = re.compile(r"(?:市|地区|盟|州|[^省市县区旗公司()]{1,8}?自治州)")
_COUNTY_END = re.compile(r"(?:自治县|自治旗|新区|县|区(?![块域间])|市(?![政场容话])|旗(?![下舰帜袍]))")
_COUNTY = re.compile(
    r"(?!城市|都市|超市|门市|社区|小区|园区|景区|校区|矿区)[^省市县区旗公司()\d]{1,4}?" + _COUNTY_END.pattern)


_BARE = re.compile(r"[\u4e00-\u9fff]{2,3}")
_LEVELS = ("county", "city", "province", "country")


class Region(NamedTuple):
    """Stems without suffix, empty where not said; `province` may follow from the city."""

    country: str = ""
    province: str = ""
    city: str = ""
    county: str = ""

    def __bool__(self) -> bool:
        return any(self)

    @property
    def text(self) -> str:
        """As a reader writes it."""
        return "".join(dict.fromkeys(part for part in self if part)) or "未写明"

    @property
    def deepest(self) -> tuple[str, str]:
        """The narrowest level said, and its stem."""
        return next(((level, stem) for level, stem in zip(_LEVELS, reversed(self), strict=True) if stem), ("", ""))

    def agrees(self, other: Region) -> bool:
        """Whether both name one place: the same narrowest level, and nothing above it that differs."""
        above = zip(self[:3], other[:3], strict=True)
        return self.deepest == other.deepest and not any(a and b and a != b for a, b in above)

    @property
    def known(self) -> bool:
        """Whether the narrowest level is in our list, not merely told by its suffix."""
        level, stem = self.deepest
        return level in ("province", "city", "country") or stem in vocabulary.counties()


def leading(text: str) -> tuple[Region, str]:
    """The region that a text begins with, and the rest of the text."""
    country = next((c for c in vocabulary.countries() if text.startswith(c)), "")
    rest = text[len(country):]
    province, rest = _province(rest)
    city, rest = _city(rest, province)
    county, rest = _county(rest)
    if city and not province:
        of = vocabulary.cities().get(city, frozenset())
        province = next(iter(of)) if len(of) == 1 else ""
    return Region(country, province, city, county), rest


def whole(text: str) -> Region | None:
    """The region that a text is and nothing else, as brackets hold it."""
    region, rest = leading(text)
    return region if region and not rest else None


def bracketed(text: str) -> Region | None:
    """What brackets hold read as a region, listed or not; None where it is something else."""
    return whole(text) or (Region(county=text) if _BARE.fullmatch(text) else None)


def _province(text: str) -> tuple[str, str]:
    found = next((text[:n] for n in (2, 3) if text[:n] in vocabulary.provinces()), "")
    rest = text[len(found):]
    if found == "吉林" and rest.startswith("市"):
        return "", text  # the city, not the province
    if found == "海南" and rest.startswith(("州", "藏族")):
        return "", text
    return (found, _after(_PROVINCE, rest)) if found else ("", text)


def _city(text: str, province: str) -> tuple[str, str]:
    for length in range(min(_LONGEST, len(text)), 1, -1):
        stem = text[:length]
        of = vocabulary.cities().get(stem)
        if of is not None and (not province or province in of):
            return vocabulary.renamed().get(stem, stem), _after(_CITY, text[length:])
    return "", text


def _county(text: str) -> tuple[str, str]:
    bare = next((text[:n] for n in (3, 2, 4) if text[:n] in vocabulary.counties()), "")
    if bare and len(text) >= len(bare):
        return bare, _after(_COUNTY_END, text[len(bare):])
    found = _COUNTY.match(text)
    if found is None or len(found[0]) < 2 or (len(text) - found.end() < 2 and len(text) != found.end()):
        return "", text
    return _stem(found[0]), text[found.end():]


def _stem(name: str) -> str:
    stem = re.sub(rf"{_COUNTY_END.pattern}$", "", name)
    return stem if len(stem) > 1 else name


def _after(suffix: re.Pattern[str], text: str) -> str:
    found = suffix.match(text)
    return text[found.end():] if found else text
