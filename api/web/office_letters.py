"""The letters that an office issued or received, as their files, for people signed in."""

from __future__ import annotations

from litestar import Controller, Response, get
from litestar.di import Provide

from api.web.desk import download
from api.web.session import Signed, provide_signed, signed_in
from api.wiring import Services
from credit.accounts.model import Role


class OfficeLetters(Controller):
    """主管部门、交易平台:本单位的文书。"""

    path = "/office/letters"
    guards = [signed_in(Role.AUTHORITY, Role.PLATFORM)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/{notice_id:str}")
    async def file(self, notice_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """The issued file: the original."""
        reading = services.notices.reading
        found = await reading.get(notice_id, signed.caller)
        content = await reading.pdf(notice_id, signed.caller)
        return download(content, "application/pdf", f"{found.number}.pdf")
