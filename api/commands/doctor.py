"""`tendercredit doctor`: what is on, what is missing, and how to mend it. Changes nothing."""

from __future__ import annotations

import stat
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec
import typer

from api.console import REFUSED, AsJson, run, say

if TYPE_CHECKING:
    from credit.kernel.settings import Settings

_MARKS = {"on": "✓", "off": "·", "wrong": "✗"}


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: `on`, `off` (not set, which is fine) or `wrong` with its cure."""

    name: str
    state: str
    said: str


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """体检 What is on, what is missing."""
    findings = run(examine())
    lines = [f"{_MARKS[f.state]} {f.name}: {f.said}" for f in findings]
    wrong = [f.name for f in findings if f.state == "wrong"]
    say(lines, {"ok": not wrong, "findings": findings}, as_json=as_json)
    if wrong:
        raise typer.Exit(REFUSED)


async def examine() -> list[Finding]:
    """Every finding; a check that fails by surprise is itself a finding."""
    from credit.kernel.settings import from_environment

    settings = from_environment()
    findings: list[Finding] = []
    for name, check in _CHECKS.items():
        try:
            state, said = await check(settings)
        except Exception as exc:  # noqa: BLE001 - whatever is broken, the doctor says so and goes on
            state, said = "wrong", f"{type(exc).__name__}: {str(exc)[:200]}"
        findings.append(Finding(name, state, said))
    return findings


async def _data(settings: Settings) -> tuple[str, str]:
    if not settings.data.exists():
        return "off", f"{settings.data} 将在首次启动时建立 is made at the first start"
    if (settings.data / "demo.json").exists():
        return "on", f"{settings.data} (演示数据 demo)"
    return "on", str(settings.data)


async def _database(settings: Settings) -> tuple[str, str]:
    from credit.kernel import database, ledger

    if not settings.database.url and not (settings.data / "tendercredit.sqlite").exists():
        return "off", "SQLite 文件将在首次启动时建立 is made at the first start"
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        engine = "SQLite" if database.is_sqlite() else "PostgreSQL"
        try:
            head = await ledger.head()
        except Exception as exc:  # noqa: BLE001 - both drivers have their own words for it
            return "wrong", f"{engine} 尚无表,请运行 tendercredit migrate ({type(exc).__name__})"
    return "on", f"{engine},日志 {head.size} 条 ({head.origin or '未命名'})"


async def _served(settings: Settings) -> tuple[str, str]:
    from api.occupancy import served_at

    url = served_at(settings.data) if settings.data.exists() else None
    return ("on", f"正在服务 {url}") if url else ("off", "没有进程在服务此目录 not served")


async def _redis(settings: Settings) -> tuple[str, str]:
    if not settings.jobs.redis_url:
        return "off", "任务在服务进程内办理 jobs run in the serving process"
    import redis.asyncio

    if not settings.database.url:
        return "wrong", "使用 Redis 需要 PostgreSQL:设置 TENDERCREDIT_DATABASE_URL"
    client = redis.asyncio.Redis.from_url(settings.jobs.redis_url, socket_connect_timeout=2)
    try:
        await client.ping()
    finally:
        await client.aclose()
    return "on", "可连接;任务由 tendercredit worker 办理"


async def _keys(settings: Settings) -> tuple[str, str]:
    from credit.kernel.signing import load_key

    path = settings.data / "keys" / "log.key"
    if not path.exists():
        return "off", "日志签名密钥将在首次启动时生成 is made at the first start"
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return "wrong", f"{path} 可被他人读取,请运行 chmod 600"
    return "on", load_key(path.read_bytes()).verifier.vkey


async def _rules(settings: Settings) -> tuple[str, str]:
    from api.wiring import HOME, rules
    from credit.scheme_files import load_schemes

    found, schemes = rules(), load_schemes(HOME / "credit" / "rules" / "schemes")
    return "on", f"{len(found.rules)} 条规则,{len(schemes)} 个计分方案"


async def _calendar(settings: Settings) -> tuple[str, str]:
    from credit.kernel import workdays
    from credit.kernel.clock import business_day, system_clock

    today = business_day(system_clock())
    if not workdays.published(today.year):
        return "wrong", f"{today.year} 年放假安排不在 chinesecalendar 包内,请升级该包"
    return "on", f"今天 {today};放假安排至 {workdays.LAST_YEAR} 年"


async def _fonts(settings: Settings) -> tuple[str, str]:
    from importlib.util import find_spec

    if find_spec("pylopdf_fonts_zh_cn") is None:
        return "wrong", "缺少字体包 pylopdf-fonts-zh-cn,告知书不能出具"
    return "on", "pylopdf-fonts-zh-cn"


async def _mail(settings: Settings) -> tuple[str, str]:
    mail = settings.mail
    return ("on", f"{mail.host}:{mail.port}") if mail.host else ("off", "未设 TENDERCREDIT_SMTP_HOST,不发邮件")


async def _telegram(settings: Settings) -> tuple[str, str]:
    from bots.telegram import check
    from credit.kernel.settings import BadSettings

    chosen = settings.bots
    if not chosen.telegram_token:
        return "off", "未设 TENDERCREDIT_TELEGRAM_TOKEN,不启用 Telegram"
    try:
        check(chosen)
    except BadSettings as exc:
        return "wrong", exc.detail
    if chosen.telegram_mode == "webhook" and not settings.web.base_url.startswith("https://"):
        return "wrong", "webhook 需要 https 的 TENDERCREDIT_BASE_URL;没有公网地址请设 TELEGRAM_MODE=polling"
    return "on", chosen.telegram_mode


async def _address(settings: Settings) -> tuple[str, str]:
    base = settings.web.base_url
    if not base.startswith(("http://", "https://")):
        return "wrong", f"TENDERCREDIT_BASE_URL 应以 http:// 或 https:// 开头,现为 {base}"
    return "on", f"{base} (印在告知书与二维码上 printed in letters)"


async def _limits(settings: Settings) -> tuple[str, str]:
    limit = settings.web.rate_limit
    return ("on", f"每密钥每分钟 {limit} 次") if limit else ("off", "限流已关闭 rate limits are off")


async def _certificates(settings: Settings) -> tuple[str, str]:
    from credit.accounts.certifying import Certifying
    from credit.kernel.clock import system_clock

    if settings.certificates.authorities is None:
        return "off", "未设 TENDERCREDIT_CERTIFICATE_AUTHORITIES,企业不能用证书核验 no proof by certificate"
    trust = Certifying(settings.certificates, settings.web.base_url, system_clock).trust()
    late = [found for found in trust.revoked
            if found.next_update_utc is None or found.next_update_utc <= system_clock()]
    if late:
        return "wrong", f"{len(late)} 份吊销列表已过期,请更新 revocation lists are stale"
    lists = f"吊销列表 {len(trust.revoked)} 份" if trust.revoked else "没有吊销列表,记录写明未查 revocation not checked"
    return "on", f"证书 {len(trust.authorities)} 张,{lists}"


_CHECKS: dict[str, Callable[[Settings], Awaitable[tuple[str, str]]]] = {
    "数据目录 data": _data, "数据库 database": _database, "服务 serving": _served, "任务队列 redis": _redis,
    "签名密钥 log key": _keys, "规则 rules": _rules, "日历 calendar": _calendar, "字体 fonts": _fonts,
    "企业证书 certificates": _certificates,
    "邮件 mail": _mail, "Telegram": _telegram, "对外地址 base url": _address, "限流 rate limit": _limits,
}
