"""May it bid, why, until when: the three-valued answer for one subject, or for all bidders of an opening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from credit.kernel.rules import RuleSet
from sanctions.findings import findings
from sanctions.linked import ANSWERING, barred_elsewhere, links
from sanctions.places import in_other_role, several_bids
from sanctions.question import Question, prepare
from sanctions.reasons import Finding, Weighed, doubt
from sanctions.related import related
from sanctions.relations import bids, same_representative, with_partners
from sanctions.verdicts import LABELS, Dossier, Opening, Party, ReasonSource, Source, Subject, Tender, Verdict

NOBODY = Subject()


def decide(dossier: Dossier, tender: Tender, day: date, rules: RuleSet, sources: Iterable[Source]) -> Verdict:
    """The verdict for one subject. Raises TenderContradictory. For many subjects use `prepare` and `answer`."""
    return answer(dossier, prepare(tender, day, rules, sources))


def decide_opening(
    parties: Sequence[Party], tender: Tender, day: date, rules: RuleSet, sources: Iterable[Source]
) -> Opening:
    """The verdicts of all bidders and of their bids. Raises TenderContradictory."""
    return answer_opening(parties, prepare(tender, day, rules, sources))


def answer(dossier: Dossier, question: Question, *, subject: Subject = NOBODY, also: Sequence[Finding] = ()) -> Verdict:
    """The verdict for one file: only a stated ban, a condition of law or a clause bars, each with its basis.

    `also` adds what the file cannot know, such as relations within an opening.
    """
    if not also and clean(dossier):
        never_seen = question.unknown if dossier.code is not None else question.stranger
        weighed = question.clean if dossier.known else never_seen
    else:
        weighed = question.weigh((*findings(dossier, question), *also))
    return _verdict(weighed, dossier, subject)


def answer_by_name(
    subject: Subject, candidates: Sequence[str], question: Question, *, also: Sequence[Finding] = ()
) -> Verdict:
    """The verdict for a bare name: a name is not an identity, so never more than `undetermined`."""
    if len(candidates) > 1:
        title = f"名称对应 {len(candidates)} 个主体({'、'.join(candidates[:5])}),请提供统一社会信用代码"
        reason = doubt("name_ambiguous", ReasonSource.DATA, title)
    else:
        matched = f"名称与 {candidates[0]} 相符" if candidates else "名称未匹配到主体"
        reason = doubt("name_only", ReasonSource.DATA, f"{matched},请提供统一社会信用代码")
    return _verdict(question.weigh((Finding(reason, question.everywhere), *also)), None, subject)


def answer_opening(parties: Sequence[Party], question: Question) -> Opening:
    """One verdict per party, in order, each its own; and one outcome per bid and lot."""
    named, tied = same_representative(parties, question), related(parties, question)
    repeated = several_bids(parties, question)
    relations = [((named[i],) if i in named else ()) + tied.get(i, ()) + repeated.get(i, ())
                 + in_other_role(party.subject, question) for i, party in enumerate(parties)]
    answers = [
        _party(party, question, (*found, *linked_findings(party, question), *(Finding(r, -1) for r in party.doubts)))
        for party, found in zip(parties, relations, strict=True)
    ]
    return Opening(answers=tuple(with_partners(parties, answers, question)), bids=bids(parties, answers))


def _party(party: Party, question: Question, also: Sequence[Finding]) -> Verdict:
    subject = party.subject
    if party.dossier is not None:
        return answer(party.dossier, question, subject=subject, also=also)
    if subject.code is not None:
        return answer(Dossier(code=subject.code, known=False), question, subject=subject, also=also)
    return answer_by_name(subject, party.candidates, question, also=also)


def linked_findings(party: Party, question: Question) -> Iterator[Finding]:
    """What bars the head office or a predecessor, near or far: open for this party, never a bar.

    What a company only says of itself is a note, and so is all that is reached through it.
    """
    if party.dossier is None or not party.linked:
        return
    files = {file.code: file for file in party.linked}
    waiting, seen = [(party.dossier, True)], {party.dossier.code}
    while waiting:
        file, firm = waiting.pop(0)
        for link in links(file, question.day):
            if link.relation not in ANSWERING or link.code not in files or link.code in seen:
                continue
            seen.add(link.code)
            tie = link._replace(firm=link.firm and firm)
            found = barred_elsewhere(tie, tuple(findings(files[link.code], question)), question)
            if found is not None:
                yield found
            waiting.append((files[link.code], tie.firm))


def clean(dossier: Dossier) -> bool:
    """Whether nothing is recorded: the answer is that of every such company."""
    entity = dossier.entity
    linked = entity is not None and (entity.merged_into is not None or entity.branch_of is not None)
    stated = dossier.statements or dossier.parked
    return not (dossier.records or dossier.listings or dossier.restrictions or stated or linked)


def _verdict(weighed: Weighed, dossier: Dossier | None, subject: Subject) -> Verdict:
    entity = dossier.entity if dossier else None
    return Verdict(
        code=(dossier.code if dossier else None) or (entity.code if entity else None) or subject.code,
        name=entity.name if entity else subject.name,
        bid=subject.bid,
        outcome=weighed.outcome,
        label=LABELS[weighed.outcome],
        reasons=weighed.reasons,
    )
