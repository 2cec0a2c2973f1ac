"""Words: both languages say everything, in plain text, in messages that a platform takes."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter

from bots.commands import button, pressed, read
from bots.model import Asked, Command, Language, Said
from bots.replies import MOST_CHARACTERS, Message, choice, render, say
from bots.wording import texts, vocabulary


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    chinese, english = texts()[Language.ZH], texts()[Language.EN]
    assert set(chinese) == set(english)
    for key, text in chinese.items():
        missing = _places(english[key]) - _places(text) - {"until"}  # Chinese titles name the last day themselves
        assert not missing, key


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_no_text_asks_for_money_or_numbers_of_persons() -> None:
    for text in texts()[Language.ZH].values():
        assert not re.search(r"(请|需)(支付|缴费|转账)|提供身份证", text)


def test_days_are_written_as_people_write_them() -> None:
    message = Message((say("refused.earliest", earliest=date(2026, 7, 11)),))
    assert render((message,), Language.ZH, texts())[0].text == "最早可申请日期:2026年7月11日。"
    assert render((message,), Language.EN, texts())[0].text == "Earliest day: 2026-07-11."


def test_what_is_too_long_goes_out_in_pieces_with_the_buttons_below_the_last() -> None:
    message = Message(tuple(say("refused", sentence="长" * 900) for _ in range(9)), (choice(Command.HELP),))
    replies = render((message,), Language.ZH, texts())
    assert [bool(r.choices) for r in replies] == [False] * (len(replies) - 1) + [True]
    assert all(0 < len(r.text) <= MOST_CHARACTERS for r in replies)
    assert sum(r.text.count("长") for r in replies) == 8100


def test_what_a_person_wrote_is_never_read_as_a_template() -> None:
    (reply,) = render((Message((say("refused", sentence="{name} {0} %s"),)),), Language.ZH, texts())
    assert reply.text == "{name} {0} %s"


def test_words_buttons_and_slashes_mean_the_same() -> None:
    words = vocabulary()
    assert read("状态", words) == read("/status", words) == read("/STATUS@sample_bot", words) == Asked(Command.STATUS)
    assert read("绑定 ABCDE-12345", words) == read("绑定ABCDE-12345", words) == Asked(Command.BIND, "ABCDE-12345")
    assert read("状态不明", words) == Said("状态不明")
    assert pressed(button(Command.REPAIR, "pen_1")) == Asked(Command.REPAIR, "pen_1")
    assert pressed("repair:'; DROP") == pressed("what") == Said("")
