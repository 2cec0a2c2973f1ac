"""Files that come in by chat: looked at, then kept under their hash before anything else is done with them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bots import store
from bots.store import Link, Upload
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import Dated
from repair.uploads import inspect

_NAME_LIMIT = 120


class Uploads:
    """What bound chats sent. A file is kept once per message, however often the message is handled."""

    def __init__(self, blobs: BlobStore, clock: Clock, book: Rulebook) -> None:
        self.blobs = blobs
        self.clock = clock
        self.book = book

    def limits(self) -> Dated:
        """Bytes and pages that a paper may have."""
        return self.book.current.at("repair.paper_limits", business_day(self.clock()))

    async def kept(self, update_id: str) -> Upload | None:
        """The file that this message brought, where it is already kept."""
        return await store.upload_of(update_id)

    async def keep(self, update_id: str, link: Link, name: str, content: bytes) -> Upload:
        """Keeps a file. Raises UploadRefused for one that is too large or not what it says."""
        looked = inspect(content, name, self.limits())
        sha256 = await asyncio.to_thread(self.blobs.put, content)
        return await store.add_upload({
            "id": new_id("upl"), "update_id": update_id, "link_id": link.link_id, "entity_code": link.entity_code,
            "name": name[-_NAME_LIMIT:], "media_type": looked.media_type, "size": len(content), "sha256": sha256,
            "received_at": self.clock(), "case_id": None,
        })

    async def get(self, upload_id: str, entity_code: str) -> Upload:
        """A company's own file. Raises NotFound."""
        found = await store.upload(upload_id, entity_code)
        if found is None:
            raise NotFound("没有这份文件 no such file")
        return found

    async def content(self, upload: Upload) -> bytes:
        """The bytes. Raises NotFound where the disk has lost them."""
        return await asyncio.to_thread(self.blobs.get, upload.sha256)

    async def waiting(self, entity_code: str) -> Sequence[Upload]:
        """Files that are in no case yet, oldest first."""
        return await store.waiting(entity_code)

    async def filed(self, upload: Upload, case_id: str) -> None:
        """The file is in this case."""
        await store.filed(upload.upload_id, case_id)
