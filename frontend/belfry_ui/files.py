"""The exported page as files: hashed ones are kept for good, the shell is asked for each time."""

import os
from collections.abc import Callable
from pathlib import Path

from reflex.utils.precompressed_staticfiles import PrecompressedStaticFiles
from starlette.responses import Response
from starlette.types import Scope

FOREVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


class Files(PrecompressedStaticFiles):
    """The page's files, compressed where that is known; a path that is no screen answers 404 with the page."""

    def __init__(self, folder: Path, router: Callable[[str], str | None]) -> None:
        super().__init__(directory=folder, html=True, encodings=["gzip"], router=router)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_hashed = Path(full_path).parent.name == "assets"
        response.headers["Cache-Control"] = FOREVER if is_hashed else ASK_FIRST
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
