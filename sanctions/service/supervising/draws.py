"""Draws: the list enters the log, the first checkpoint after it gives the seed, result and what follows is published.

With a witness in the settings the list names it, and the first checkpoint counts that this witness has cosigned.

A result instructs and asks; it never bars anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Protocol

import msgspec

from credit import lookup, uscc
from credit.accounts.model import Caller, Role
from credit.kernel import canonical, ledger
from credit.kernel.checkpoints import parse_checkpoint, proof_text
from credit.kernel.clock import Clock, business_day
from credit.kernel.cosigning import WitnessKey, load_witness
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, unit
from credit.scheme_rules import versions_of
from credit.service import keep_payload
from sanctions.conduct import kept
from sanctions.draw_checks import Proof
from sanctions.draw_seeds import OWN, PROVES, seed_of, source
from sanctions.draws import Announcement, DrawInput, Drawn, Found, announcement, check_input, draw, list_digest, plan
from sanctions.events import DrawAnnounced, DrawDone, InspectionRecorded, SupervisionAnswered, SupervisionInstructed
from sanctions.service.scoring.standing import Standing
from sanctions.service.supervising import store

DRAWERS = (Role.AUTHORITY, Role.COORDINATOR)
ANSWERERS = (*DRAWERS, Role.PLATFORM, Role.ENTERPRISE)
ACTOR = "draws"  # who acts in the log where a draw follows by itself
_MOST_ADDRESSED = 400  # instructions and answers that a page of an addressee holds
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class Seeds(Protocol):
    """The log as this process serves it."""

    async def first_checkpoint(self, seq: int) -> str:
        """The first signed checkpoint that holds entry `seq`; always the same for one entry."""
        ...

    def witnesses(self) -> tuple[WitnessKey, ...]:
        """Those whose cosignatures the service takes."""
        ...

    def first_cosigned(self, seq: int, origin: str, witness: WitnessKey) -> str | None:
        """The first checkpoint that holds entry `seq` and that `witness` has cosigned; None while there is none."""
        ...


class InstructionInput(msgspec.Struct, frozen=True, kw_only=True):
    """监督指令 about a drawn item; `addressee` null = the item's subject. It is published: no names of persons."""

    item: str
    text: _Text
    due_on: date
    addressee: str | None = None


class SupervisionAnswerInput(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an instruction; it is published."""

    instruction: str
    text: _Text


class FindingInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the inspection of a drawn item found; the day defaults to today. It is published: no names of persons."""

    item: str
    outcome: Found
    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    inspected_on: date | None = None


class Supervised(msgspec.Struct, frozen=True, kw_only=True):
    """Where an instruction, an answer or a finding was recorded."""

    id: str
    draw_id: str
    seq: int


class InstructionView(msgspec.Struct, frozen=True, kw_only=True):
    """An instruction with its answer, null while there is none; texts are empty once erased."""

    id: str
    draw_id: str
    item: str
    addressee: str
    instructed_on: date
    due_on: date
    text: str
    answered_on: date | None = None
    answer: str | None = None


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """What an inspection found; outcome null and text empty once erased."""

    id: str
    item: str
    inspected_on: date
    outcome: Found | None
    text: str


class DrawRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A draw as it is published; a saved one can be checked offline. `seed` null: announced, not yet drawn."""

    id: str
    org_code: str
    list: Announcement
    list_digest: str
    entry_seq: int
    seed: str | None
    proof: Proof | None
    result: tuple[Drawn, ...]
    instructions: tuple[InstructionView, ...] = ()
    findings: tuple[FindingView, ...] = ()
    seed_source: str = OWN
    proves: str = PROVES[OWN]

    @property
    def witness(self) -> str | None:
        """The name of the witness that the list names."""
        return load_witness(self.list.witness).name if self.list.witness else None


class NotDrawn(Conflict):
    code = "not_drawn"
    title = "该项未被抽中 Not drawn"


class SeedAwaited(Conflict):
    """The witness that the list names has not yet cosigned a checkpoint after it; the draw follows by itself."""

    code = "seed_awaited"
    title = "等待见证 The witness is awaited"


class AlreadyAnswered(Conflict):
    code = "instruction_answered"
    title = "监督指令已有答复 Already answered"


class Draws:
    """The service of draws."""

    def __init__(self, book: Rulebook, clock: Clock, standing: Standing, seeds: Seeds) -> None:
        self.book, self.clock = book, clock
        self.standing = standing
        self.seeds = seeds

    async def announce(self, given: DrawInput, caller: Caller, *, request: Request | None = None) -> str:
        """Fixes the list in the log; answers the draw's id. Raises DrawInvalid, UnknownScheme, SchemeNotInForce."""
        rules, today = self.book.current, business_day(self.clock())
        used = plan(rules, given.kind, today)
        check_input(given, used.inspectors)
        grades = await self._grades(given, today)
        witness = next((w.vkey for w in self.seeds.witnesses()), None)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            made = announcement(given, grades, used, draw_id=new_id("drw"), log=(await ledger.head()).origin,
                                moment=u.now, rules=rules.digest, witness=witness)
            seq = u.record(DrawAnnounced(subject=list_digest(made), draw_id=made.id, draw=made.kind.value,
                                         org_code=caller.org_code, items=len(made.items)))
            payload_id = keep_payload(u, seq=seq, owner=made.id, body={"scheme": given.scheme, "grades": grades})
            store.write_draw(u, made, canonical.encode(made), seq=seq, org_code=caller.org_code, payload_id=payload_id)
            u.keep(made.id)
        return made.id

    async def draw(self, draw_id: str, caller: Caller) -> DrawRecord:
        """Draws by the first checkpoint after the list, once and for all. Raises NotFound, SeedAwaited."""
        await self._draw(await _found(draw_id), caller.key_id)
        return await self.read(draw_id)

    async def draw_due(self) -> None:
        """Draws every list whose witness has cosigned a checkpoint after it: nobody can put the draw off."""
        for found in await store.waiting():
            if found.made.witness is not None:
                with suppress(SeedAwaited):
                    await self._draw(found, ACTOR)

    async def _draw(self, found: store.KeptDraw, by: str) -> None:
        if found.seed is not None:
            return
        draw_id, (note, seed) = found.made.id, await self._seed(found)
        result = draw(found.made, seed)
        async with unit(by=by, now=self.clock()) as u:
            if (await _found(draw_id)).seed is None:
                seq = u.record(DrawDone(subject=draw_id, seed=seed.hex(), drawn=len(result)))
                store.write_result(u, draw_id, seq=seq, checkpoint=note, seed=seed.hex(),
                                   result=canonical.encode(result))

    async def _seed(self, found: store.KeptDraw) -> tuple[str, bytes]:
        """The checkpoint and the seed that it gives. Raises SeedAwaited."""
        witness = load_witness(found.made.witness) if found.made.witness else None
        if witness is None:
            note = await self.seeds.first_checkpoint(found.seq)
            return note, seed_of(note, None)
        cosigned = self.seeds.first_cosigned(found.seq, found.made.log, witness)
        if cosigned is None:
            raise SeedAwaited(f"名单已固定,等待见证人 {witness.name} 为其后的检查点签名,签后自动抽取;"
                              "多日没有的,请运营方联系见证人 the list is fixed and the witness is awaited; "
                              "the draw follows by itself")
        return cosigned, seed_of(cosigned, witness)

    async def read(self, draw_id: str) -> DrawRecord:
        """The draw with its proof, for everybody. Raises NotFound."""
        found, acts = await _found(draw_id), await store.draw_acts(draw_id)
        made = _record(found, proof=await _proof(found))
        return msgspec.structs.replace(made, instructions=await _instructions(acts), findings=await _findings(acts))

    async def addressed(self, caller: Caller) -> tuple[InstructionView, ...]:
        """The instructions to the caller's organisation, newest first, with its answers."""
        acts = await store.acts_addressed(caller.org_code, _MOST_ADDRESSED)
        return await _instructions(acts)

    async def listing(self, below: int, limit: int) -> tuple[list[DrawRecord], int | None]:
        """Draws without proofs, newest first, and below which position the next page begins."""
        found = await store.draws(below, limit)
        return [_record(one) for one in found], found[-1].seq if len(found) == limit else None

    async def grades(self, draw_id: str, caller: Caller) -> dict[str, str | None]:
        """The grade of each item as it was found, by item: for who drew and for the auditor. Raises Forbidden."""
        found = await _found(draw_id)
        if not caller.may(Role.AUDITOR) and caller.org_code != found.org_code:
            raise Forbidden("等级只供抽取单位和审计机构查看 for who drew and the auditor")
        text = await lookup.payload(found.payload_id)
        return dict(msgspec.json.decode(text)["grades"]) if text else {}

    async def instruct(
        self, draw_id: str, given: InstructionInput, caller: Caller, *, request: Request | None = None
    ) -> Supervised:
        """Records 监督指令 about a drawn item. Raises Forbidden for another's draw, NotDrawn, Invalid, NotFound."""
        subject = _drawn(await _found(draw_id), given.item, caller)
        addressee = uscc.check(given.addressee or subject)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            if given.due_on < u.day:
                raise Invalid("期限有误", errors=(FieldError("/due_on", "out_of_range", "不早于今天"),))
            made = new_id("ins")
            seq = u.record(SupervisionInstructed(subject=draw_id, instruction_id=made, addressee=addressee,
                                                 due_on=given.due_on))
            payload_id = keep_payload(u, seq=seq, owner=draw_id, body={"text": kept(given.text)})
            store.write_act(u, store.KeptAct(
                id=made, draw_id=draw_id, seq=seq, answers=None, item=given.item, addressee=addressee,
                org_code=caller.org_code, day=u.day, due_on=given.due_on, payload_id=payload_id))
            answer = Supervised(id=made, draw_id=draw_id, seq=seq)
            u.keep(answer)
        return answer

    async def inspected(
        self, draw_id: str, given: FindingInput, caller: Caller, *, request: Request | None = None
    ) -> Supervised:
        """Records what an inspection found; a later one stands beside it. Raises as `instruct`."""
        subject = _drawn(await _found(draw_id), given.item, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            day = given.inspected_on or u.day
            if day > u.day:
                raise Invalid("检查日期有误", errors=(FieldError("/inspected_on", "in_the_future", "不得晚于今天"),))
            made = new_id("fnd")
            seq = u.record(InspectionRecorded(subject=draw_id, finding_id=made, outcome=given.outcome,
                                              inspected_on=day))
            body = {"text": kept(given.text), "outcome": given.outcome.value}
            payload_id = keep_payload(u, seq=seq, owner=draw_id, body=body)
            store.write_act(u, store.KeptAct(
                id=made, draw_id=draw_id, seq=seq, answers=None, item=given.item, addressee=subject,
                org_code=caller.org_code, day=day, due_on=None, payload_id=payload_id))
            answer = Supervised(id=made, draw_id=draw_id, seq=seq)
            u.keep(answer)
        return answer

    async def answer(
        self, draw_id: str, given: SupervisionAnswerInput, caller: Caller, *, request: Request | None = None
    ) -> Supervised:
        """Records the answer, by the addressee or entered by who drew. Raises NotFound, Forbidden, AlreadyAnswered."""
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            acts = await store.draw_acts(draw_id)
            told = next((a for a in acts if a.id == given.instruction and a.due_on is not None), None)
            if told is None:
                raise NotFound("这次抽取没有这条监督指令 no such instruction in this draw")
            if caller.org_code not in (told.addressee, told.org_code):
                raise Forbidden("由收到指令的单位答复,或由作出单位代为登记 for the addressee or who instructed")
            if any(a.answers == told.id for a in acts):
                raise AlreadyAnswered("该监督指令已有答复,不能再改;情况有变的,请另作指令")
            made = new_id("ans")
            seq = u.record(SupervisionAnswered(subject=draw_id, instruction_id=told.id, answered_on=u.day))
            payload_id = keep_payload(u, seq=seq, owner=draw_id, body={"text": kept(given.text)})
            store.write_act(u, store.KeptAct(
                id=made, draw_id=draw_id, seq=seq, answers=told.id, item=told.item, addressee=told.addressee,
                org_code=caller.org_code, day=u.day, due_on=None, payload_id=payload_id))
            answer = Supervised(id=made, draw_id=draw_id, seq=seq)
            u.keep(answer)
        return answer

    async def _grades(self, given: DrawInput, today: date) -> dict[str, str | None]:
        """The grade of each item: as the scheme rates its subject, or as stated where no scheme is named."""
        if given.scheme is None:
            return {i.id: i.grade for i in given.items}
        versions_of(self.book.current, given.scheme)
        by_code: dict[str, str | None] = {}
        for code in {i.subject_code for i in given.items}:
            known = await lookup.entity_by_code(code)
            rated = await self.standing.rating(code, given.scheme, today) if known else None
            by_code[code] = rated.grade if rated else None
        return {i.id: by_code[i.subject_code] for i in given.items}


async def _found(draw_id: str) -> store.KeptDraw:
    found = await store.draw(draw_id)
    if found is None:
        raise NotFound("没有这次抽取 no such draw")
    return found


def _drawn(found: store.KeptDraw, item: str, caller: Caller) -> str:
    """The subject of a drawn item. Raises Forbidden for another's draw, NotDrawn."""
    if caller.org_code != found.org_code:
        raise Forbidden("由抽取单位办理 only for who drew")
    if item not in {d.item for d in found.result}:
        raise NotDrawn("只能就抽中的项目办理,抽中的见 result")
    return next(i.subject_code for i in found.made.items if i.id == item)


def _record(found: store.KeptDraw, proof: Proof | None = None) -> DrawRecord:
    return DrawRecord(id=found.made.id, org_code=found.org_code, list=found.made, list_digest=list_digest(found.made),
                      entry_seq=found.seq, seed=found.seed, proof=proof, result=found.result,
                      seed_source=source(found.made.witness), proves=PROVES[source(found.made.witness)])


async def _proof(found: store.KeptDraw) -> Proof | None:
    """The list's entry with its path to the checkpoint that is the seed; None before the draw."""
    if found.checkpoint is None:
        return None
    size = parse_checkpoint(found.checkpoint.partition("\n\n")[0] + "\n").size
    path = await ledger.inclusion(found.seq, size)
    return Proof(entry=(await ledger.entry(found.seq)).body, inclusion=proof_text(found.seq, path, found.checkpoint))


async def _instructions(acts: Sequence[store.KeptAct]) -> tuple[InstructionView, ...]:
    answers = {a.answers: a for a in acts if a.answers}
    views = []
    for told in acts:
        if told.due_on is None:
            continue
        answer = answers.get(told.id)
        views.append(InstructionView(
            id=told.id, draw_id=told.draw_id, item=told.item, addressee=told.addressee, instructed_on=told.day,
            due_on=told.due_on, text=str((await _words(told.payload_id)).get("text", "")),
            answered_on=answer.day if answer else None,
            answer=str((await _words(answer.payload_id)).get("text", "")) if answer else None))
    return tuple(views)


async def _findings(acts: Sequence[store.KeptAct]) -> tuple[FindingView, ...]:
    views = []
    for act in acts:
        if act.due_on is None and act.answers is None:
            words = await _words(act.payload_id)
            outcome = Found(words["outcome"]) if words else None
            views.append(FindingView(id=act.id, item=act.item, inspected_on=act.day, outcome=outcome,
                                     text=str(words.get("text", ""))))
    return tuple(views)


async def _words(payload_id: str) -> dict[str, Any]:
    """The words of an act; empty once erased."""
    text = await lookup.payload(payload_id)
    return dict(msgspec.json.decode(text)) if text else {}
