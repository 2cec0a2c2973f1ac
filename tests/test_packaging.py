"""The wheel is the product: built, installed into an empty environment and looked at there."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ["credit", "repair", "sanctions", "notices", "bots", "api"]
PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"
PARENTS = (
    "import importlib.util, json, pathlib;"
    f"specs = [importlib.util.find_spec(name) for name in {PACKAGES}];"
    "print(json.dumps([str(pathlib.Path(s.origin).parent.parent) for s in specs]))"
)


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output; a failure shows what the command said."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site-packages of a new environment: the wheel alone, its dependencies borrowed from ours by path.

    A folder that a .pth file names has its own .pth files ignored, so our editable install stays out.
    """
    home = tmp_path_factory.mktemp("install")
    venv.create(home / "venv", with_pip=False)
    python = home / "venv" / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=home)
    folder = Path(run(python, "-c", PURELIB, cwd=home).strip())
    (folder / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_the_six_packages_come_from_one_place(site: Path, tmp_path: Path) -> None:
    python = site.parents[2] / "bin" / "python"
    parents = json.loads(run(python, "-I", "-c", PARENTS, cwd=tmp_path))
    assert {Path(p).resolve() for p in parents} == {site.resolve()}


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    inside = set(ZipFile(wheel).namelist())
    ours = {
        p.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for p in (ROOT / package).rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert sorted(ours - inside) == []


def test_the_samples_travel_with_the_wheel(wheel: Path) -> None:
    inside = set(ZipFile(wheel).namelist())
    samples = {f"api/examples/{p.name}" for p in (ROOT / "examples").iterdir() if p.is_file()}
    assert "api/examples/penalties.csv" in samples
    assert sorted(samples - inside) == []


def test_tests_and_benchmarks_stay_at_home(wheel: Path) -> None:
    tops = {n.split("/")[0] for n in ZipFile(wheel).namelist()}
    assert {t for t in tops if not t.endswith(".dist-info")} == set(PACKAGES)
