"""The file under stress: killed writers, two writers at once, and files that are no history."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from history.runs import found, rows, run
from sumptuary.errors import UsageError
from sumptuary.history.store import APPLICATION, VERSION, reading, writing

TESTS = Path(__file__).resolve().parent.parent

SLOW = """
    import time
    from sumptuary.history import record, settle
    rows = settle._rows
    def slow(scan, standing):
        for number, row in enumerate(rows(scan, standing)):
            if number == 500:
                print("inside", flush=True)
                time.sleep(60)
            yield row
    settle._rows = slow
    run(FILE, *(found(f"n{number}") for number in range(1000)), day=1)
"""
ENDLESS = """
    print("inside", flush=True)
    day = int(sys.argv[2])
    while True:
        run(FILE, *(found(f"n{number}") for number in range(day % 2, 400, 2)), day=day)
        day += 1
"""
MANY = """
    for day in range(15):
        run(FILE, *(found(f"{sys.argv[2]}{number}") for number in range(20)), day=day, scope=sys.argv[2])
"""


def process(body: str, file: Path, *arguments: str) -> subprocess.Popen[str]:
    start = "import sys; from pathlib import Path; from history.runs import found, run; FILE = Path(sys.argv[1])\n"
    command = [sys.executable, "-c", start + textwrap.dedent(body), str(file), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.communicate()


def consistent(file: Path) -> int:
    """How many runs the file holds, after asserting that its figures agree with its rows."""
    (check,) = rows(file, "PRAGMA integrity_check")
    assert check["integrity_check"] == "ok"
    (last,) = rows(file, "SELECT * FROM runs ORDER BY id DESC LIMIT 1")
    standing = rows(file, "SELECT * FROM findings WHERE resolved IS NULL")
    assert len(standing) == last["open"] == last["violations"]
    assert all(row["last_run"] == last["id"] for row in standing)
    return int(str(last["id"]))


def test_a_process_killed_inside_its_transaction_leaves_the_last_run_whole(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    run(file, found("a"), day=0)
    child = process(SLOW, file)
    assert child.stdout is not None
    assert child.stdout.readline() == "inside\n"
    with sqlite3.connect(file, timeout=0) as other, pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")  # it was in the middle of writing
    other.close()
    kill(child)
    assert consistent(file) == 1
    assert run(file, day=2).resolved == 1, "and the next run goes on from there"
    assert consistent(file) == 2


def test_a_process_killed_at_any_moment_leaves_whole_runs(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    chance, file = random.Random(seed), tmp_path / "history.sqlite"  # noqa: S311  (moments, not secrets)
    run(file, found("a"), day=0)
    runs = 1
    for _ in range(6):
        child = process(ENDLESS, file, str(runs))
        assert child.stdout is not None
        assert child.stdout.readline() == "inside\n"
        time.sleep(chance.uniform(0.01, 0.4))
        kill(child)
        runs = consistent(file)
    assert runs > 1, f"nothing was written before the processes were killed (seed {seed})"


def test_processes_that_make_and_write_one_file_at_once_all_get_their_turn(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    children = [process(MANY, file, name) for name in ("a", "b", "c")]
    said = [child.communicate(timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    assert len(rows(file, "SELECT * FROM runs")) == 45
    assert len(rows(file)) == 60


def test_who_waits_too_long_is_told_why(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    run(file, found("a"), day=0)
    with writing(str(file)):
        with pytest.raises(UsageError, match="is being written by another process"), writing(str(file), patience=0.1):
            pytest.fail("two wrote at once")
        assert len(rows(file)) == 1, "but reading goes on"


def test_an_error_on_the_way_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"

    def interrupted() -> None:
        with writing(str(file)) as connection:
            connection.execute("INSERT INTO scopes (name) VALUES ('shop')")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with reading(str(file)) as empty:
        assert empty is None


def text(file: Path) -> None:
    file.write_text("no database, but long enough to look like one\n" * 100)


def other_program(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE tickets (id)")
    connection.close()


def newer(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()


def damaged(file: Path) -> None:
    run(file, *(found(f"n{number}") for number in range(300)), day=0)
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)


def directory(file: Path) -> None:
    file.mkdir()


BAD = [
    (text, "is not a history: it is no SQLite database"),
    (other_program, "is a database of another program"),
    (newer, f"was written by a newer sumptuary \\(schema {VERSION + 1}\\)"),
    (damaged, "is damaged"),
    (directory, "cannot be opened|is not there"),
]


@pytest.mark.parametrize(("make", "why"), BAD, ids=lambda value: getattr(value, "__name__", ""))
def test_a_file_that_is_no_history_is_refused_and_stays_as_it_was(tmp_path: Path, make: object, why: str) -> None:
    file = tmp_path / "history.sqlite"
    make(file)  # type: ignore[operator]  # one of the functions above
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(UsageError, match=why):
        run(file, found("a"), day=1)
    with pytest.raises(UsageError, match=why):
        rows(file)
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its directory is not there"):
        run(tmp_path / "nowhere" / "history.sqlite", found("a"), day=0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_history_in_a_directory_that_cannot_be_written_is_read_but_not_written(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    run(file, found("a"), day=0)
    file.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert len(rows(file)) == 1
        with pytest.raises(UsageError, match="cannot be"):
            run(file, found("a"), day=1)
    finally:
        tmp_path.chmod(0o755)


def test_odd_file_names_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "file:x?mode=memory", "a b%20#?.sqlite"):
        run(Path(name), found("a"), day=0)
        assert (tmp_path / name).is_file()
        assert len(rows(Path(name))) == 1


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    run(tmp_path / "history.sqlite", found("a"), day=0)
    assert os.listdir(tmp_path) == ["history.sqlite"]
