"""A loopback server that speaks the Messages API, late, out of order and with every trouble."""

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

USAGE = 20
"""Tokens of each answer."""


class TroubledServer:
    """Counts what is asked and answered; the troubles of a prompt depend on its words alone."""

    def __init__(self, *, troubles: bool = True, seconds: float = 0.01, gather: int = 0) -> None:
        """The first `gather` calls are answered once they are all there."""
        self._gather = threading.Barrier(gather) if gather else None
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.seconds = seconds
        self.most_at_once = 0
        self.budget = 0
        """Tokens that the child of now may spend."""
        self.over = 0
        """Tokens that were answered beyond a budget, at most."""
        self.known: set[str] = set()
        """Prompts whose replies the child of now has in its log."""
        self.asked_twice: list[str] = []
        self._troubles = troubles
        self._inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def listening(self) -> Iterator[str]:
        with ThreadingHTTPServer(("127.0.0.1", 0), self._handler()) as listener:
            listener.request_queue_size = 64
            thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{listener.server_address[1]}"
            listener.shutdown()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        world = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if self.path == "/life":
                    world.begin_life(body)
                    self.send(200, {})
                else:
                    world.serve(self, body["messages"][0]["content"])

            def send(self, status: int, body: object, **headers: str) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def reset(self) -> None:
                # No FIN but an RST, as from a proxy that dies.
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True

            def log_message(self, *_: object) -> None: ...

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:  # The child was killed.
                    self.close_connection = True

        return Handler

    def begin_life(self, told: dict[str, object]) -> None:
        with self._lock:
            self.budget = int(str(told["tokens"]))
            self.known = {str(slot) for slot in told["known"]}  # type: ignore[attr-defined]

    def serve(self, handler: object, prompt: str) -> None:
        with self._lock:
            self.asked[prompt] += 1
            tries = self.asked[prompt]
            number = int("".join(letter for letter in prompt if letter.isdigit()))
            if f"ask/{number}" in self.known:
                self.asked_twice.append(prompt)
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            self._answer(handler, prompt, number, random.Random(f"{prompt}/{tries}").random())
        finally:
            with self._lock:
                self._inside -= 1

    def _answer(self, handler: object, prompt: str, number: int, luck: float) -> None:
        send, reset = handler.send, handler.reset  # type: ignore[attr-defined]
        if self._gather is not None and number < self._gather.parties:
            self._gather.wait(60)
        time.sleep(self.seconds * (1 + luck if self._troubles else 1))
        if self._troubles and luck < 0.1:
            send(429, {"type": "error", "error": {"message": "slow down"}}, retry_after="30")
        elif self._troubles and luck < 0.2:
            send(529, {"type": "error", "error": {"message": "overloaded"}}, retry_after_ms="3")
        elif self._troubles and luck < 0.25:
            reset()
        else:
            with self._lock:
                self.answered[prompt] += 1
                self.over = max(self.over, self.answered.total() * USAGE - self.budget)
            usage = {"input_tokens": USAGE - 6, "output_tokens": 6}
            content = [{"type": "text", "text": str(number)}]
            send(200, {"type": "message", "role": "assistant", "id": "m", "model": "m",
                       "content": content, "stop_reason": "end_turn", "usage": usage})  # fmt: skip
