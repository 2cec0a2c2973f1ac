"""`python -m benchmarks [NAME…] [--quick] [--json]`: every figure with its baseline of the same run."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

import msgspec

from benchmarks.figure import Figure, line, machine

FIGURES = {  # name → module
    "units": "units", "eligibility": "eligibility", "letters": "letters", "import": "imports", "pushing": "pushing",
    "inbox": "inbox", "verify": "verifying", "receipts": "receipts", "reports": "reports", "screening": "screening",
    "names": "names", "register": "loading", "openings": "openings", "mixed": "mixed", "scores": "scores",
    "as_of": "as_of", "recompute": "recompute", "extracts": "extracts",
}


def main(arguments: list[str]) -> int:
    """Measures what is named, or all; nothing is judged by absolute times."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(FIGURES))
    parser.add_argument("--quick", action="store_true", help="a few samples only: whether it runs, not how fast")
    parser.add_argument("--json", action="store_true", help="one JSON object per figure")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.names) - set(FIGURES))
    if unknown:
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    said = machine()
    if not chosen.json:
        print(", ".join(f"{k} {v}" for k, v in said.items()), flush=True)
    for name in chosen.names or FIGURES:
        for figure in import_module(f"benchmarks.{FIGURES[name]}").run(quick=chosen.quick):
            show(figure, as_json=chosen.json)
    return 0


def show(figure: Figure, *, as_json: bool) -> None:
    """A figure as a line of JSON with the machine it was measured on, or for people."""
    if as_json:
        print(msgspec.json.encode({"machine": machine(), **msgspec.structs.asdict(figure)}).decode(), flush=True)
    else:
        print(line(figure), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
