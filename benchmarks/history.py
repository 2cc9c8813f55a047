"""What remembering costs: CPU time to record 100,000 findings, again when all stand, and when all are gone.

CPU seconds of this process are measured, not wall time, and the least of several runs is reported: other work on the
machine can only make a figure larger.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from sumptuary.coverage import Coverage
from sumptuary.findings import Saving, Violation
from sumptuary.history.record import Occasion, remember
from sumptuary.history.store import reading
from sumptuary.history.trend import Question, findings
from sumptuary.model import Origin, Place, Resource
from sumptuary.money import Range
from sumptuary.report import CatalogueStamp, Report, Spend, summarise

START = datetime(2026, 11, 21, tzinfo=UTC)
STEPS = (
    "record a first run",
    "record it again, all of it standing",
    "record a run in which all of it is gone",
    "list all findings",
)
BUDGET = 5.0
"""CPU seconds of any step over 100,000 findings."""


@dataclass
class Figures:
    """CPU seconds of each step, one row a round; and the size of the file in MB."""

    seconds: list[list[float]] = field(default_factory=list)
    megabytes: float = 0.0

    def least(self, step: int) -> float:
        return min(row[step] for row in self.seconds)


def violation(number: int) -> Violation:
    address = f'module.service["{number // 10}"].aws_instance.worker[{number % 10}]'
    path = f"services/team-{number % 500}/main.tf"
    about = Resource(id=address, address=address, kind="compute.instance", type="aws_instance", provider="aws")
    about.region, about.origin = "us-east-1", Origin(place=Place(path, 10, 20), root=f"services/team-{number % 500}")
    saving = Range.of(number % 1000)
    return Violation(
        policy="oversized-gpu-for-inference",
        rule="gpu-rightsizing",
        status="fail",
        severity="high",
        confidence="high",
        enforcement="soft-mandatory",
        resource=about,
        place=about.origin.place,
        message=f"{address}: 8x A100-SXM4-40GB serve inference",
        fingerprint=blake2b(address.encode(), digest_size=16).hexdigest(),
        saving=Saving(saving, saving, "sku to g6.xlarge", "high"),
    )


def report(violations: list[Violation], day: int) -> Report:
    coverage = Coverage(files_seen=500, files_read=500)
    spend = Spend(Range.of(1), 1, 0)
    summary = summarise(violations, coverage, resources=len(violations), policies=60, spend=spend)
    return Report(violations, coverage, summary, CatalogueStamp("2026.11"), START + timedelta(days=day), "ci")


def measure(count: int, rounds: int) -> Figures:
    violations = [violation(number) for number in range(count)]
    reports = [report(violations, 0), report(violations, 1), report([], 2)]
    figures = Figures()
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as directory:
            file = str(Path(directory) / "history.sqlite")
            row: list[float] = []
            for one in reports:
                before = time.process_time()
                remember(file, one, Occasion("services", one.now))
                row.append(time.process_time() - before)
            before = time.process_time()
            with reading(file) as connection:
                if connection is None or len(findings(connection, Question(START))) != count:
                    sys.exit("the history does not hold what was written into it")
            row.append(time.process_time() - before)
            figures.seconds.append(row)
            figures.megabytes = Path(file).stat().st_size / 1e6
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=100_000, help="how many (default: 100,000)")
    parser.add_argument("--times", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    arguments = parser.parse_args()
    figures = measure(arguments.findings, arguments.times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    if arguments.json:
        print(json.dumps({step: figures.least(index) for index, step in enumerate(STEPS)}, indent=2))
        return 0
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}", end=" ")
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, {arguments.times} rounds, load {os.getloadavg()[0]:.1f}\n")
    print(f"| {arguments.findings:,} findings | CPU s, least |\n| --- | --- |")
    for index, step in enumerate(STEPS):
        print(f"| {step} | {figures.least(index):.2f} |")
    print(f"\nThe file has {figures.megabytes:.0f} MB; the process had {peak:.0f} MB, the report among them.")
    return 0 if max(map(figures.least, range(len(STEPS)))) <= BUDGET * arguments.findings / 100_000 else 1


if __name__ == "__main__":
    sys.exit(main())
