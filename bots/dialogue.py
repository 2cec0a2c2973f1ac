"""The conversation: state × what came × scene → state, messages, at most one act. Pure; the table is `MOVES`.

An act's result comes back as the next thing that came. Nobody who is not bound gets past `PUBLIC`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from bots import acts, telling, telling_credit
from bots.acts import Act
from bots.commands import MOST_CHARACTERS
from bots.model import (
    Acknowledged,
    Asked,
    Bound,
    CaseView,
    Command,
    Conducted,
    Handed,
    Input,
    Kept,
    Language,
    Led,
    PaperLine,
    Plans,
    Records,
    Refused,
    Repairable,
    Reported,
    Result,
    Said,
    Scene,
    Scored,
    Standing,
    State,
    Stated,
    Step,
    Unfit,
)
from bots.replies import Message, choice, say

Given = Input | Result
_CODE = re.compile(r"[0-9A-Za-z]{5}[\s\-–—]?[0-9A-Za-z]{5}")
LEAST_STATEMENT = 10  # characters: less is hardly meant as a statement
KEPT = "kept"  # argument of 上传: a file that was sent before


class Turn(msgspec.Struct, frozen=True):
    """Where the conversation is now, what is said, and what is to be done before it goes on."""

    state: State
    messages: tuple[Message, ...] = ()
    act: Act | None = None


Move = Callable[[State, Scene, "Given"], Turn]


def advance(state: State, scene: Scene, given: Given) -> Turn:
    """One step. In a group and without a binding nothing about any company is said and nothing of it is done."""
    if not scene.private:
        return Turn(state, (Message((say("group"),)),))
    if scene.company is None:
        state = state if state.step is Step.CODE else State(language=state.language)
        if signal(given) not in PUBLIC:
            return Turn(_idle(state), (telling.bind_first(),))
    return MOVES[state.step, signal(given)](state, scene, given)


def signal(given: Given) -> str:
    """The column of the table: a command's name, else the kind of what came."""
    return given.command.value if isinstance(given, Asked) else type(given).__name__.lower()


def _idle(state: State) -> State:
    return msgspec.structs.replace(state, step=Step.IDLE, paper=None, record_id=None)


def _start(state: State, scene: Scene, given: Given) -> Turn:
    if isinstance(given, Asked) and scene.company is None and _CODE.fullmatch(given.argument):
        return Turn(_idle(state), act=acts.Bind(given.argument))
    return Turn(_idle(state), (telling.greeting(scene),))


def _help(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(state, (telling.helping(scene),))


def _bind(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Asked)
    if given.argument:
        return Turn(_idle(state), act=acts.Bind(given.argument))
    return Turn(msgspec.structs.replace(state, step=Step.CODE), (Message((say("bind.ask"),)),))


def _code(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Said)
    return Turn(_idle(state), act=acts.Bind(given.text))


def _look(what: str) -> Move:
    return lambda state, scene, given: Turn(_idle(state), act=acts.Look(what))


def _plan(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(_idle(state), act=acts.LookAtPlan(_argument(given)))


def _repair(state: State, scene: Scene, given: Given) -> Turn:
    record = _argument(given)
    return Turn(_idle(state), act=acts.OpenCase(record) if record else acts.LookForRepair())


def _chosen(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Said)
    return Turn(state, act=acts.OpenCase(given.text) if given.text else acts.LookForRepair())


def _score(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(_idle(state), act=acts.LookAtScore())


def _report(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(_idle(state), act=acts.MakeReport())


def _conduct(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(_idle(state), act=acts.LookAtConduct(_argument(given)))


def _statement(state: State, scene: Scene, given: Given) -> Turn:
    """The words of a 陈述申辩: they go in once and for good, so a stray word or a cut text does not."""
    assert isinstance(given, Said)
    assert state.record_id is not None
    if len(given.text) < LEAST_STATEMENT:
        return Turn(state, (Message((say("conduct.short"),), (choice(Command.CANCEL),)),))
    if len(given.text) >= MOST_CHARACTERS:
        return Turn(state, (Message((say("conduct.long"),), (choice(Command.CANCEL),)),))
    return Turn(state, act=acts.StateConduct(state.record_id, given.text))


def _words_wanted(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(state, (Message((say("conduct.words"),), (choice(Command.CANCEL),)),))


def _upload(state: State, scene: Scene, given: Given) -> Turn:
    paper = _argument(given)
    if paper == KEPT:
        return Turn(state, act=acts.Attach(state.case_id, state.paper, None))
    wanted = msgspec.structs.replace(state, paper=paper or state.paper)
    return Turn(wanted, act=acts.Continue(state.case_id) if state.case_id else acts.LookForRepair())


def _file(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Handed)
    paper = state.album_paper if _together(state, given) else state.paper
    after = msgspec.structs.replace(state, album=given.album, album_paper=paper)
    return Turn(after, act=acts.Attach(state.case_id, paper, given.upload_id))


def _together(state: State, given: Handed) -> bool:
    """Whether a file was sent with the one before it, and so is the same paper."""
    return bool(given.album) and given.album == state.album and state.album_paper is not None


def _signed_file(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Handed)
    assert state.case_id is not None
    if _together(state, given):
        return _file(state, scene, given)
    return Turn(state, act=acts.Commit(state.case_id, upload_id=given.upload_id))


def _signed(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Said)
    if not 2 <= len(given.text) <= 60 or any(mark.isdigit() for mark in given.text):
        return Turn(state, (Message((say("sign.name"),)),))
    assert state.case_id is not None
    return Turn(state, act=acts.Commit(state.case_id, signed_by=given.text))


def _file_wanted(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(state, (Message((say("paper.file_wanted"),), (choice(Command.CANCEL),)),))


def _submit(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(state, act=acts.Submit(state.case_id) if state.case_id else acts.LookForRepair())


def _acknowledge(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(state, act=acts.Acknowledge(_argument(given)))


def _unbind(state: State, scene: Scene, given: Given) -> Turn:
    if _argument(given) == "yes":
        return Turn(_idle(state), act=acts.Unbind())
    return Turn(msgspec.structs.replace(state, step=Step.LEAVE), (telling.leaving(),))


def _language(state: State, scene: Scene, given: Given) -> Turn:
    word = _argument(given).casefold()
    other = Language.ZH if state.language is Language.EN else Language.EN
    known = {"zh": Language.ZH, "中文": Language.ZH, "en": Language.EN, "english": Language.EN, "英文": Language.EN}
    return Turn(msgspec.structs.replace(state, language=known.get(word, other)), (Message((say("language.set"),)),))


def _cancel(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(_idle(state), (Message((say("cancelled"),), telling.buttons(scene)),))


def _lost(state: State, scene: Scene, given: Given) -> Turn:
    """Free text that answers no question."""
    if scene.company is None:
        found = isinstance(given, Said) and _CODE.fullmatch(given.text)
        return Turn(state, act=acts.Bind(given.text)) if found and isinstance(given, Said) else Turn(
            state, (telling.bind_first(),))
    return Turn(state, (Message((say("lost"), say("menu")), telling.buttons(scene)),))


def _unfit(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Unfit)
    return Turn(state, (Message((say(f"unfit.{given.reason}", limit=given.limit_mb),)),))


def _bound(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Bound)
    return Turn(State(language=state.language), (telling.bound(given),))


def _unbound(state: State, scene: Scene, given: Given) -> Turn:
    return Turn(State(language=state.language), (Message((say("unbound"),)),))


def _standing(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Standing)
    assert scene.company is not None
    return Turn(state, (telling.standing(given, scene.company, scene.today),))


def _why(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Records)
    return Turn(state, (telling.dates(given.records),))


def _plans(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Plans)
    return Turn(state, telling.plans(given.plans))


def _repairable(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Repairable)
    if given.case is not None:
        return led(state, Led(given.case, "continued"))
    able = [p for p in given.plans if p.record.repairable]
    if len(able) == 1:
        return Turn(state, act=acts.OpenCase(able[0].record.record_id))
    step = Step.RECORD if able else Step.IDLE
    return Turn(msgspec.structs.replace(state, step=step), (telling.choosing(given.plans, able),))


def _led(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Led)
    return led(state, given)


def led(state: State, found: Led) -> Turn:
    """Leads on from where a case is: the next paper, then the 承诺书, then the submission."""
    case = found.case
    if not case.open:
        settled = State(language=state.language)
        return Turn(settled, (telling.case_stands(found),))
    if paper := _next_paper(state, case):
        told = telling.paper_wanted(found, paper, [p for p in case.missing() if p != paper])
        return Turn(_at(state, Step.PAPER, case, paper.code), (told,))
    if not case.committed:
        return Turn(_at(state, Step.SIGN, case), (telling.promise(found),))
    return Turn(_at(state, Step.CONFIRM, case), (telling.ready(found),))


def _next_paper(state: State, case: CaseView) -> PaperLine | None:
    missing = case.missing()
    return next((p for p in missing if p.code == state.paper), missing[0] if missing else None)


def _at(state: State, step: Step, case: CaseView, paper: str | None = None) -> State:
    return msgspec.structs.replace(state, step=step, case_id=case.case_id, paper=paper)


def _kept(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Kept)
    return Turn(state, (Message((say("kept", receipt=given.upload_id),), (choice(Command.REPAIR),)),))


def _acknowledged(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Acknowledged)
    return Turn(state, (telling.acknowledged(given.letters),))


def _scored(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Scored)
    return Turn(state, (telling_credit.score(given),))


def _reported(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Reported)
    return Turn(state, (telling_credit.report(given),))


def _conducted(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Conducted)
    if not given.asked:
        return Turn(state, (telling_credit.conduct(given.records, scene.today),))
    (record,) = given.records
    if not record.answerable:
        return Turn(state, (telling_credit.answered(record, scene.today),))
    asking = msgspec.structs.replace(state, step=Step.STATEMENT, record_id=record.record_id)
    return Turn(asking, (telling_credit.asking(record, scene.today),))


def _stated(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Stated)
    return Turn(_idle(state), (telling_credit.stated(given.record, scene.today),))


def _refused(state: State, scene: Scene, given: Given) -> Turn:
    assert isinstance(given, Refused)
    gone = state if given.code != "case_gone" else State(language=state.language)
    return Turn(gone, (telling.refused(given, scene),))


def _argument(given: Given) -> str:
    return given.argument if isinstance(given, Asked) else ""


_ANYWHERE: Mapping[str, Move] = {
    Command.START: _start, Command.HELP: _help, Command.BIND: _bind, Command.STATUS: _look("status"),
    Command.WHY: _look("why"), Command.DATES: _look("dates"), Command.PLAN: _plan, Command.REPAIR: _repair,
    Command.SCORE: _score, Command.REPORT: _report, Command.CONDUCT: _conduct,
    Command.UPLOAD: _upload, Command.ACKNOWLEDGE: _acknowledge, Command.SUBMIT: _submit, Command.UNBIND: _unbind,
    Command.LANGUAGE: _language, Command.CANCEL: _cancel,
    "said": _lost, "handed": _file, "unfit": _unfit,
    "bound": _bound, "unbound": _unbound, "standing": _standing, "records": _why, "plans": _plans,
    "repairable": _repairable, "led": _led, "kept": _kept, "acknowledged": _acknowledged, "refused": _refused,
    "scored": _scored, "reported": _reported, "conducted": _conducted, "stated": _stated,
}
_HERE: Mapping[tuple[Step, str], Move] = {
    (Step.CODE, "said"): _code,
    (Step.RECORD, "said"): _chosen,
    (Step.PAPER, "said"): _file_wanted,
    (Step.STATEMENT, "said"): _statement,
    (Step.STATEMENT, "handed"): _words_wanted,
    (Step.SIGN, "said"): _signed,
    (Step.SIGN, "handed"): _signed_file,
}
PUBLIC = frozenset({
    Command.START.value, Command.HELP.value, Command.BIND.value, Command.LANGUAGE.value, Command.CANCEL.value,
    "said", "bound", "unbound", "refused",
})


def _table() -> Iterator[tuple[tuple[Step, str], Move]]:
    for step in Step:
        for name, move in _ANYWHERE.items():
            yield (step, str(name)), _HERE.get((step, str(name)), move)


MOVES: Mapping[tuple[Step, str], Move] = dict(_table())
