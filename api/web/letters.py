"""The page behind a letter's QR code: whether it is genuine, and whether a file is the one that was issued."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import State, UploadFile
from litestar.response import Template

from api.auth import anyone
from api.web.pages import PRIVATE, page
from api.wiring import Services
from notices.service.verifying import Standing, Verification

MOST_BYTES = 10 * 1024 * 1024  # a letter is far smaller
_NO_FILE = "请选择要核对的文件（收到的 PDF 原件）"


class Letters(Controller):
    """Checks of letters. Nothing is changed here, so that a foreign form could do no harm."""

    path = "/verify"
    guards = [anyone]
    include_in_schema = False

    @get("/", sync_to_thread=False)
    def how(self) -> Template:
        """How a letter is checked."""
        return page("verify_help")

    @get("/{number:str}")
    async def check(self, number: str, services: Services, t: str = "") -> Template:
        """What may be said of the letter; a wrong number and a wrong token look the same."""
        return answer(await services.notices.verifying.verify(number, t), t)

    @post("/{number:str}", status_code=200, request_max_body_size=MOST_BYTES, opt={"reads_only": True})
    async def compare(self, number: str, request: Request[Any, Any, State], services: Services) -> Template:
        """Whether the uploaded file is the issued one bit by bit; it is hashed and not kept."""
        form = await request.form()
        token, file = form.get("t"), form.get("file")
        t = token if isinstance(token, str) else ""
        content = await file.read() if isinstance(file, UploadFile) else b""
        checking = services.notices.verifying
        if not content:
            return answer(await checking.verify(number, t), t, error=_NO_FILE)
        return answer(await checking.check_file(number, t, content), t)


def answer(found: Verification, token: str, *, error: str = "") -> Template:
    """The page of a verification, kept and indexed by nobody; the token only in the form of a genuine letter."""
    if found.standing is Standing.UNKNOWN:
        return page("verify_unknown", status=404, headers=PRIVATE)
    if not found.genuine:
        token, error, compared = "", "", None
    else:
        compared = found.same_file
    return page("verify", status=422 if error else 200, headers=PRIVATE, found=found, token=token, error=error,
                compared=compared)
