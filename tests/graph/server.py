"""A loopback server that speaks the Messages API and plays the teacher by a script."""

import json
import re
from collections.abc import Callable
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Script = Callable[[str, str], str | Response]
"""(system text, user text) -> the reply's text, or a whole response."""

EDITS = {
    "edits": [
        {
            "op": "ADD",
            "because": ["a1"],
            "rule": "",
            "rules": [],
            "section": "Method",
            "text": "Write down what is carried before going on.",
            "when": "",
            "when_not": "",
            "steps": ["carry"],
            "level": "method",
            "place": 0,
            "into": [],
            "consolidates": False,
            "rationale": "Slips happen where nothing is written down.",
        }
    ]
}


class TeacherServer:
    """Answers by `script` and counts what it was asked."""

    def __init__(self, httpserver: HTTPServer, script: Script | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self._script = script or obliging
        httpserver.expect_request("/v1/messages", method="POST").respond_with_handler(self._handle)
        self.url = httpserver.url_for("").rstrip("/")

    def _handle(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        self.asked.append(body)
        system = "\n".join(block["text"] for block in body.get("system", []))
        content = body["messages"][-1]["content"]
        user = content if isinstance(content, str) else content[0]["text"]
        answer = self._script(system, user)
        return answer if isinstance(answer, Response) else message(answer)


def message(text: str, stop_reason: str = "end_turn") -> Response:
    """A Messages envelope around `text`."""
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "teacher",
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    return Response(json.dumps(body), content_type="application/json")


def obliging(system: str, user: str) -> str:
    """Solves two of three numbers, has one lesson, and proposes one edit."""
    if "makes one new candidate" in user:
        return json.dumps(EDITS)
    if "Write lessons" in user:
        return json.dumps({"lessons": ["Write things down."]})
    number = int(re.findall(r"\d+", user)[0])
    right = "NO" if number % 2 else "YES"
    wrong = {"YES": "NO", "NO": "YES"}[right]
    return f"Answer: {wrong if number % 3 == 0 else right}"
