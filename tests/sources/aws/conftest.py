"""moto as a process of its own, and the front before it, for all tests of the live source."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.aws.account import Account
from sources.aws.front import Front


@pytest.fixture(scope="session")
def moto() -> Iterator[int]:
    """The port of a moto server on the loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    """Until it answers, for a minute at most."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("moto did not start")


@pytest.fixture(scope="session")
def endpoint(moto: int) -> Iterator[tuple[str, Front]]:
    front = Front(moto)
    try:
        yield front.start(), front
    finally:
        front.stop()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def account(endpoint: tuple[str, Front], moto: int, cache: Path, tmp_path: Path) -> Account:
    """An empty account."""
    connection = http.client.HTTPConnection("127.0.0.1", moto, timeout=60)
    connection.request("POST", "/moto-api/reset")
    connection.getresponse().read()
    connection.close()
    url, front = endpoint
    front.reset()
    return Account(url, front, tmp_path, cache)
