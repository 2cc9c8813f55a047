"""The change set: totals, increases against a former estate, teams and bounded runs."""

from __future__ import annotations

from decimal import Decimal

from sumptuary.changes import NO_TEAM, change_set
from sumptuary.model import Cost, Lifetime, Origin, Place, Resource, Tag, Tags, Workload
from sumptuary.money import Range
from sumptuary.values import Unknown


def billed(name: str, monthly: str | None, *, team: str | None = None, kind: str = "compute.instance") -> Resource:
    cost = Cost(Range.of(monthly)) if monthly is not None else Cost(unpriced="no price")
    place = Place("main.tf", int(name[1:]))
    return Resource(
        id=name, address=name, kind=kind, type="t", provider="aws", team=team, cost=cost, origin=Origin(place)
    )


def test_a_total_with_what_is_not_priced_counted_beside_it() -> None:
    change = change_set([billed("r1", "10"), billed("r2", None), billed("r3", "30")], None)
    assert change is not None
    assert change.attributes["monthly_total"] == {"low": 40, "expected": 40, "high": 40}
    assert change.attributes["unpriced"] == 1
    assert "monthly_increase" not in change.attributes
    assert change.origin.place == Place("main.tf", 3)


def test_an_increase_needs_a_former_estate() -> None:
    change = change_set([billed("r1", "10", team="ml"), billed("r2", "5")], [billed("r1", "4", team="ml")])
    assert change is not None
    assert change.attributes["monthly_increase"] == {"low": 11, "expected": 11, "high": 11}
    teams = change.attributes["teams"]
    assert isinstance(teams, dict)
    assert teams["ml"]["monthly_increase"]["expected"] == 6
    assert teams[NO_TEAM]["monthly_increase"]["expected"] == 5


def test_a_change_stands_at_what_adds_most() -> None:
    former = [billed("r1", "1000"), billed("r2", "5"), billed("r3", None)]
    change = change_set([billed("r1", "1000"), billed("r2", "50"), billed("r3", "40"), billed("r4", None)], former)
    assert change is not None
    assert change.origin.place == Place("main.tf", 2)


def test_what_runs_already_is_no_change() -> None:
    found = billed("r1", "10")
    found.source = "live"
    change = change_set([found, billed("r2", "1")], None)
    assert change is not None
    assert change.attributes["live"] is True


def test_everything_destroyed_is_a_decrease() -> None:
    change = change_set([], [billed("r1", "4")])
    assert change is not None
    assert change.attributes["monthly_increase"] == {"low": -4, "expected": -4, "high": -4}


def test_nothing_at_all_is_no_change() -> None:
    assert change_set([], None) is None


def test_runs_are_bounded_work_and_training_jobs() -> None:
    job = billed("r1", "100", kind="ml.training_job")
    job.lifetime = Lifetime(deadline_seconds=7200)
    job.tags = Tags({"budget": Tag("$1,500")})
    endless = billed("r2", "100", kind="ml.training_job")
    timed = billed("r3", "24")
    timed.lifetime, timed.workload = Lifetime(ttl="24h"), Workload(purpose="training")
    server = billed("r4", "24")
    server.lifetime, server.workload = Lifetime(ttl="24h"), Workload(purpose="inference")
    change = change_set([job, endless, timed, server], None)
    assert change is not None
    runs = change.attributes["runs"]
    assert isinstance(runs, list)
    assert [run["address"] for run in runs] == ["r1", "r2", "r3"]
    assert runs[0]["deadline_hours"] == 2
    assert runs[0]["budget"] == Decimal(1500)
    assert runs[1]["cost"] == Unknown("the run has no deadline, so its cost has no bound")


def test_a_run_is_told_by_its_identity_where_addresses_repeat() -> None:
    runs = [
        Resource(f"{root}:job", "job", "ml.training_job", "PyTorchJob", "kubernetes", cost=Cost(Range.of(5000)))
        for root in ("a", "b")
    ]
    for run in runs:
        run.lifetime.deadline_seconds = 3600
    change = change_set(runs, None)
    assert change is not None
    assert [run["id"] for run in change.attributes["runs"]] == ["a:job", "b:job"]  # type: ignore[union-attr, index, call-overload]


def test_the_parts_of_one_job_are_one_run() -> None:
    def part(name: str, cost: Cost, **relations: tuple[str, ...]) -> Resource:
        made = Resource(name, name, "ml.training_job", "PyTorchJob", "kubernetes", cost=cost)
        made.lifetime.deadline_seconds = 3600
        made.relations = {key.replace("_", "-"): value for key, value in relations.items()}
        return made

    workers = part("job/workers", Cost(Range.of(700)), part_of=("job",))
    change = change_set([part("job", Cost(Range.of(600))), workers], None)
    assert change is not None
    (run,) = change.attributes["runs"]  # type: ignore[misc]
    assert (run["id"], run["cost"]) == ("job", {"low": 1300, "expected": 1300, "high": 1300})
    other = part("w", Cost(unpriced="no price"), part_of=("job",))
    change = change_set([part("job", Cost(Range.of(600))), other], None)
    assert change is not None
    (run,) = change.attributes["runs"]  # type: ignore[misc]
    assert run["cost"] == Unknown("no price")
