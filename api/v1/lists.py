"""List files: a list as another house publishes it, taken in under a manifest."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Controller, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from api.auth import needs
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.errors import FieldError, Invalid
from credit.kernel.signing import VerifierKey
from sanctions.intake.extract_lists import is_extract, keys_of, list_manifest
from sanctions.intake.list_rows import ListRow, Manifest, read_list, read_manifest
from sanctions.intake.outcomes import Limits, Rejected
from sanctions.service.listing.list_files import ListReport


class ListForm(msgspec.Struct, kw_only=True):
    """`file`: the list as CSV or XLSX; `manifest`: what is in it, as YAML or JSON, or the `manifest.note` of an
    extract of another house, then with `extract_keys`: that house's public keys, one a line."""

    file: UploadFile | None = None
    manifest: str = ""
    extract_keys: str = ""


class ListFiles(Controller):
    """名单文件导入。"""

    path = "/v1/lists"
    tags = ["listings"]

    @post("/{list_code:str}/import", guards=[needs(Role.AUTHORITY, Role.OPERATOR)], status_code=200,
          opt={"takes_files": True}, summary="导入名单文件 Import a list file")
    async def take(
        self, list_code: str, data: Annotated[ListForm, Body(media_type=RequestEncodingType.MULTI_PART)],
        services: Services, caller: Caller, dry_run: bool = False,
    ) -> ListReport:
        """Each row is entered as by `POST /v1/listings`; entries that a complete file lacks are told, not removed.

        The same file under the same manifest does nothing again.
        """
        if data.file is None:
            raise Invalid("请附上名单文件,字段名 file", errors=(FieldError("/file", "missing", "附上 CSV 或 XLSX"),))
        limits = Limits(max_bytes=services.settings.web.max_upload_mb * 1_000_000)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            digest = await _stored(data.file, path)
            manifest = manifest_of(data.manifest, lambda: keys_of(data.extract_keys), digest)
            _fits(manifest, list_code)
            services.list_files.check(manifest, digest)
            loop = asyncio.get_running_loop()
            rows = await loop.run_in_executor(services.pool, rows_of, path, manifest, limits)
        return await services.list_files.take(rows, manifest, digest, caller, dry_run=dry_run)


def manifest_of(text: str, trusted: Callable[[], Iterable[VerifierKey]], digest: str) -> Manifest:
    """What a file with this SHA-256 is, as its manifest says: one of ours to write, or that of an extract. Raises
    Invalid, BadNote."""
    return list_manifest(text, trusted(), digest) if is_extract(text) else read_manifest(text)


def _fits(manifest: Manifest, list_code: str) -> None:
    if manifest.list != list_code:
        fault = FieldError("/manifest/list", "other_list", f"地址中的名单是 {list_code}")
        raise Invalid("清单写的是另一个名单", errors=(fault,))


async def _stored(upload: UploadFile, path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("wb") as target:
        while chunk := await upload.read(1 << 20):
            target.write(chunk)
            hashed.update(chunk)
    return hashed.hexdigest()


def rows_of(path: Path, manifest: Manifest, limits: Limits) -> list[ListRow | Rejected]:
    """Runs in a worker process: every row of a list file."""
    return list(read_list(path, manifest, limits))
