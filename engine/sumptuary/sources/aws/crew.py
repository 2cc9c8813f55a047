"""Runs collectors on a few threads, each with a deadline by the clock on the wall, and writes down how each ended."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic

from sumptuary.sources.aws.client import Clock, timed
from sumptuary.sources.aws.failures import ERROR, OK, THROTTLED, OverdueError, status_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Resource
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.collectors import Collector
    from sumptuary.sources.aws.live import Where

THREADS = 8
"""More than about this many threads an account bring little (adaptive retries share a rate)."""


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """One collector in one region: what it found, also where it did not come to its end, and how it ended."""

    collector: Collector
    at: Where
    api: Api
    found: list[Resource] = field(default_factory=list["Resource"])
    status: str = ""
    message: str = ""
    clock: Clock = field(default_factory=lambda: Clock(0.0))

    def end(self, status: str, message: str = "") -> None:
        """Write down how it ended, once."""
        if not self.status:
            self.status, self.message = status, message


def run(jobs: Sequence[Job], seconds: float, done: Callable[[Job], None]) -> None:
    """Run every job that has no status yet; at most ``seconds`` each. ``done`` is told of each in this thread.

    A thread that does not come back in time is left behind, and stops by itself before its next request: the SDK may
    sleep for many seconds between its tries.
    """
    waiting = deque(job for job in jobs if not job.status)
    finished: SimpleQueue[Job] = SimpleQueue()
    running: set[Job] = set()
    while waiting or running:
        while waiting and len(running) < THREADS:
            job = waiting.popleft()
            job.clock.until = monotonic() + seconds
            running.add(job)
            threading.Thread(target=_work, args=(job, finished), daemon=True).start()
        try:
            ended = [finished.get(timeout=max(0.0, min(job.clock.until for job in running) - monotonic()) + 0.01)]
        except Empty:
            ended = [job for job in running if monotonic() > job.clock.until]
        for job in ended:
            if job not in running:  # left behind before
                continue
            _overdue(job, seconds)
            running.discard(job)
            job.found = list(job.found)  # a thread left behind goes on with the old one
            done(job)


def _overdue(job: Job, seconds: float) -> None:
    """A job without a status has not come to its end."""
    if job.clock.throttled:
        job.end(THROTTLED, f"still throttled after {seconds:g} s")
    else:
        job.end(ERROR, f"deadline: not done after {seconds:g} s")


def _work(job: Job, finished: SimpleQueue[Job]) -> None:
    """Collect; whatever goes wrong is this job's own."""
    timed(job.clock)
    found = job.found
    try:
        for resource in job.collector.collect(job.api, job.at):
            found.append(resource)
        job.end(OK)
    except OverdueError:
        pass
    except Exception as error:
        job.end(*status_of(error))
    finally:
        finished.put(job)
