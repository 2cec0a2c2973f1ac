"""Every figure can be measured: it prints itself, its baseline and their ratio. How fast is never asserted here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import FIGURES
from benchmarks.figure import compared, line, quantile

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_runs_and_prints_its_baseline_and_ratio(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", name, "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    figures = [json.loads(text) for text in done.stdout.splitlines()]
    assert figures
    for figure in figures:
        assert figure["value"] > 0
        assert figure["baseline"] > 0
        assert figure["ratio"] > 0
        assert figure["baseline_what"]


def test_a_name_that_is_no_figure_is_refused_with_those_that_are() -> None:
    command = [sys.executable, "-m", "benchmarks", "nosuch"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "units" in done.stderr


def test_a_figure_is_shown_with_its_baseline() -> None:
    found = compared("name", "what", 30.0, "per second", baseline=60.0, baseline_what="bare", target="at least 0.3")
    shown = line(found)
    assert "30 per second" in shown
    assert "baseline (bare): 60 per second" in shown
    assert "ratio: 0.50 (target at least 0.3)" in shown


def test_a_quantile_is_a_sample_that_the_share_does_not_exceed() -> None:
    samples = [float(n) for n in range(1, 101)]
    assert quantile(samples, 0.5) == 50.0
    assert quantile(samples, 0.99) == 99.0
    assert quantile([7.0], 0.99) == 7.0
