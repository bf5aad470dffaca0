"""A loopback server that speaks the Messages API and its batches, and counts what is paid.

Its trouble is told beforehand and comes by number, never by the clock: a batch ends after so many
looks, and each kind of request fails so many times in a given way.
"""

import json
import random
import threading
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Say = Callable[[str], str]
"""Prompt -> the reply's text; or the outcome `errored`, `expired`, `canceled` of its entry."""
NO_ANSWER = ("errored", "expired", "canceled")


class BatchServer:
    """Answers each prompt in upper case, one by one or in batches."""

    def __init__(self, say: Say = str.upper, looks: int = 2) -> None:
        self.say, self.looks = say, looks
        self.paid: Counter[str] = Counter()
        """Prompt -> times that it was answered, and so paid for."""
        self.singles: list[str] = []
        """Prompts that were sent by themselves."""
        self.batches: dict[str, dict[str, Any]] = {}
        self.trouble: dict[str, deque[str]] = {}
        """create, list, look, results, single -> what goes wrong, in turn: see `fail`."""
        self.clock = timedelta(0)
        """How far its clock is ahead of ours."""
        self.has_batches = True
        self.lock = threading.RLock()
        self.change: Callable[[list[str]], list[str]] = list
        """Results, line by line -> the lines that are sent instead."""
        owner = self

        class Handler(_Handler):
            server_of = owner

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def fail(self, step: str, *ways: str) -> None:
        """Let the next requests of a kind fail: by a status, `cut` before or `lost` after the work,
        `half` of the results, or not at all (an empty way).
        """
        self.trouble[step] = deque(ways)

    def add(self, prompts: list[str], names: list[str] | None = None, age: float = 0.0) -> str:
        """Add a batch of somebody else."""
        names = names or [f"theirs-{number}" for number in range(len(prompts))]
        asked = [
            {"custom_id": name, "params": {"messages": [{"content": prompt}]}}
            for name, prompt in zip(names, prompts, strict=True)
        ]
        return self.take(asked, age)

    def take(self, asked: list[dict[str, Any]], age: float = 0.0) -> str:
        """Take a batch: from now on its answers are paid for."""
        with self.lock:
            number = len(self.batches) + 1
            batch = f"msgbatch_{number:04}"
            created = datetime.now(UTC) + self.clock - timedelta(seconds=age)
            self.batches[batch] = {"asked": asked, "created": created, "looks": 0}
            for each in asked:
                prompt = each["params"]["messages"][0]["content"]
                if self.say(prompt) not in NO_ANSWER:
                    self.paid[prompt] += 1
        return batch

    def tell(self, batch: str) -> dict[str, Any]:
        """Say how a batch stands."""
        known = self.batches[batch]
        ended = known["looks"] > self.looks
        counts = dict.fromkeys(("processing", "succeeded", *NO_ANSWER), 0)
        for each in known["asked"]:
            said = self.say(each["params"]["messages"][0]["content"])
            way = (said if said in NO_ANSWER else "succeeded") if ended else "processing"
            counts[way] += 1
        return {
            "id": batch,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "created_at": known["created"].isoformat().replace("+00:00", "Z"),
            "request_counts": counts,
            "results_url": "http://nobody.invalid/results" if ended else None,
        }

    def lines(self, batch: str) -> list[str]:
        """Return the results, in no order."""
        found = []
        for each in self.batches[batch]["asked"]:
            said = self.say(each["params"]["messages"][0]["content"])
            result: dict[str, Any] = {"type": "succeeded", "message": message(said)}
            if said in NO_ANSWER:
                result = {"type": said}
            if said == "errored":
                inner = {"type": "invalid_request_error", "message": "no"}
                result["error"] = {"type": "error", "error": inner}
            found.append(json.dumps({"custom_id": each["custom_id"], "result": result}))
        random.Random(batch).shuffle(found)
        return found


def message(text: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 100, "output_tokens": 10},
    }


class _Handler(BaseHTTPRequestHandler):
    server_of: BatchServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None: ...

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server = self.server_of
        if self.path.endswith("/batches") and not server.has_batches:
            self._send(404, json.dumps({"error": {"message": "no such address"}}))
        elif self.path.endswith("/batches"):
            self._step("create", lambda: server.tell(server.take(body["requests"])))
        else:
            self._step("single", lambda: self._answer(body))

    def _answer(self, body: dict[str, Any]) -> Any:
        prompt = body["messages"][0]["content"]
        with self.server_of.lock:
            self.server_of.singles.append(prompt)
            self.server_of.paid[prompt] += 1
        said = self.server_of.say(prompt)
        return message(prompt.upper() if said in NO_ANSWER else said)

    def do_GET(self) -> None:
        server, parts = self.server_of, urlsplit(self.path)
        words = parts.path.strip("/").split("/")[2:]
        match words:
            case ["batches"]:
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self._step("list", lambda: self._page(query))
            case ["batches", batch] if batch in server.batches:
                self._step("look", lambda: self._look(batch))
            case ["batches", batch, "results"] if batch in server.batches:
                self._step("results", lambda: server.change(server.lines(batch)))
            case _:
                self._send(404, json.dumps({"error": {"message": "no such batch"}}))

    def _look(self, batch: str) -> Any:
        self.server_of.batches[batch]["looks"] += 1
        return self.server_of.tell(batch)

    def _page(self, query: dict[str, str]) -> Any:
        server = self.server_of
        newest = sorted(server.batches, key=lambda it: server.batches[it]["created"], reverse=True)
        start = newest.index(query["after_id"]) + 1 if "after_id" in query else 0
        size = min(int(query.get("limit", 20)), 3)  # small pages: whoever lists has to turn them
        page = newest[start : start + size]
        return {
            "data": [server.tell(batch) for batch in page],
            "has_more": start + size < len(newest),
            "last_id": page[-1] if page else None,
        }

    def _step(self, kind: str, work: Callable[[], Any]) -> None:
        ways = self.server_of.trouble.get(kind)
        way = ways.popleft() if ways else ""
        if way.isdigit():
            self._send(int(way), json.dumps({"error": {"message": f"it was {way}"}}))
            return
        if way == "cut":
            self.close_connection = True
            return
        done = work()
        if way == "lost":  # the work is done and nobody is told
            self.close_connection = True
        elif isinstance(done, list):
            body = "\n".join(done) + "\n"
            self._send(200, body, cut=len(body) // 2 if way == "half" else None)
        else:
            self._send(200, json.dumps(done))

    def _send(self, status: int, text: str, cut: int | None = None) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if status == 429:
            self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(body[:cut])
        self.close_connection = self.close_connection or cut is not None
