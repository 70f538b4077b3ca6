"""A web server on this machine that answers wrongly on demand, and a tiny data set it has."""

import gzip
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from d2lutils.data.datasets import Card
from d2lutils.data.sources import DataFile, WebFolder

CONTENT = {"images": bytes(range(256)) * 2000, "labels": b"0123456789" * 100}

STATUS = {"403": 403, "404": 404, "503": 503}
FAULTS = [*STATUS, "hang", "hang midway", "cut", "wrong bytes", "truncated gz", "damaged gz"]


def card(*addresses, package=None, name="tiny"):
    """A card for the tiny data set, with these web addresses."""
    files = tuple(
        DataFile(file, len(content), hashlib.sha256(content).hexdigest())
        for file, content in CONTENT.items()
    )
    return Card(
        name=name,
        about="two files for tests",
        files=files,
        web=tuple(map(WebFolder, addresses)),
        package=package,
        download_size=1000,
        license="none",
        citation="none",
    )


class FaultServer:
    """Serves ``/NAME.gz`` for each file, with the fault that is set.

    `asked` lists the paths asked for; `midway` is set once half a file is out;
    `together`, when set to a number, holds each answer until so many have been asked for.
    """

    def __init__(self):
        self.files = {f"/{name}.gz": gzip.compress(data) for name, data in CONTENT.items()}
        self.fault = None
        self.asked = []
        self.midway = threading.Event()
        self.together = None
        self._closing = threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self._http.server_address[1]}/"

    def __enter__(self):
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server._answer(self)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _answer(self, request):
        self.asked.append(request.path)
        if self.together is not None:
            self.together.wait(60)
        if self.fault == "hang":
            self._closing.wait(30)
            return
        if self.fault in STATUS or request.path not in self.files:
            request.send_error(STATUS.get(self.fault, 404))
            return
        body = self._body(self.files[request.path])
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        half = len(body) // 2 if self.fault in ("cut", "hang midway") else len(body)
        request.wfile.write(body[:half])
        request.wfile.flush()
        if self.fault == "hang midway":
            self.midway.set()
            self._closing.wait(30)

    def _body(self, body):
        if self.fault == "wrong bytes":
            return gzip.compress(b"something else")
        if self.fault == "truncated gz":
            return body[:-20]
        if self.fault == "damaged gz":
            middle = len(body) // 2
            return body[:middle] + bytes(20) + body[middle + 20 :]
        return body
