"""The mail of a letter: complete, a reminder by its own words, and the same bytes every time."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from credit.kernel.clock import SHANGHAI
from notices import mail
from notices.deliveries import Message

MESSAGE = Message(
    message_id="<dlv_1@credit.example.cn>", delivery_id="dlv_1", notice_id="not_1", code="91370100MA3EXMPL1X",
    number="示城管信修告〔2026〕7号", title="行政处罚信息信用修复告知书", text="告知书正文\n",
    html="<article>正文</article>", pdf=b"%PDF-1.4 sample", address="someone@company.example",
    created_at=datetime(2026, 11, 22, 9, tzinfo=SHANGHAI),
)
SENDER = "告知 <letters@credit.example.cn>"


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_carries_both_twins_and_the_file() -> None:
    found = parsed(mail.build(MESSAGE, SENDER))
    plain, rich = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "告知书正文" in plain.get_content()
    assert "<article>正文</article>" in rich.get_content()
    (attachment,) = found.iter_attachments()
    assert attachment.get_content() == b"%PDF-1.4 sample"
    assert attachment.get_filename() == "示城管信修告〔2026〕7号.pdf"
    assert (found["Message-ID"], found["To"]) == ("<dlv_1@credit.example.cn>", "someone@company.example")
    assert found["Subject"] == "行政处罚信息信用修复告知书（示城管信修告〔2026〕7号）"


def test_a_mail_says_that_it_is_no_service() -> None:
    plain = parsed(mail.build(MESSAGE, SENDER)).get_body(("plain",))
    assert plain is not None
    assert plain.get_content().startswith("本邮件仅为提醒，不是文书送达")


def test_the_same_message_gives_the_same_bytes() -> None:
    assert mail.build(MESSAGE, SENDER) == mail.build(MESSAGE, SENDER)


def test_a_message_id_is_of_the_sender_and_the_delivery() -> None:
    assert mail.message_id("dlv_1", SENDER) == "<dlv_1@credit.example.cn>"
    assert mail.message_id("dlv_1", "nobody") == "<dlv_1@tendercredit.local>"
