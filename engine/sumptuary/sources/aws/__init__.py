"""Reads what runs in an AWS account: read-only, as the same types and attributes that Terraform writes.

Every region and collector has a row in the ledger. What could not be read is a gap, of which policies say unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sumptuary.coverage import Gap
from sumptuary.errors import SumptuaryError
from sumptuary.sources.aws.client import Access, Api, Session
from sumptuary.sources.aws.collectors import COLLECTORS, GLOBAL
from sumptuary.sources.aws.crew import Job, run
from sumptuary.sources.aws.failures import DISABLED, OK, sign_in_problem
from sumptuary.sources.aws.families import Families
from sumptuary.sources.aws.live import Where
from sumptuary.sources.aws.regions import Signed, anchor_of, enabled, global_region, sign_in
from sumptuary.sources.mapping import shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource
    from sumptuary.sources.aws.collectors import Collector

DEADLINE = 120.0
"""Seconds by the clock on the wall that a collector may take in a region."""


@dataclass(slots=True, eq=False, repr=False)
class Request:
    """What to read: whose account, which regions (none given: all that are enabled), how long at most."""

    access: Access = field(default_factory=Access)
    regions: tuple[str, ...] = ()
    deadline: float = DEADLINE


@dataclass(slots=True, eq=False, repr=False)
class Account:
    """What was found. ``commitments`` is complete only where ``knows_commitments`` says so."""

    resources: list[Resource]
    commitments: list[Resource]
    knows_commitments: bool


def scan(request: Request, coverage: Coverage) -> Account:
    """Read an account; the ledger's rows, gaps and notes go to ``coverage``, in the same order in every run.

    Raises:
        SumptuaryError: there are no credentials or wrong ones, AWS cannot be reached, or a region does not exist.
    """
    try:
        signed = sign_in(Session(request.access), request.access, anchor_of(request.regions))
        regions = enabled(signed, request.regions)
        jobs = _jobs(signed, regions, coverage)
    except SumptuaryError:
        raise
    except Exception as error:
        problem = sign_in_problem(error, request.access.profile)
        if problem is None:
            raise
        raise problem from None
    run(jobs, request.deadline, lambda job: coverage.collectors.append(_row(job)))
    coverage.collectors[:] = [_row(job) for job in jobs]
    coverage.gaps += [_gap(job) for job in jobs if job.status != OK]
    return _account(jobs, coverage)


def _jobs(signed: Signed, regions: dict[str, bool], coverage: Coverage) -> list[Job]:
    """Every collector in every region; those of a region that is off have their status already."""
    jobs: list[Job] = []
    unknown: dict[str, list[str]] = {}
    for region, is_on in regions.items():
        at = Where(signed.partition, signed.account, region)
        for collector in COLLECTORS:
            if not collector.regional:
                continue
            if is_on and not signed.session.offers(collector.services[0], region):
                unknown.setdefault(collector.services[0], []).append(region)
                continue
            job = Job(collector, at, _api(signed, collector, region if is_on else ""))
            if not is_on:
                job.end(DISABLED, "the region is not enabled for this account")
            jobs.append(job)
    for collector in COLLECTORS:
        if not collector.regional:
            api = _api(signed, collector, global_region(signed.partition))
            jobs.append(Job(collector, Where(signed.partition, signed.account, GLOBAL), api))
    for service, names in sorted(unknown.items()):
        coverage.note(
            f"{service} is not offered in {', '.join(dict.fromkeys(names))}, by the SDK: it was not asked there"
        )
    return jobs


def _api(signed: Signed, collector: Collector, region: str) -> Api:
    """The clients of a collector; made here, in the main thread."""
    if not region:
        return Api()
    return Api({service: signed.session.client(service, region) for service in collector.services})


def _row(job: Job) -> dict[str, str]:
    """A job's row in the ledger."""
    row = {
        "provider": "aws",
        "account": job.at.account,
        "region": job.at.region,
        "collector": job.collector.name,
        "status": job.status,
        "resources": str(len(job.found)),
    }
    return {**row, "message": job.message} if job.message else row


_WORDS = {
    "denied": "was denied",
    "disabled": "is in a region that is not enabled",
    "throttled": "was throttled to the end",
    "unsupported": "is not supported there",
    "error": "failed",
}


def _gap(job: Job) -> Gap:
    """What nobody knows because a job did not come to its end."""
    kinds = [shape.kind if (shape := shape_of(name)) is not None else "other" for name in job.collector.finds]
    where = f"{job.collector.name} in {job.at.region}"
    what = "what is committed to there" if job.collector.inputs else "what runs there"
    aside = f" ({job.message})" if job.message else ""
    return Gap(
        collector=job.collector.name,
        provider="aws",
        account=job.at.account,
        region=job.at.region,
        finds=tuple(zip(job.collector.finds, kinds, strict=True)),
        inputs=job.collector.inputs,
        reason=f"{where} {_WORDS[job.status]}{aside}: nobody knows {what}",
    )


def _account(jobs: Sequence[Job], coverage: Coverage) -> Account:
    """What all jobs found, put together region by region."""
    resources: list[Resource] = []
    committed: list[Resource] = []
    in_groups = in_node_groups = roots = strays = 0
    for region in dict.fromkeys(job.at.region for job in jobs):
        found = [one for job in jobs if job.at.region == region for one in job.found]
        committed += [one for one in found if one.kind == "commitment"]
        families = Families(one for one in found if one.kind != "commitment")
        resources += sorted(families.joined(), key=lambda one: (one.type, one.id))
        in_groups += families.in_groups
        in_node_groups += families.in_node_groups
        roots += families.roots
        strays += families.stray_roots
    _note_children(in_groups, "instance", "in Auto Scaling groups: judged and priced as their groups", coverage)
    _note_children(in_node_groups, "instance", "in EKS node groups: judged and priced as their node groups", coverage)
    _note_children(roots, "root volume", "judged and priced as part of the instance", coverage)
    _note_children(strays, "root volume", "of instances that were not read, or are ending: not judged", coverage)
    if any(job.collector.name == "ec2.volumes" and job.status != OK for job in jobs):
        coverage.note("volumes could not be read everywhere: the cost of instances there leaves out their root volumes")
    known = all(job.status == OK for job in jobs if "commitments" in job.collector.inputs)
    return Account(resources, committed, known)


def _note_children(count: int, noun: str, text: str, coverage: Coverage) -> None:
    if count:
        coverage.note(f"{count:,} {noun}{'' if count == 1 else 's'} {text}")


__all__ = ["DEADLINE", "Access", "Account", "Request", "scan"]
