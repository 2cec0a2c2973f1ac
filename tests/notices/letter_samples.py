"""Sample facts for letters: invented and recognisable as samples."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.model import PenaltyKind, Procedure, Severity, Stage, SubjectKind
from notices.model import (
    Addressee,
    Ban,
    Channel,
    Clock,
    Clocks,
    ClockUnit,
    Issuer,
    LetterFacts,
    LetterKind,
    LookBack,
    Publication,
    Regime,
    Repair,
    ScoreTold,
    SeveritySource,
    Stamp,
)

ISSUER = Issuer(
    name="示例市城市管理局",
    short="示城管",
    contact="示例科",
    phone="0000-12345678",
    address="示例市示例区样本路1号",
)
CHANNELS = (
    Channel(name="“信用中国”网站", url="https://www.creditchina.gov.cn"),
    Channel(name="示例市政务服务大厅信用修复窗口", address="示例市样本路2号"),
)
STAMP = Stamp(
    number="示城管信修告〔2026〕7号",
    issued_on=date(2026, 5, 21),
    verify_url="https://credit.example.cn/verify/7?t=kJ3x9QmZ2vT8pLw4Yb7c5A",
)


def clock(amount: int, unit: ClockUnit, due_on: date | None = None) -> Clock:
    return Clock(amount=amount, unit=unit, source="示例", due_on=due_on)


CLOCKS = Clocks(
    accept=clock(3, ClockUnit.WORKING_DAYS),
    feedback=clock(10, ClockUnit.WORKING_DAYS),
    review=clock(60, ClockUnit.DAYS),
    suit=clock(6, ClockUnit.MONTHS),
    payment=clock(15, ClockUnit.DAYS),
)

GENERAL = LetterFacts(
    issuer=ISSUER,
    addressee=Addressee(kind=SubjectKind.LEGAL_PERSON, name="示例市样本建设工程有限公司", code="91370100MA3EXMPL1X"),
    authority="示例市城市管理局",
    document_no="示城管罚字〔2026〕12号",
    decided_on=date(2026, 5, 20),
    act_type="未按规定设置施工围挡",
    facts="执法人员检查发现，当事人在示例路道路改造工程施工现场未按规定设置硬质密闭围挡。",
    basis="《示例条例》第一条",
    content="罚款23340元",
    kinds=(PenaltyKind.FINE,),
    fine_fen=2334000,
    regime=Regime.NDRC36,
    severity=Severity.GENERAL,
    severity_source=SeveritySource.DEFAULT,
    severity_provisional=True,
    publication=Publication(
        published=True,
        first_day=date(2026, 5, 20),
        min_until=date(2026, 8, 20),
        max_until=date(2027, 5, 20),
    ),
    repair=Repair(earliest=date(2026, 8, 21), auto_stop_on=date(2027, 5, 20)),
    channels=CHANNELS,
    clocks=CLOCKS,
    locality="示例市",
)
MINOR = msgspec.structs.replace(
    GENERAL,
    severity=Severity.MINOR,
    severity_provisional=False,
    kinds=(PenaltyKind.WARNING,),
    fine_fen=None,
    content="警告",
    procedure=Procedure.SIMPLE,
    publication=Publication(published=False),
    repair=Repair(),
)
MINOR_PUBLISHED = msgspec.structs.replace(
    MINOR,
    publication=Publication(published=True, first_day=date(2026, 5, 20), max_until=date(2026, 8, 20)),
)
SERIOUS = msgspec.structs.replace(
    GENERAL,
    addressee=Addressee(
        kind=SubjectKind.LEGAL_PERSON,
        name="示例䶮𬀩样本市政公用建设工程（集团）股份有限公司第二分公司",
        code="91370100MA3EXMPL1X",
    ),
    severity=Severity.SERIOUS,
    severity_source=SeveritySource.AUTHORITY,
    severity_provisional=False,
    kinds=(PenaltyKind.FINE, PenaltyKind.ORDER_STOP),
    fine_fen=200_000_000,
    act_type="串通投标",
    facts="当事人法定代表人张䶮与𬀩某某在示例道路改造工程投标中串通投标。" * 5,
    content="罚款2000000元，责令停业整顿，取消一年内参加依法必须进行招标的项目的投标资格",
    bans=(
        Ban(
            title="参加依法必须进行招标的项目的投标",
            basis="《中华人民共和国招标投标法》第五十三条",
            first_day=date(2026, 5, 20),
            last_day=date(2027, 5, 19),
        ),
    ),
    look_back=LookBack(
        first_day=date(2026, 5, 20),
        last_day=date(2029, 5, 20),
        basis="《中华人民共和国政府采购法》第二十二条第一款第（五）项",
    ),
    publication=Publication(
        published=True,
        first_day=date(2026, 5, 20),
        min_until=date(2027, 5, 20),
        max_until=date(2029, 5, 20),
    ),
    repair=Repair(earliest=date(2027, 5, 21), auto_stop_on=date(2029, 5, 20)),
)
LEGACY = msgspec.structs.replace(
    GENERAL,
    regime=Regime.NDRC58,
    severity=None,
    severity_source=None,
    severity_provisional=False,
    decided_on=date(2026, 1, 15),
    publication=Publication(
        published=True,
        first_day=date(2026, 1, 15),
        min_until=date(2026, 4, 15),
        max_until=date(2029, 1, 15),
    ),
    repair=Repair(earliest=date(2026, 4, 16), earliest_strict=date(2027, 1, 16), performed_on=date(2026, 2, 1)),
)
SAMR_MINOR = msgspec.structs.replace(
    MINOR_PUBLISHED,
    regime=Regime.SAMR107,
    addressee=Addressee(kind=SubjectKind.SOLE_TRADER, name="示例区样本餐饮店", code="92370100MA3EXMPL2Y"),
    publication=Publication(published=True, first_day=date(2026, 5, 20), max_until=date(2026, 8, 20), by_itself=True),
    repair=Repair(auto_stop_on=date(2026, 8, 20)),
)
SCORE = ScoreTold(
    scheme="示例：建设市场主体信用计分", on=date(2026, 5, 21), value="35", grade="D",
    sentences=("串通投标：扣30分，计至2027年5月19日（含当日）（依据：示例取值）。",
               "串通投标：信用等级最高为D级，计至2027年5月19日（含当日）（依据：示例取值）。"),
    notes=("该方案是示例，不是任何机关发布的得分。",),
)
SCORED = msgspec.structs.replace(SERIOUS, score=SCORE)
DRAFT = msgspec.structs.replace(GENERAL, stage=Stage.DRAFT)
ALL = {
    "general": GENERAL,
    "minor": MINOR,
    "minor_published": MINOR_PUBLISHED,
    "serious": SERIOUS,
    "scored": SCORED,
    "legacy": LEGACY,
    "samr_minor": SAMR_MINOR,
    "draft": DRAFT,
}
OF_PENALTIES = (LetterKind.REPAIR_NOTICE, LetterKind.DISHONESTY_NOTICE)
