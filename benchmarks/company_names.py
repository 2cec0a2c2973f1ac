"""Invented company names by the rules of naming, in any number and alike in every run: 地区, 字号, 行业, 组织形式."""

from __future__ import annotations

import random
from collections.abc import Iterator

from credit.names import vocabulary

_SHOP = (
    "华盛鑫宏达远泰兴瑞丰恒信诚嘉源润隆昌永安明德天宇博文金鼎中科海川江河山岳东方新创凯捷顺通利民康健美景云龙腾飞跃进"
    "星辰光辉旭阳春晖秋实冬青夏荷松柏竹梅兰芝桂花玉珠琳瑶琪晨曦晓月雨露霖泽浩瀚波涛洋溪泉湖港湾洲岛岩峰岭峻巍峨"
    "弘毅厚朴正直方圆大成广进财富贵荣耀祥和福禄寿喜庆佳丽雅致锦绣前程万里鹏程启航扬帆卓越超群精英俊杰贤良忠义"
)
_FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "经营部", "厂")
_BRANCH = "分公司"


def names(count: int, seed: int = 4) -> Iterator[str]:
    """`count` names; about one in eight numbered, bracketed or a branch."""
    chance = random.Random(seed)
    cities = sorted(vocabulary.cities()) + sorted(vocabulary.provinces())
    trades = sorted(vocabulary.trades())
    for _ in range(count):
        yield _name(chance, cities, trades)


def _name(chance: random.Random, cities: list[str], trades: list[str]) -> str:
    city = chance.choice(cities)
    shop = "".join(chance.choices(_SHOP, k=chance.choice((2, 2, 2, 3, 4))))
    trade = "".join(chance.sample(trades, k=chance.choice((1, 2))))
    form, turn = chance.choice(_FORMS), chance.random()
    if turn < 0.04:
        return f"{shop}({city}){trade}{form}"
    if turn < 0.08:
        return f"{city}{shop}第{chance.choice('一二三四五六七八九')}{trade}{form}"
    if turn < 0.12:
        return f"{city}{shop}{trade}有限公司{chance.choice(cities)}{_BRANCH}"
    return f"{city}{chance.choice(('', '市'))}{shop}{trade}{form}"


def asked(known: list[str], count: int, seed: int = 5) -> Iterator[str]:
    """What people type: names known, without form, with a slip of the pen, of another region, or quite unknown."""
    chance = random.Random(seed)
    fresh = names(count, seed)
    for made in fresh:
        name, turn = chance.choice(known), chance.random()
        if turn < 0.3:
            yield name
        elif turn < 0.5:
            yield name.replace("有限责任公司", "有限公司").removesuffix("有限公司") or name
        elif turn < 0.7:
            at = chance.randrange(len(name))
            yield name[:at] + chance.choice(_SHOP) + name[at + 1 :]
        elif turn < 0.85:
            yield made
        else:
            yield name[2:] or name


def code(n: int) -> str:
    """The n-th stand-in for a code: 18 characters, check digits not computed."""
    return f"91370199{n:010d}"
