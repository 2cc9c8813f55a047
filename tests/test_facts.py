"""What tags declare, what types are by nature, and what stays unknown."""

from __future__ import annotations

import pytest

from sumptuary.catalogue import Catalogue
from sumptuary.facts import FactNames, declare, environment, purpose
from sumptuary.model import Accelerators, Compute, Resource, Tag, Tags, Workload
from sumptuary.values import Unknown

WAITS = Unknown("var.tags has no value", ("var.tags",))


def declared(
    tags: dict[str, str], rest: Unknown | None = None, names: FactNames | None = None, **fields: object
) -> Resource:
    resource = Resource(
        "a", "a", "compute.instance", "aws_instance", "aws", tags=Tags({k: Tag(v) for k, v in tags.items()}, rest)
    )
    for name, value in fields.items():
        setattr(resource, name, value)
    declare(resource, names or FactNames(), Catalogue())
    return resource


@pytest.mark.parametrize("key", ["environment", "Environment", "env", "finops:environment", "ENV"])
def test_environment_under_any_spelling(key: str) -> None:
    assert declared({key: "Prod"}).environment == "production"


@pytest.mark.parametrize(
    ("text", "word"),
    [("prd", "production"), ("stage", "staging"), ("Development", "dev"), ("qa", "test"), ("blue", "blue")],
)
def test_environments_have_usual_names(text: str, word: str) -> None:
    assert environment(text) == word


@pytest.mark.parametrize(
    ("text", "word"), [("Serving", "inference"), ("train", "training"), ("fine_tuning", "fine-tuning"), ("odd", "odd")]
)
def test_purposes_have_usual_names(text: str, word: str) -> None:
    assert purpose(text) == word


def test_a_fact_that_may_stand_in_the_unknown_part_is_unknown() -> None:
    resource = declared({"team": "ml"}, WAITS)
    assert resource.team == "ml"
    assert resource.environment == WAITS
    assert resource.lifetime.ttl == WAITS
    assert declared({}).environment is None


def test_what_a_type_is_wins_over_a_tag_that_cannot_be_read_but_not_over_a_declared_one() -> None:
    assert declared({}, WAITS, workload=Workload("inference", "an endpoint")).workload.purpose == "inference"
    told = declared({"workload-type": "training"}, workload=Workload("inference", "an endpoint")).workload
    assert (told.purpose, told.evidence) == ("training", "tag workload_type")


def test_lifetime_and_checkpoint() -> None:
    resource = declared(
        {"ttl": "24h", "expires-at": "2026-12-01", "checkpoint": "s3://b/c", "model-parameters-billion": "7B"}
    )
    assert (resource.lifetime.ttl, resource.lifetime.expires_at) == ("24h", "2026-12-01")
    assert (resource.workload.checkpoint, resource.workload.parameters_billion) == ("s3://b/c", 7.0)


def test_names_are_the_repositorys_choice() -> None:
    names = FactNames({"environment": ("stage",)})
    assert declared({"stage": "dev"}, names=names).environment == "dev"
    assert declared({"environment": "dev"}, names=names).environment is None


def test_accelerators_come_from_the_catalogue_or_keep_their_count() -> None:
    sku = declared({}, compute=Compute(sku="p4d.24xlarge")).compute
    assert sku is not None
    assert isinstance(sku.accelerators, Accelerators)
    assert (sku.accelerators.model, sku.accelerators.count) == ("A100", 8)
    attached = declared(
        {}, compute=Compute(sku="n1-standard-8", accelerators=Accelerators("nvidia-tesla-v100", 2))
    ).compute
    assert attached is not None
    assert isinstance(attached.accelerators, Accelerators)
    assert (attached.accelerators.model, attached.accelerators.count) == ("V100", 2)
