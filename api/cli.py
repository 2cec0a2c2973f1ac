"""`tendercredit`: a thin registry. Each module of `api.commands` brings its commands by `register(app)`.

Modules import what is heavy inside their commands, so that `--help` and a start stay quick. Exit codes: 0 done,
1 done with rejected rows, 2 wrong use or settings, 3 refused.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import typer

PACKAGES = ("credit", "repair", "sanctions", "notices", "bots", "api")


def application() -> typer.Typer:
    """All commands."""
    import api.commands

    app = typer.Typer(
        name="tendercredit", help="TenderCredit 标信", no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module in sorted(m.name for m in pkgutil.iter_modules(api.commands.__path__)):
        import_module(f"api.commands.{module}").register(app)
    return app


def stranger_among_packages() -> str | None:
    """A sentence when the six packages do not come from one place; None when all is well."""
    parents: dict[str, str] = {}
    for name in PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            return f"package {name} is missing: install tendercredit into an environment of its own"
        parents[name] = str(Path(spec.origin).resolve().parent.parent)
    if len(set(parents.values())) == 1:
        return None
    listed = ", ".join(f"{name} from {parent}" for name, parent in sorted(parents.items()))
    return f"the packages come from different places ({listed}): install tendercredit into an environment of its own"


def main() -> None:
    """The command line's entry. Ends the process with the exit code."""
    os.environ.setdefault("PICCOLO_CONF", "credit.piccolo_conf")
    fault = stranger_among_packages()
    if fault is not None:
        sys.stderr.write(f"tendercredit: {fault}\n")
        sys.exit(2)
    from api.console import refusing

    with refusing():
        application()()


if __name__ == "__main__":
    main()
