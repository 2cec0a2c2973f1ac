"""Every figure can be measured: it prints itself, its baseline and their ratio. How fast is never asserted here."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

from benchmarks.__main__ import FIGURES
from benchmarks.figure import compared, line, quantile

ROOT = Path(__file__).parent.parent.parent


SHORT = ("units", "letters", "names", "verify", "reports")  # the others start servers: `make bench` runs them


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_asked_for_quickly(name: str) -> None:
    measure = import_module(f"benchmarks.{FIGURES[name]}").run
    assert signature(measure).parameters["quick"].default is False


@pytest.mark.parametrize("name", SHORT)
def test_a_figure_runs_and_prints_its_baseline_and_ratio(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", name, "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    figures = [json.loads(text) for text in done.stdout.splitlines()]
    beside = [figure for figure in figures if figure["baseline"] is not None]
    assert beside
    for figure in beside:
        assert figure["value"] > 0
        assert figure["baseline"] > 0
        assert figure["ratio"] > 0
        assert figure["baseline_what"]
    for figure in figures:
        assert figure in beside or figure["target"] or figure["note"]  # a count or a size says what it is held against


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
