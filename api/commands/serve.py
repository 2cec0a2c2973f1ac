"""`tendercredit serve` and `worker`: the web process with its jobs, and arq workers beside it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.console import note, run, wrong_use

if TYPE_CHECKING:
    from api.wiring import Services
    from credit.kernel.settings import Settings

_GRACE = 10  # seconds for open requests at the end


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(worker)


def serve(
    host: Annotated[str, typer.Option(help="监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="进程数,大于 1 需要 PostgreSQL")] = 1,
) -> None:
    """提供网页、接口与任务 Serve web, jobs and bots."""
    from credit.kernel.settings import from_environment

    settings = from_environment()
    check(settings, workers)
    if workers > 1:
        serve_many(settings, host, port, workers)
    else:
        serve_one(settings, host, port)


def check(settings: Settings, workers: int) -> None:
    """Stops with exit 2 where the settings do not fit together or the data is a demo's."""
    if workers > 1 and not settings.database.url:
        raise wrong_use("--workers 大于 1 需要 PostgreSQL:设置 TENDERCREDIT_DATABASE_URL (SQLite takes one process)")
    if settings.jobs.redis_url and not settings.database.url:
        raise wrong_use("任务移到 Redis 需要 PostgreSQL:设置 TENDERCREDIT_DATABASE_URL,或去掉 TENDERCREDIT_REDIS_URL")
    if (settings.data / "demo.json").exists() and not settings.demo:
        raise wrong_use(f"{settings.data} 是演示数据,不能作为正式服务;请另选 TENDERCREDIT_DATA,或用 tendercredit demo")


def listening(host: str, port: int) -> socket.socket:
    """The socket to serve on. Stops with exit 2 where the address is taken."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as exc:
        raise wrong_use(f"不能监听 {host}:{port}({exc.strerror});请换 --port choose another --port") from None


def serve_one(settings: Settings, host: str, port: int) -> None:
    """Serves from this process until it is told to stop."""
    from api import logs
    from api.wiring import build

    with addressed(settings, host, port) as (taken, url):
        logs.configure()
        note(f"TenderCredit 标信 {url}")
        serve_on(build(settings), taken)


@contextmanager
def addressed(settings: Settings, host: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """The socket and its address, held with the data folder where that takes one process only.

    Stops with exit 2 where the address is taken. Raises AlreadyServed.
    """
    from api.occupancy import occupied

    with ExitStack() as stack:
        taken = stack.enter_context(listening(host, port))
        url = f"http://{host if ':' not in host else f'[{host}]'}:{taken.getsockname()[1]}"
        if not settings.database.url:
            stack.enter_context(occupied(settings.data, url))
        yield taken, url


def serve_on(services: Services, taken: socket.socket) -> None:
    """Serves on an open socket until told to stop; exit 3 where the service could not start."""
    import uvicorn

    from api.app import served

    config = uvicorn.Config(
        served(services), log_config=None, access_log=False, lifespan="on", server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    server.run(sockets=[taken])
    if not server.started:
        raise typer.Exit(3)


def serve_many(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serves from several processes on PostgreSQL; this one migrates first and then watches them."""
    import uvicorn

    from api import logs
    from api.running import lifespan
    from api.wiring import build

    logs.configure()

    async def prepare() -> None:
        async with lifespan.opened(build(settings)):
            pass

    run(prepare())
    note(f"TenderCredit 标信 http://{host}:{port} ({workers})")
    uvicorn.run(
        "api.app:from_settings", factory=True, host=host, port=port, workers=workers, log_config=None,
        access_log=False, lifespan="on", server_header=False, timeout_graceful_shutdown=_GRACE,
    )


def worker() -> None:
    """在 arq 工作进程中办理任务 Work tasks; needs PostgreSQL and Redis."""
    from credit.kernel.settings import from_environment

    settings = from_environment()
    if not settings.jobs.redis_url or not settings.database.url:
        raise wrong_use("worker 需要 TENDERCREDIT_DATABASE_URL 和 TENDERCREDIT_REDIS_URL")
    from api import logs
    from api.running.worker import work
    from api.wiring import build

    logs.configure()
    run(work(build(settings)))
