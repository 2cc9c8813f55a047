"""What the program costs before it does anything: CPU time and memory of the hook, against DESIGN's budgets.

Run with ``make benchmarks``. CPU seconds of the child are measured, not wall time, and the least of several runs is
reported beside the median: other work on the machine can only make a figure larger.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHANGED = """\
variable "environment" {
  default = "dev"
}

locals {
  tags = { team = "ml", environment = var.environment }
}

resource "aws_instance" "trainer" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "p4d.24xlarge"
  tags          = merge(local.tags, { workload_type = "training" })
}

resource "aws_ebs_volume" "scratch" {
  availability_zone = "us-east-1a"
  size              = 500
  type              = "gp2"
  tags              = local.tags
}
"""


@dataclass(frozen=True)
class Measured:
    """CPU milliseconds of each run, and the largest resident size in MB."""

    name: str
    runs: list[float]
    megabytes: float
    budget: str
    holds: bool | None = None

    @property
    def least(self) -> float:
        return min(self.runs)

    @property
    def median(self) -> float:
        return statistics.median(self.runs)


@dataclass(frozen=True)
class Once:
    """What one child used: CPU milliseconds and peak MB, with its exit code and the end of what it complained of.

    Its own children count as far as it waited for them: their time is added, of their memory the largest is taken.
    """

    milliseconds: float
    megabytes: float
    code: int
    said: str
    stopped: bool


def run_once(command: list[str], cwd: Path, environment: dict[str, str], limit: float | None = None) -> Once:
    """Run a child and wait for it alone. After ``limit`` seconds on the clock it is stopped; what it used stands."""
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        stopping = threading.Timer(limit or 0, os.killpg, (child.pid, signal.SIGKILL))
        if limit is not None:
            stopping.start()
        _, status, usage = os.wait4(child.pid, 0)
        stopping.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read()[-2000:].decode("utf-8", "replace")
    megabytes = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    stopped = limit is not None and child.returncode == -signal.SIGKILL
    return Once((usage.ru_utime + usage.ru_stime) * 1000, megabytes, child.returncode, said, stopped)


def measure(command: list[str], cwd: Path, environment: dict[str, str], times: int) -> tuple[list[float], float]:
    """CPU milliseconds of each run and the peak resident size, from a child that ends with 0 or 1."""
    runs: list[float] = []
    peak = 0.0
    for _ in range(times):
        once = run_once(command, cwd, environment)
        if once.code not in (0, 1):
            sys.exit(f"{' '.join(command)} failed: {once.said}")
        runs.append(once.milliseconds)
        peak = max(peak, once.megabytes)
    return runs, peak


def everything(times: int) -> list[Measured]:
    """Bare Python, the version, and a check of one file with the policies already compiled."""
    with tempfile.TemporaryDirectory() as directory:
        tree, cache = Path(directory) / "tree", Path(directory) / "cache"
        tree.mkdir()
        (tree / "main.tf").write_text(CHANGED)
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPYCACHEPREFIX": str(cache)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        program = [str(Path(sys.executable).parent / "sumptuary")]
        check = [*program, "check", "--stage", "pre-commit", "main.tf"]
        measure(check, tree, environment, 1)  # compiles the policies
        bare_runs, bare_peak = measure([sys.executable, "-c", "pass"], tree, environment, times)
        bare = Measured("bare `python -c pass`", bare_runs, bare_peak, "")
        version_runs, version_peak = measure([*program, "--version"], tree, environment, times)
        limit = bare.least + 15
        version = Measured(
            "`sumptuary --version`", version_runs, version_peak, "bare + 15 ms", min(version_runs) <= limit
        )
        check_runs, check_peak = measure(check, tree, environment, times)
        hook = Measured(
            "hook on one changed file, bundle cached",
            check_runs,
            check_peak,
            "120 ms, 60 MB",
            min(check_runs) <= 120 and check_peak <= 60,
        )
    return [bare, version, hook]


def table(rows: list[Measured]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| run | CPU ms, least | CPU ms, median | peak MB | budget | holds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        holds = "" if row.holds is None else "yes" if row.holds else "**no**"
        lines.append(
            f"| {row.name} | {row.least:.0f} | {row.median:.0f} | {row.megabytes:.0f} | {row.budget} | {holds} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20, help="runs of each (default: 20)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    arguments = parser.parse_args()
    rows = everything(arguments.times)
    if arguments.json:
        figures = {row.name: {"least": row.least, "median": row.median, "megabytes": row.megabytes} for row in rows}
        print(json.dumps(figures, indent=2))
    else:
        print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs,")
        print(f"{arguments.times} runs each, load {os.getloadavg()[0]:.1f}\n")
        print(table(rows))
    return 0 if all(row.holds is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
