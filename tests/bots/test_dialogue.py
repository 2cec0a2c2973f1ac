"""The conversation itself: one table without gaps, nothing private before binding, and a way on from every step."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bots import acts
from bots.commands import pressed, read
from bots.dialogue import MOVES, advance
from bots.model import (
    Acknowledged,
    Asked,
    Bound,
    CaseView,
    Command,
    Company,
    Handed,
    Input,
    Language,
    Led,
    PaperLine,
    PlanLine,
    RecordLine,
    Refused,
    Repairable,
    Said,
    Scene,
    Standing,
    State,
    Step,
    Unfit,
)
from bots.replies import Message, render
from bots.wording import texts, vocabulary

TODAY = date(2026, 11, 22)
COMPANY = Company("91370100MA9A0007XF", "示例建设有限公司")
STRANGER = Scene(company=None, today=TODAY)
BOUND = Scene(company=COMPANY, today=TODAY)
PAPERS = (PaperLine(code="performance", title="履行证明", given=False),
          PaperLine(code="other", title="其他材料", given=False, wanted=False))
CASE = CaseView(case_id="rep_1", state="填写中", numbers=("示建罚〔2026〕1号",), papers=PAPERS, committed=False,
                open=True, promise="承诺不实的,愿意依法承担相应的责任。")
RECORD = RecordLine(record_id="pen_1", number="示建罚〔2026〕1号", authority="示例市住房和城乡建设局", title="行政处罚",
                    decided_on=date(2026, 5, 20), shown=True, repairable=True)


def words(messages: tuple[Message, ...], language: Language = Language.ZH) -> str:
    return "\n".join(reply.text for reply in render(messages, language, texts()))


inputs: st.SearchStrategy[Input] = st.one_of(
    st.sampled_from([*vocabulary(), "/start ABCDE-12345", "确认", "1"]).map(lambda t: read(t, vocabulary())),
    st.text(max_size=30).map(lambda t: read(t, vocabulary())),
    st.builds(Asked, st.sampled_from(list(Command)), st.sampled_from(["", "yes", "pen_1", "kept", "en"])),
    st.builds(Handed, st.just(""), st.just("")),
    st.builds(Unfit, st.sampled_from(["type", "too_large", "unavailable"])),
    st.text(max_size=20).map(pressed),
)
states = st.builds(State, step=st.sampled_from(Step), language=st.sampled_from(Language),
                   case_id=st.just("rep_1"), record_id=st.just("con_1"), paper=st.sampled_from([None, "performance"]))


def test_the_table_has_a_move_for_everything_in_every_step() -> None:
    columns = {name for _, name in MOVES}
    assert {(step, name) for step in Step for name in columns} == set(MOVES)
    assert {c.value for c in Command} <= columns


@given(states, st.lists(inputs, max_size=8))
def test_a_stranger_gets_nothing_done_but_binding_and_help(state: State, sequence: list[Input]) -> None:
    for came in sequence:
        turn = advance(state, STRANGER, came)
        assert turn.act is None or isinstance(turn.act, acts.Bind)
        assert turn.act is not None or turn.messages
        state = turn.state


@given(states, inputs)
def test_a_stranger_reads_the_same_whatever_there_is(state: State, came: Input) -> None:
    public = {"hello", "bind.first", "bind.ask", "free", "help", "language.set", "cancelled"}
    turn = advance(state, STRANGER, came)
    assert {part.key for message in turn.messages for part in message.parts} <= public


@given(states, inputs)
def test_in_a_group_nothing_is_said_or_done(state: State, came: Input) -> None:
    turn = advance(state, Scene(company=None, today=TODAY, private=False), came)
    assert (turn.act, turn.state) == (None, state)
    assert [p.key for m in turn.messages for p in m.parts] == ["group"]


@given(states, st.lists(inputs, max_size=8))
def test_a_bound_chat_always_gets_an_answer_or_an_act(state: State, sequence: list[Input]) -> None:
    for came in sequence:
        turn = advance(state, BOUND, came)
        assert turn.act is not None or words(turn.messages)
        state = turn.state


def test_a_company_is_led_from_the_paper_over_the_promise_to_the_submission() -> None:
    opened = advance(State(), BOUND, Led(CASE, "opened"))
    assert (opened.state.step, opened.state.paper) == (Step.PAPER, "performance")
    assert "请发送文件:《履行证明》" in words(opened.messages)

    filing = advance(opened.state, BOUND, Handed("upl_1", "证明.pdf"))
    assert filing.act == acts.Attach("rep_1", "performance", "upl_1")
    given_ = replace(CASE, papers=(PaperLine(code="performance", title="履行证明", given=True),))
    signing = advance(filing.state, BOUND, Led(given_, "attached", "upl_1"))
    assert signing.state.step is Step.SIGN
    assert "愿意依法承担相应的责任" in words(signing.messages)

    named = advance(signing.state, BOUND, Said("示例甲"))
    assert named.act == acts.Commit("rep_1", signed_by="示例甲")
    ready = advance(named.state, BOUND, Led(replace(given_, committed=True), "committed"))
    assert ready.state.step is Step.CONFIRM
    assert advance(ready.state, BOUND, Asked(Command.SUBMIT)).act == acts.Submit("rep_1")


@pytest.mark.parametrize("typed", ["370101199001011234", "1", "x" * 61])
def test_a_signature_is_a_name_never_a_number(typed: str) -> None:
    turn = advance(State(step=Step.SIGN, case_id="rep_1"), BOUND, Said(typed))
    assert turn.act is None
    assert "请勿发送身份证号码" in words(turn.messages)


@pytest.mark.parametrize("typed", ["好的", "长" * 2500])
def test_a_stray_word_or_a_cut_text_is_no_statement(typed: str) -> None:
    turn = advance(State(step=Step.STATEMENT, record_id="con_1"), BOUND, read(typed, vocabulary()))
    assert turn.act is None
    assert "没有提交" in words(turn.messages)


def test_what_was_sent_together_is_one_paper_not_a_signature() -> None:
    first = advance(State(step=Step.PAPER, case_id="rep_1", paper="performance"), BOUND, Handed("upl_1", "", "album"))
    signing = advance(first.state, BOUND, Led(replace(CASE, papers=()), "attached", "upl_1"))
    second = advance(signing.state, BOUND, Handed("upl_2", "", "album"))
    assert second.act == acts.Attach("rep_1", "performance", "upl_2")
    alone = advance(signing.state, BOUND, Handed("upl_3", "承诺书.pdf"))
    assert alone.act == acts.Commit("rep_1", upload_id="upl_3")


def test_one_repairable_record_needs_no_choice_and_several_do() -> None:
    plan = PlanLine(record=RECORD, decider="示例市住房和城乡建设局")
    assert advance(State(), BOUND, Repairable((plan,))).act == acts.OpenCase("pen_1")
    turn = advance(State(), BOUND, Repairable((plan, plan)))
    assert (turn.act, turn.state.step) == (None, Step.RECORD)
    assert [b.data for m in turn.messages for b in m.buttons] == ["repair:pen_1", "repair:pen_1"]
    assert advance(turn.state, BOUND, Said("示建罚〔2026〕1号")).act == acts.OpenCase("示建罚〔2026〕1号")


def test_too_early_is_answered_with_the_day() -> None:
    turn = advance(State(), BOUND, Refused("too_early", "最早可于2026-07-11申请", date(2026, 7, 11)))
    assert "2026年7月11日" in words(turn.messages)


def test_not_found_and_not_allowed_read_alike() -> None:
    turn = advance(State(), BOUND, Refused("not_found", "这里有一句不该说的话"))
    assert "不该说" not in words(turn.messages)


def test_unbinding_is_asked_back_and_binding_starts_anew() -> None:
    asked = advance(State(case_id="rep_1"), BOUND, Asked(Command.UNBIND))
    assert (asked.act, asked.state.step) == (None, Step.LEAVE)
    assert advance(asked.state, BOUND, Asked(Command.UNBIND, "yes")).act == acts.Unbind()
    assert advance(State(case_id="rep_1"), BOUND, Bound(COMPANY)).state == State()


def test_every_push_and_acknowledgement_says_that_it_is_no_service() -> None:
    assert "不是送达" in words(advance(State(), BOUND, Bound(COMPANY, 1)).messages)
    assert "没有待阅知" in words(advance(State(), BOUND, Acknowledged(())).messages)


def test_a_closed_case_is_told_and_left() -> None:
    closed = replace(CASE, open=False, state="准予修复", outcome="准予修复")
    turn = advance(State(step=Step.CONFIRM, case_id="rep_1"), BOUND, Led(closed, "continued"))
    assert turn.state == State()
    assert "准予修复" in words(turn.messages)


def test_language_is_kept_and_spoken() -> None:
    turn = advance(State(), BOUND, read("语言 en", vocabulary()))
    assert turn.state.language is Language.EN
    said = words(advance(turn.state, BOUND, Standing(verdicts=(), records=(RECORD,), unread=0)).messages, Language.EN)
    assert "1 record(s)" in said
