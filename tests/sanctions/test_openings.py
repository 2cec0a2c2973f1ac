"""Consortia, lots, relations, branches and successors: law examples of whole openings, worked by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.kernel.rules import load
from credit.model import Record
from credit.profiles.model import KINDS, RelationFacts, RelationKind, StatedBy, Statement
from sanctions.eligibility import decide_opening
from sanctions.linked import reached
from sanctions.model import Restriction
from sanctions.verdicts import Dossier, Effect, Opening, Party, Subject
from tests.sanctions.dossiers import ALL_LISTS, dossier, entity, list_entry, record, restriction, tender

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/openings.yaml").read_text("utf-8"))
DAY = date(2026, 11, 22)
FIRMS = {"A": "91370100MA9A00011P", "B": "91370100MA9A00022K", "C": "91370100MA9A00033F", "D": "91370100MA9A00044A"}
PROCUREMENT_BAN = {
    "scope": "government_procurement", "to": date(2029, 5, 19), "basis_id": "ban.procurement_law_77",
    "basis": "政府采购法第七十七条",
}


def tie(code: str, relation: str, other: str) -> Statement:
    facts = RelationFacts(relation=RelationKind(relation), other_code=FIRMS[other])
    return Statement(statement_id=f"s{other}", revision=1, code=code, kind=KINDS[RelationFacts],
                     stated_by=StatedBy.REGISTRY, org_code="1137019900EX00057U", seq=9, facts=facts, sourced=True)


def file_of(given: dict[str, Any]) -> Dossier:
    code = FIRMS[given["firm"]]
    records: list[Record] = []
    bars: list[Restriction] = []
    if given.get("barred") or given.get("barred_procurement"):
        records.append(record())
        bars.append(restriction() if given.get("barred") else restriction(**PROCUREMENT_BAN))
    if given.get("unread"):
        records.append(record("r2", ban_unread=True))
    entries = [list_entry(list=given["listed"], decided_on=date(2026, 5, 6))] if "listed" in given else []
    return dossier(
        entity=entity(code=code, name=f"示例{given['firm']}公司"), code=code, records=tuple(records),
        restrictions=tuple(bars), listings=tuple(entries),
        statements=tuple(tie(code, *stated) for stated in given.get("ties", [])),
    )


def asked(case: dict[str, Any]) -> Opening:
    files = {FIRMS[given["firm"]]: file_of(given) for given in (*case["parties"], *case.get("beside", []))}
    parties = []
    for given in case["parties"]:
        file = files[FIRMS[given["firm"]]]
        subject = Subject(code=file.code, bid=given["bid"], lot=given.get("lot"),
                          representative=given.get("representative"), role=given.get("role"))
        linked = reached(file, lambda code: files.get(code) or Dossier(code=code, known=False))
        parties.append(Party(subject=subject, dossier=file, linked=linked))
    return decide_opening(parties, tender(**case["tender"]), DAY, RULES, ALL_LISTS)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_answers_of_an_opening(case: dict[str, Any]) -> None:
    opening, expect = asked(case), case["expect"]
    assert [answer.outcome.value for answer in opening.answers] == expect["answers"]
    bids = {f"{b.bid}/{b.lot}" if b.lot else b.bid: b.outcome.value for b in opening.bids}
    assert bids == expect["bids"]
    names = {code: firm for firm, code in FIRMS.items()}
    weighty = {
        names[answer.code or ""]: [r for r in answer.reasons if r.effect is not Effect.NONE]
        for answer in opening.answers
    }
    for firm, codes in expect.get("reasons", {}).items():
        assert [reason.code for reason in weighty[firm]] == codes
    if "basis" in expect:
        assert {reason.basis for found in weighty.values() for reason in found} == {expect["basis"]}
