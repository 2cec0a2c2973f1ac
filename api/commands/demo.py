"""`tendercredit demo`: the samples seeded, the fonts converted, and all of it served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import note, run, wrong_use

if TYPE_CHECKING:
    from api.wiring import Services
    from credit.kernel.settings import Settings

_HOST = "127.0.0.1"


def register(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = 8000,
    data: Annotated[Path | None, typer.Option(help="数据目录,默认 TENDERCREDIT_DATA 或 data/demo")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="先清空演示数据 start anew")] = False,
) -> None:
    """演示:装入示例数据并提供服务 Seed sample data, then serve."""
    from api import demo as made
    from api import logs
    from api.commands.serve import addressed, serve_on
    from api.wiring import build

    settings = _settings(port, data)
    if fresh and settings.database.url:
        raise wrong_use("--fresh 只清空 SQLite 演示目录;使用 PostgreSQL 时请另建数据库")
    if fresh and not made.removable(settings.data):
        raise wrong_use(f"{settings.data} 不是演示目录,不会清空;请用 --data 另选目录")
    with addressed(settings, _HOST, port) as (taken, url):
        if fresh:
            made.empty(settings.data)
        logs.configure()
        services = build(settings)
        with _fonts(settings):
            run(_prepare(services, url))
        note(f"TenderCredit 标信 演示 demo {url}")
        serve_on(services, taken)


def _settings(port: int, data: Path | None) -> Settings:
    import os

    from api.demo import DEFAULT, settings_of
    from credit.kernel.settings import from_environment

    chosen = from_environment()
    folder = data or (chosen.data if "TENDERCREDIT_DATA" in os.environ else DEFAULT)
    return settings_of(chosen, folder, f"http://{_HOST}:{port}")


async def _prepare(services: Services, url: str) -> None:
    from api import demo as made
    from api import samples
    from api.running import lifespan
    from api.seed import seed

    found = samples.Samples(samples.folder())
    async with lifespan.opened(services):
        done = await seed(services, found, lambda said: note(f"示例 samples: {said}"))
        if done.again:
            note("示例 samples: 已装入 in already")
        if await services.recomputing.first(made.SCORING):
            note("得分 scores: 已统计 computed")
        keys = await made.new_keys(services, found)
        logins = await made.new_logins(services, found)
    where = made.write(services.settings.data, url, keys, logins, found)
    note(f"密钥 keys: {where}")
    note(f"登录 sign in: {url}/sign-in")
    for role, given in logins.items():
        note(f"  {role}: {given['name']}  {given['password']}")


@contextmanager
def _fonts(settings: Settings) -> Iterator[None]:
    """Converts the letters' fonts beside the block, once a user; the block's end waits for them."""
    working = threading.Thread(target=_convert, args=(settings,), name="fonts", daemon=True)
    working.start()
    yield
    if working.is_alive():
        note("字体 fonts: 正在转换,仅首次需要 converting, the first time only …")
    working.join()


def _convert(settings: Settings) -> None:
    from notices import fonts

    try:
        fonts.ensure(
            settings.letters.font_cache or fonts.default_folder(),
            progress=lambda face, done, total: note(f"字体 fonts: {done}/{total}"),
        )
    except Exception as exc:  # noqa: BLE001 - the demo serves on; letters will say what is wrong
        note(f"字体 fonts: 未能转换 not converted ({exc});告知书暂不能出具")
