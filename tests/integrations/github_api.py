"""The part of GitHub's API that keeps comments, on loopback: it pages, knows who writes, and can be told to refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
TOKEN = "not-a-real-token"  # noqa: S105  # as it says
COMMENTS = "/repos/acme/infra/issues/7/comments"


@dataclass
class GitHub:
    """Its comments, what it was asked, and answers to give before it does anything: a status with its headers."""

    url: str = ""
    comments: list[dict[str, object]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    read_only: bool = False

    def add(self, body: str, by: str | None) -> int:
        number = 1000 + len(self.comments)
        self.comments.append({"id": number, "body": body, "user": {"login": by} if by is not None else None})
        return number

    def body(self, number: int) -> object:
        return next(comment["body"] for comment in self.comments if comment["id"] == number)

    def answer(self, method: str, path: str, body: object) -> tuple[int, object]:
        at = urlsplit(path)
        if method == "GET" and at.path == COMMENTS:
            query = {name: int(values[0]) for name, values in parse_qs(at.query).items()}
            start = (query["page"] - 1) * query["per_page"]
            return 200, self.comments[start : start + query["per_page"]]
        if self.read_only:
            return 403, {"message": "Resource not accessible by integration"}
        assert isinstance(body, dict)
        if method == "POST" and at.path == COMMENTS:
            self.add(body["body"], BOT)
            return 201, self.comments[-1]
        if method == "PATCH" and (number := re.fullmatch(r"/repos/acme/infra/issues/comments/(\d+)", at.path)):
            comment = next(one for one in self.comments if one["id"] == int(number[1]))
            comment["body"] = body["body"]
            return 200, comment
        return 404, {"message": "Not Found"}


@contextmanager
def github() -> Iterator[GitHub]:
    """One that runs until the block ends."""
    state = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def handle_one_call(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            state.asked.append(f"{self.command} {self.path}")
            state.tokens.add(self.headers["Authorization"])
            status, headers = state.refusals.pop(0) if state.refusals else (0, {})
            content: object = {"message": "no"}
            if not status:
                status, content = state.answer(self.command, self.path, body)
            sent = json.dumps(content).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = handle_one_call  # noqa: N815  # the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
