"""`tendercredit rules check`: every rule and scheme file read, each value with its citation."""

from __future__ import annotations

import typer

from api.console import REFUSED, AsJson, say


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="规则数据 Dated rules", no_args_is_help=True)
    group.command()(check)
    group.callback()(_group)
    app.add_typer(group, name="rules")


def _group() -> None:
    """规则数据 Dated rules."""


def check(as_json: AsJson = False) -> None:
    """检查规则文件 Read every rule and scheme file; tells every fault with file, line and cure."""
    from api.wiring import HOME, rule_folders, rules
    from credit.kernel.rules import faults
    from credit.scheme_files import as_rules, read_schemes

    schemes = read_schemes(HOME / "credit" / "rules" / "schemes")
    wrong = [*faults(rule_folders()), *schemes.faults]
    if wrong:
        say([*wrong, f"共 {len(wrong)} 处错误,请逐条更正后重新检查 mend each and check again"], {"faults": wrong},
            as_json=as_json)
        raise typer.Exit(REFUSED)
    found = rules().joined(as_rules(s for versions in schemes.versions.values() for s in versions))
    values = [v for r in found.rules.values() for v in r.values]
    unverified = sorted({v.rule_id for v in values if not v.verified})
    facts = {"digest": found.digest, "rules": len(found.rules), "values": len(values),
             "schemes": sorted(schemes.versions), "unverified": unverified}
    lines = [f"{len(found.rules)} 条规则、{len(values)} 个取值 rules and values, digest {found.digest}",
             f"计分方案 schemes: {', '.join(sorted(schemes.versions))}"]
    if unverified:
        lines.append("未核实 unverified (不会限制任何人 bars nobody): " + ", ".join(unverified))
    say(lines, facts, as_json=as_json)
