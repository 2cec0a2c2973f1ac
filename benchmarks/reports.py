"""reports: a credit check report composed, set and drawn in one process, against a page of the same fonts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

from benchmarks.figure import Figure, compared, median, shown
from benchmarks.letters import bare, strings
from notices import fonts, pdf, reports
from notices.model import Chart, Letter, LetterKind, Paragraph
from notices.reports import Line, Mark, ReportFacts

NAME = "reports"
_ROWS = 12  # penalties of the company: more than most have
_WORDS = "示样罚〔2026〕53号，示例市住房和城乡建设局2026年5月20日作出；罚款；罚款20,000元；一般失信；公示期三年"


def run(*, quick: bool = False) -> Iterator[Figure]:
    """Seconds for a report on a company with a dozen penalties."""
    folder = fonts.default_folder()
    cache = fonts.ensure(folder)
    pdf.warm(str(folder))
    plain = Letter(kind=LetterKind.CREDIT_REPORT, version="v1", title="示例", blocks=(Paragraph("公共资源交易"),))
    sheets, ours, theirs = strings(plain, cache), [], []
    facts, drawn = sample(), b""
    for number in shown(range(2 if quick else 20), NAME):
        mark = Mark(report_id=f"rep_{number}", url=f"https://example.invalid/report/rep_{number}")
        started = time.perf_counter()
        drawn = pdf.render(reports.compose(facts, mark), str(folder))
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        bare(sheets)
        theirs.append(time.perf_counter() - started)
    yield compared(
        NAME, "a report composed and drawn", median(ours), "s", baseline=median(theirs),
        baseline_what="a page of the same fonts with one line", target="figure at most 1 s",
        note=f"{len(drawn) // 1024} KB, {_ROWS} penalties, a chart of 20 steps; in turn, medians",
    )


def sample() -> ReportFacts:
    """An invented company with a full report."""
    rows = tuple(Line("行政处罚", _WORDS) for _ in range(_ROWS))
    steps = tuple((x * 50 + (y * 50), x * 40) for x in range(20) for y in (0, 1))
    chart = Chart(steps=steps, top="100分", bottom="0分", first="2025年11月22日", last="2027年11月22日", caption=_WORDS)
    return ReportFacts(
        code="91370199MAEX00037L", name="示例市样本工程有限公司", whole=True, asked_by="示例市样本工程有限公司",
        on=date(2026, 11, 22), made_at="2026年11月22日 09:00", identity=(Line("主体类型", "法人或非法人组织"),),
        outcome="本系统查见限制情形。", restrictions=rows[:3], penalties=rows, listings=rows[:1], merits=rows[:2],
        scheme="示例方案", score="40分，D级", score_notes=("该方案是示例。",), score_lines=rows, chart=chart,
        repairs=rows[:4], sources=rows[:4], caveat="供依法核实使用", known_seq=1, known_at="2026年11月22日 09:00",
        origin="example.invalid/log", root="0" * 64, rules="0" * 64,
    )
