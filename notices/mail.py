"""The e-mail of a letter: the same message gives the same bytes, so a repeat is recognisable as one. Pure."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from notices.deliveries import Message

REMINDER = "本邮件仅为提醒，不是文书送达；送达日期以送达回证为准。This is a reminder, not service of a document."


def build(message: Message, sender: str) -> bytes:
    """Headers, text twin, HTML twin and the PDF; no date or boundary of chance. `address` must be given."""
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.created_at)
    mail["From"] = sender
    mail["To"] = message.address or ""
    mail["Subject"] = f"{message.title}（{message.number}）"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{REMINDER}\n\n{message.text}", cte="base64")
    mail.add_alternative(_html(message), subtype="html", cte="base64")
    mail.add_attachment(message.pdf, maintype="application", subtype="pdf", filename=f"{message.number}.pdf")
    for depth, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        part.set_boundary(f"={message.delivery_id}={depth}")
    return mail.as_bytes()


def message_id(delivery_id: str, sender: str) -> str:
    """The Message-ID of a delivery: the same for every try."""
    domain = parseaddr(sender)[1].partition("@")[2] or "tendercredit.local"
    return f"<{delivery_id}@{domain}>"


def _html(message: Message) -> str:
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head><meta charset="utf-8"></head>\n<body>\n'
        f"<p>{REMINDER}</p>\n{message.html}\n</body>\n</html>\n"
    )
