"""A loopback endpoint before moto: it passes requests on, and says what AWS would say where moto cannot.

It tells service and region from the scope of the request's signature, and the operation from ``Action``,
``X-Amz-Target`` or the path. Faults and canned answers are named by service, operation and region.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

SCOPE = re.compile(r"Credential=[^/]*/\d+/([^/]+)/([^/]+)/aws4_request")
ROUTES = (
    (re.compile(r"^/clusters/[^/]+/node-groups/[^/]+$"), "DescribeNodegroup"),
    (re.compile(r"^/clusters/[^/]+/node-groups$"), "ListNodegroups"),
    (re.compile(r"^/clusters/[^/]+$"), "DescribeCluster"),
    (re.compile(r"^/clusters$"), "ListClusters"),
)
EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
ALWAYS = 10**9


@dataclass
class Fault:
    """What to do instead: an error of the provider, a canned body, or nothing at all (``drop``)."""

    code: str = ""
    status: int = 400
    times: int = ALWAYS
    drop: bool = False
    body: str = ""


@dataclass
class Front:
    """The endpoint before moto's port. ``calls`` counts what came, by service, operation and region."""

    behind: int
    faults: dict[tuple[str, str, str], Fault] = field(default_factory=dict)
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.Lock)
    server: Any = None

    def fault(self, service: str, operation: str, region: str = "*", **what: Any) -> None:
        self.faults[service, operation, region] = Fault(**what)

    def start(self) -> str:
        handler = type("Handler", (_Handler,), {"front": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def reset(self) -> None:
        """Forget all faults; what moto lacks is answered with nothing there."""
        self.faults.clear()
        self.calls.clear()
        self.fault("ec2", "DescribeReservedInstances", body=reserved_instances([]))
        self.fault("savingsplans", "DescribeSavingsPlans", body=json.dumps({"savingsPlans": []}))

    def what(self, service: str, operation: str, region: str) -> Fault | None:
        with self.lock:
            self.calls[service, operation, region] += 1
            for key in ((service, operation, region), (service, operation, "*"), (service, "*", region)):
                found = self.faults.get(key)
                if found is not None and found.times > 0:
                    found.times -= 1
                    return found
        return None


class _Handler(BaseHTTPRequestHandler):
    front: Front
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scope = SCOPE.search(self.headers.get("Authorization") or "")
        region, service = scope.groups() if scope else ("", "")
        operation = self._operation(body)
        fault = self.front.what(service, operation, region)
        if fault is None:
            self._pass_on(body)
        elif fault.drop:
            self.close_connection = True
            self.connection.close()
        elif fault.body:
            kind = "text/xml" if fault.body.startswith("<") else "application/json"
            self._send(200, fault.body.encode(), {"Content-Type": kind})
        else:
            self._fail(service, fault)

    def _operation(self, body: bytes) -> str:
        if target := self.headers.get("X-Amz-Target"):
            return target.rpartition(".")[2]
        action = parse_qs(body.decode("utf-8", "replace")).get("Action") if body[:1] != b"{" else None
        if action:
            return action[0]
        path = self.path.partition("?")[0]
        for pattern, name in ROUTES:
            if pattern.match(path):
                return name
        return path.strip("/")

    def _fail(self, service: str, fault: Fault) -> None:
        if service == "ec2":
            text = (
                f"<Response><Errors><Error><Code>{fault.code}</Code><Message>{FREE_TEXT}</Message></Error></Errors>"
                "<RequestID>canary-request-id</RequestID></Response>"
            )
            self._send(fault.status, text.encode(), {"Content-Type": "text/xml"})
        elif service in ("autoscaling", "rds", "sts"):
            text = (
                f"<ErrorResponse><Error><Type>Sender</Type><Code>{fault.code}</Code><Message>{FREE_TEXT}</Message>"
                "</Error><RequestId>canary-request-id</RequestId></ErrorResponse>"
            )
            self._send(fault.status, text.encode(), {"Content-Type": "text/xml"})
        else:
            text = json.dumps({"__type": fault.code, "message": FREE_TEXT})
            headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": fault.code}
            self._send(fault.status, text.encode(), headers)

    def _pass_on(self, body: bytes) -> None:
        headers = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection")}
        connection = http.client.HTTPConnection("127.0.0.1", self.front.behind, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            self._send(answer.status, answer.read(), dict(answer.getheaders()))
        finally:
            connection.close()

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


FREE_TEXT = "canary-free-text encoded authorization failure message AAAA1111"
"""What a provider's free text may hold: none of it may be shown."""


def reserved_instances(items: list[dict[str, object]]) -> str:
    """A DescribeReservedInstances answer."""
    rows = "".join(
        "<item>" + "".join(f"<{key}>{value}</{key}>" for key, value in item.items()) + "</item>" for item in items
    )
    return (
        f'<DescribeReservedInstancesResponse xmlns="{EC2}"><requestId>x</requestId>'
        f"<reservedInstancesSet>{rows}</reservedInstancesSet></DescribeReservedInstancesResponse>"
    )
