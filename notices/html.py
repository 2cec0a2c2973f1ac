"""The HTML twin: a self-contained fragment and a whole page, every word escaped, readable without script."""

from __future__ import annotations

from html import escape

from notices.model import (
    Block,
    Cell,
    Chart,
    Code,
    Heading,
    Letter,
    NumberLine,
    Organ,
    Paragraph,
    Receipt,
    Salutation,
    Signature,
    Table,
    Title,
)

_STYLE = (
    "body{margin:0;background:#f3f3f3}"
    ".letter{max-width:46em;margin:1em auto;padding:2.5em 3em;background:#fff;color:#111;line-height:1.8;"
    "font-family:FangSong,'Noto Serif SC',SimSun,serif;font-size:17px}"
    ".letter-organ{color:#b00;text-align:center;font-size:1.7em;letter-spacing:.15em;margin:0;"
    "border-bottom:4px double #b00;padding-bottom:.3em}"
    ".letter-number{text-align:right;margin:.4em 0}.letter h1{text-align:center;font-size:1.45em}"
    ".letter h2{font-family:SimHei,'Noto Sans SC',sans-serif;font-size:1.05em;margin:1.2em 0 .4em}"
    ".letter p{margin:.3em 0}.letter-text{text-indent:2em;text-align:justify}"
    ".letter table{border-collapse:collapse;width:100%;font-size:.92em}"
    ".letter th,.letter td{border:1px solid #777;padding:.25em .6em;text-align:left;vertical-align:top}"
    ".letter th{white-space:nowrap;font-weight:normal;background:#f7f7f7;width:7em}"
    ".letter-signature{text-align:right;margin:2em 2em 1em 0}.letter-code{font-size:.8em;overflow-wrap:anywhere}"
    ".letter-chart{width:100%;max-width:40em;height:auto;font-size:13px}.letter-chart line{stroke:#999}"
    ".letter-chart polyline{fill:none;stroke:#111;stroke-width:2}.letter-caption{font-size:.85em}"
    ".letter-footer{font-size:.85em}"
    "@media print{body{background:#fff}.letter{margin:0;padding:0}}"
)


def fragment(letter: Letter) -> str:
    """The letter as one `<article lang="zh-CN">`, without style or script, to be set into a page."""
    inner = "\n".join(_block(block) for block in letter.blocks)
    kind = escape(letter.kind.value)
    return f'<article class="letter" lang="zh-CN" data-kind="{kind}">\n{inner}\n</article>'


def page(letter: Letter) -> str:
    """A whole document with its own style sheet, to be stored or mailed."""
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(letter.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{fragment(letter)}\n</main>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Organ(text=text):
            return f'<p class="letter-organ">{escape(text)}</p>'
        case NumberLine(text=text):
            return f'<p class="letter-number">{escape(text)}</p>'
        case Title(text=text):
            return f"<h1>{escape(text)}</h1>"
        case Salutation(text=text):
            return f'<p class="letter-addressee">{escape(text)}</p>'
        case Heading(text=text):
            return f"<h2>{escape(text)}</h2>"
        case Paragraph(text=text):
            return f'<p class="letter-text">{escape(text)}</p>'
        case Table(rows=rows):
            return _table(rows)
        case Receipt(title=title, rows=rows):
            return f'<section class="letter-receipt">\n<h2>{escape(title)}</h2>\n{_table(rows)}\n</section>'
    return _closing(block)


def _closing(block: Block) -> str:
    match block:
        case Signature(name=name, day=day, seal=seal):
            lines = "".join(f"<p>{escape(text)}</p>" for text in (name, day, seal))
            return f'<div class="letter-signature">{lines}</div>'
        case Code(url=url, caption=caption):
            link = f'<a href="{escape(url)}">{escape(url)}</a>' if _is_web(url) else escape(url)
            return f'<div class="letter-code"><p>{escape(caption)}</p><p>{link}</p></div>'
        case Chart():
            return _chart(block)
    return f'<p class="letter-footer">{escape("".join(getattr(block, "text", "")))}</p>'


def _chart(chart: Chart) -> str:
    """Inline SVG, described by the caption below it."""
    points = " ".join(f"{x * 0.64:g},{y * 0.16:g}" for x, y in chart.steps)
    scale = f'<text x="0" y="-6">{escape(chart.top)}</text><text x="0" y="156">{escape(chart.bottom)}</text>'
    days = (f'<text x="0" y="178">{escape(chart.first)}</text>'
            f'<text x="640" y="178" text-anchor="end">{escape(chart.last)}</text>')
    return (
        '<svg class="letter-chart" viewBox="-6 -22 652 206" role="img" aria-labelledby="letter-chart">'
        '<line x1="0" y1="160" x2="640" y2="160"/><line x1="0" y1="0" x2="640" y2="0"/>'
        f'<polyline points="{points}"/>{scale}{days}</svg>\n'
        f'<p class="letter-caption" id="letter-chart">{escape(chart.caption)}</p>'
    )


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _table(rows: tuple[tuple[Cell, ...], ...]) -> str:
    width = max(len(row) for row in rows)
    body = "\n".join(f"<tr>{_row(row, width)}</tr>" for row in rows)
    return f"<table>\n<tbody>\n{body}\n</tbody>\n</table>"


def _row(row: tuple[Cell, ...], width: int) -> str:
    span = "" if len(row) == width else f' colspan="{2 * width - 1}"'
    return "".join(f'<th scope="row">{escape(cell.label)}</th><td{span}>{escape(cell.value)}</td>' for cell in row)
