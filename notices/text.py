"""The text twin: the same words in the same order, for mail bodies, chats and readers."""

from __future__ import annotations

from notices.model import Block, Cell, Chart, Code, Heading, Letter, Paragraph, Receipt, Signature, Table


def render(letter: Letter) -> str:
    """The letter as plain text, one block after the other, ending in a newline."""
    return "\n".join(_block(block) for block in letter.blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Table(rows=rows):
            return _rows(rows)
        case Receipt(title=title, rows=rows):
            return f"\n{title}\n{_rows(rows)}"
        case Signature(name=name, day=day, seal=seal):
            return f"\n{name}\n{day}\n{seal}"
        case Code(url=url, caption=caption):
            return f"{caption}\n{url}"
        case Chart(top=top, bottom=bottom, first=first, last=last, caption=caption):
            return f"{top}　{bottom}　{first}　{last}\n{caption}"
        case Heading(text=text):
            return f"\n{text}"
        case Paragraph(text=text):
            return f"　　{text}"
    return block.text


def _rows(rows: tuple[tuple[Cell, ...], ...]) -> str:
    return "\n".join(f"{cell.label}　{cell.value}" for row in rows for cell in row)
