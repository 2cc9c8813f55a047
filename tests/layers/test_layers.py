"""Packs laid over each other: what tightens holds, what loosens is refused unless all above delegate it."""

from __future__ import annotations

import pytest

from layers.company import ORG, PROJECT, TEAM, Company
from sumptuary.errors import PolicyError
from sumptuary.policy.compiled import Policy
from sumptuary.policy.load import load


def laws(*settings: str) -> dict[str, Policy]:
    return {policy.id: policy for policy in load(settings=settings).policies}


def complaints(*settings: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        load(settings=settings)
    return [str(problem) for problem in caught.value.problems]


def test_each_layer_says_its_own(company: Company) -> None:
    found = laws()
    assert {"org-tags", "team-tags", "required-tags", "missing-ttl"} <= set(found)
    assert found["required-tags"].parameters["tags"] == ["owner", "product", "model"]
    assert found["oversized-gpu-for-inference"].enforcement.default == "hard-mandatory"
    owners = {name: (found[name].layer, found[name].owner_layer) for name in ("required-tags", "org-tags", "team-tags")}
    assert owners == {
        "required-tags": ("built-in", "organization"),
        "org-tags": ("organization", "organization"),
        "team-tags": ("team", "team"),
    }


def test_without_a_pack_between_the_repository_owns_what_ships_and_may_change_it(company: Company) -> None:
    company.write("shop/sumptuary.yaml", PROJECT.replace("../team", "builtin"))
    assert laws()["required-tags"].owner_layer == "repository"
    overrides = "[{match: required-tags, set: {parameters.tags: [owner], enforcement.default: advisory}}]"
    company.write("shop/sumptuary.yaml", PROJECT.replace("../team", "builtin") + f"  overrides: {overrides}\n")
    found = laws()["required-tags"]
    assert (found.parameters["tags"], found.enforcement.default) == (["owner"], "advisory")


TIGHTER = [
    ("required-tags", "parameters.tags", "[owner, product, model, cost-center]"),
    ("required-tags", "parameters.values.environment", "[dev, production]"),
    ("required-tags", "severity", "critical"),
    ("required-tags", "enforcement.default", "hard-mandatory"),
    ("required-tags", "enforcement.stages.ci", "hard-mandatory"),
    ("required-tags", "enforcement.on_unknown", "fail"),
    ("required-tags", "waivers.max_duration", "7d"),
    ("required-tags", "waivers", "null"),
    ("required-tags", "message", "'{{ resource.address }}: tag it'"),
    ("oversized-gpu-for-inference", "parameters.allowed_accelerators", "[L4]"),
    ("oversized-gpu-for-inference", "profile", "strict"),
    ("oversized-gpu-for-inference", "enforcement.new_only", "false"),
    ("missing-ttl", "parameters.max_ttl", "12h"),
    ("spend-approval", "parameters.monthly_increase.amount", "'500'"),
    ("team-tags", "select.kinds", "[storage.bucket, compute.*, ml.*, database.*, k8s.*, network.*, storage.*, '*']"),
]

LOOSER = [
    ("required-tags", "parameters.tags", "[owner]", "team/pack.yaml:8:", "organization"),
    ("required-tags", "parameters.values.environment", "[dev, production, qa]", "required-tags.yaml", "organization"),
    ("required-tags", "parameters.aliases", "{owner: [o]}", "required-tags.yaml", "organization"),
    ("required-tags", "parameters.patterns", "{owner: a.*}", "required-tags.yaml", "organization"),
    ("required-tags", "severity", "low", "required-tags.yaml", "organization"),
    ("required-tags", "enforcement.default", "advisory", "org/pack.yaml:11:9", "organization"),
    ("required-tags", "enforcement.environments", "{sandbox: 'off'}", "required-tags.yaml", "organization"),
    ("required-tags", "waivers.approvers", "['@me']", "required-tags.yaml", "organization"),
    ("required-tags", "waivers.max_duration", "900d", "required-tags.yaml", "organization"),
    ("required-tags", "select.kinds", "[compute.instance]", "required-tags.yaml", "organization"),
    ("required-tags", "select.where", "resource.team == 'a'", "required-tags.yaml", "organization"),
    ("oversized-gpu-for-inference", "parameters.allowed_accelerators", "[L4, H100]", "oversized", "organization"),
    ("oversized-gpu-for-inference", "enforcement.default", "soft-mandatory", "team/pack.yaml:9:", "team"),
    ("team-tags", "parameters.tags", "[b]", "team/policies/own.yaml:7", "team"),
    ("spend-approval", "parameters.monthly_increase.amount", "'5000'", "spend-approval", "organization"),
    ("missing-ttl", "parameters.max_ttl", "48h", "missing-ttl", "team"),
]


@pytest.mark.parametrize(("policy", "field", "value"), TIGHTER)
def test_a_repository_may_tighten(company: Company, policy: str, field: str, value: str) -> None:
    before = laws()[policy]
    company.project(f"[{{match: {policy}, set: {{{field}: {value}}}}}]")
    assert laws()[policy] != before
    assert laws(f"{policy}.{field}={value}")[policy] == laws()[policy]


@pytest.mark.parametrize(("policy", "field", "value", "place", "layer"), LOOSER)
def test_a_repository_may_not_loosen(
    company: Company, policy: str, field: str, value: str, place: str, layer: str
) -> None:
    company.project(f"[{{match: {policy}, set: {{{field}: {value}}}}}]")
    [said] = complaints()
    assert said.startswith(f"sumptuary.yaml:6:{31 + len(policy)}: {policy}: ")
    assert place in said
    assert "; a repository may only tighten it, for " in said
    assert f"({layer})" in said
    company.write("shop/sumptuary.yaml", PROJECT)
    [said] = complaints(f"{policy}.{field}={value}")
    assert said.startswith(f"--set {policy}.{field}={value}: {policy}: ")


def test_what_all_above_delegate_may_be_loosened(company: Company) -> None:
    company.project("[{match: missing-ttl, set: {enforcement.stages.pre-commit: 'off'}}]")
    assert any("for ml (team) does not" in said for said in complaints())
    delegating = TEAM + "  delegate: {repository: [enforcement.stages.*, missing-ttl/parameters.max_ttl]}\n"
    company.write("team/pack.yaml", delegating)
    assert laws()["missing-ttl"].enforcement.stages["pre-commit"] == "off"
    company.project("[{match: missing-ttl, set: {parameters.max_ttl: 72h}}]")
    assert laws()["missing-ttl"].parameters["max_ttl"] == "72h"
    company.project("[{match: missing-ttl, set: {enforcement.stages.ci: 'off'}}]")
    assert any("for acme (organization) does not" in said for said in complaints())


def test_a_team_has_what_its_organisation_delegates_to_it(company: Company) -> None:
    company.write("team/pack.yaml", TEAM + "    - {match: missing-ttl, set: {parameters.max_ttl: 48h}}\n")
    assert laws()["missing-ttl"].parameters["max_ttl"] == "48h"
    company.project("[{match: missing-ttl, set: {parameters.max_ttl: 72h}}]")
    [said] = complaints()
    assert "parameters.max_ttl: 48h (" in said
    assert "team/pack.yaml:10:" in said


def below() -> object:
    use = laws()["oversized-gpu-for-inference"].parameters["utilization"]
    assert isinstance(use, dict)
    return use["below"]


def test_a_profile_is_offered_until_somebody_above_settles_it(company: Company) -> None:
    company.write("shop/sumptuary.yaml", PROJECT + "  profiles: {oversized-gpu-for-inference: slo60}\n")
    assert below() == 60
    company.write("org/pack.yaml", ORG + "  profiles: {oversized-gpu-for-inference: strict}\n")
    [said] = complaints()
    assert "parameters.utilization.below: 85 (" in said
    assert "org/pack.yaml:15:14) to 60 loosens it; a repository may only tighten it" in said
    settled = (
        ORG.replace("repository: [", "repository: [profile, ") + "  profiles: {oversized-gpu-for-inference: strict}\n"
    )
    company.write("org/pack.yaml", settled)
    company.write("team/pack.yaml", TEAM + "  delegate: {repository: [oversized-*/profile]}\n")
    assert below() == 60


def test_levels_are_compared_by_what_they_come_to(company: Company) -> None:
    """A stage's level takes the place of the default and of ramps: naming a stage can loosen without saying so."""
    policy = """\
        apiVersion: sumptuary/v1
        kind: Policy
        metadata: {id: ramped, version: 1.0.0, title: T, severity: low, category: allocation, owner: "@x"}
        spec:
          description: Why.
          rule: required-tags
          parameters: {tags: [a]}
          enforcement: {default: advisory, ramp: [{from: 2027-01-15, level: hard-mandatory}]}
        """
    company.write("org/policies/ramped.yaml", policy)
    company.project("[{match: ramped, set: {enforcement.stages.ci: soft-mandatory}}]")
    [said] = complaints()
    assert "enforcement.stages.ci" in said
    company.project("[{match: ramped, set: {enforcement.default: soft-mandatory}}]")
    assert laws()["ramped"].enforcement.default == "soft-mandatory"
    company.project("[{match: ramped, set: {enforcement.ramp: [{from: 2026-12-01, level: hard-mandatory}]}}]")
    assert laws()["ramped"].enforcement.ramp == (("2026-12-01", "hard-mandatory"),)
    company.project("[{match: ramped, set: {enforcement.ramp: []}}]")
    assert "enforcement.ramp" in complaints()[0]


MISTAKES = [
    ("[{match: required-tags, set: {rule: b}}]", ["'rule' cannot be set"]),
    ("[{match: required-tags, set: {paramters.tags: [a]}}]", ["did you mean 'parameters'?"]),
    ("[{match: required-tgs, set: {severity: low}}]", ["no policy 'required-tgs' holds here; did you mean"]),
    ("[{match: 'x-*', set: {severity: low}}]", ["no policy 'x-*' holds here"]),
    ("[{match: required-tags, set: {parameters.tags: 5}}]", ["sumptuary.yaml:6:", "a list"]),
    ("[{match: required-tags, set: {parameters.tag: [a]}}]", ["unknown key 'tag'", "'tags'"]),
    ("[{match: missing-ttl, set: {parameters.max_ttl: soon}}]", ["'soon' is not a duration"]),
    ("[{match: missing-ttl, set: {profile: slo}}]", ["has no profile 'slo'"]),
    ("[{match: missing-ttl, set: {severity: grave}}]", ["'grave' is not known"]),
    ("[{match: missing-ttl, set: {message: '{{ nothing.here }}'}}]", ["names nothing"]),
]


@pytest.mark.parametrize(("overrides", "said"), MISTAKES)
def test_a_mistake_in_an_override_is_told_at_its_place(company: Company, overrides: str, said: list[str]) -> None:
    company.project(overrides)
    [found] = complaints()
    assert found.startswith("sumptuary.yaml:6:")
    for text in said:
        assert text in found


def test_every_mistake_is_told_at_once(company: Company) -> None:
    company.project(
        "[{match: missing-ttl, set: {parameters.max_ttl: 48h, severity: info}}, {match: nope, set: {severity: low}}]"
    )
    company.write("team/pack.yaml", TEAM.replace("[owner, product, model]", "[owner]"))
    assert len(complaints()) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("missing-ttl", "is not ID.FIELD=VALUE"),
        ("missing-ttl=12h", "is not ID.FIELD=VALUE"),
        ("missing-ttl.parameters.max_ttl", "is not ID.FIELD=VALUE"),
        ("missing-ttl.nothing=1", "cannot be set"),
        ("missing-ttl.parameters.max_ttl=[", "not valid YAML"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_said(company: Company, text: str, said: str) -> None:
    [found] = complaints(text)
    assert said in found


def test_packs_stand_where_they_may(company: Company) -> None:
    company.write("org/pack.yaml", ORG.replace("{pack: builtin}", "{pack: ../team}"))
    company.write("team/pack.yaml", TEAM.replace("[{pack: ../org}]", "[]").replace("required-tags", "team-tags"))
    company.write("shop/sumptuary.yaml", PROJECT.replace("../team", "../org"))
    assert any("the organization pack acme cannot extend the team pack ml" in said for said in complaints())
    company.write("org/pack.yaml", ORG.replace("layer: organization", "layer: built-in"))
    company.write("team/pack.yaml", TEAM)
    company.write("shop/sumptuary.yaml", PROJECT)
    assert laws()["org-tags"].layer == "organization", "only the shipped pack is built in"


def test_a_repository_cannot_make_itself_the_organisation(company: Company) -> None:
    company.write("shop/.sumptuary/pack.yaml", ORG)
    company.write("shop/.sumptuary/policies/own.yaml", "")
    assert any("a pack in .sumptuary is of the layer team or repository" in said for said in complaints())


def test_a_document_belongs_to_the_highest_pack_that_chooses_it(company: Company) -> None:
    """Naming the directory of an organisation's policies, ahead of its pack, makes them nobody else's."""
    loosened = "[{match: org-tags, set: {severity: info}}]"
    packs = "packs: [{pack: ../org/policies}, {pack: ../team}]"
    company.write("shop/sumptuary.yaml", PROJECT.replace("packs: [{pack: ../team}]", packs))
    assert (laws()["org-tags"].layer, laws()["org-tags"].owner_layer) == ("organization", "organization")
    company.write(
        "shop/sumptuary.yaml", PROJECT.replace("packs: [{pack: ../team}]", packs + f"\n  overrides: {loosened}")
    )
    assert any("a repository may only tighten it, for acme (organization)" in said for said in complaints())


@pytest.mark.parametrize("extends", ["../team", "../org", "."])
def test_packs_do_not_extend_each_other_in_a_circle(company: Company, extends: str) -> None:
    company.write(
        "org/pack.yaml", ORG.replace("{pack: builtin}", f"{{pack: {extends}}}").replace("organization", "team")
    )
    assert any("org/pack.yaml:5:20: the packs extend each other in a circle" in said for said in complaints())


def test_the_bundle_holds_what_the_layers_came_to(company: Company) -> None:
    first = load(settings=["missing-ttl.parameters.max_ttl=12h"])
    again = load(settings=["missing-ttl.parameters.max_ttl=12h"])
    assert again == first
    assert load().policies != first.policies
    company.write("team/pack.yaml", TEAM.replace("model]", "model, stage]"))
    tags = {policy.id: policy for policy in load().policies}["required-tags"].parameters["tags"]
    assert tags == ["owner", "product", "model", "stage"]
