"""Serve the built site as a host does: texts compressed, and 404.html where there is no page."""

from __future__ import annotations

import gzip
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TEXTS = ("text/", "javascript", "json", "svg")


@contextmanager
def serve(folder: Path, base: str = "/") -> Iterator[str]:
    """Serve a folder on a free loopback port and yield its address, which ends in a slash.

    Parameters
    ----------
    folder
        The built site.
    base
        Path at which the site stands, with a slash at both ends.
    """

    class Host(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def translate_path(self, path: str) -> str:
            if not path.startswith(base):
                return str(folder / "outside the site")
            return super().translate_path(path[len(base) - 1 :])

        def send_head(self):
            path = Path(self.translate_path(self.path))
            path = path / "index.html" if path.is_dir() else path
            if not path.is_file():
                return self.answer(HTTPStatus.NOT_FOUND, folder / "404.html")
            return self.answer(HTTPStatus.OK, path)

        def answer(self, status: HTTPStatus, path: Path) -> io.BytesIO:
            body, kind = path.read_bytes(), self.guess_type(path)
            self.send_response(status)
            if any(text in kind for text in TEXTS):
                kind += "; charset=utf-8"
                if "gzip" in self.headers.get("Accept-Encoding", ""):
                    body = gzip.compress(body)
                    self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=600")
            self.end_headers()
            return io.BytesIO(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Host(*a, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{base}"
    finally:
        server.shutdown()
        server.server_close()
