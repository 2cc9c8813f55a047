"""The rule required-tags: what its policy's inline tests leave out."""

from __future__ import annotations

from typing import Any

import pytest

from rules.estate import context, resources
from sumptuary.model import Place, Tag
from sumptuary.rule import Finding, Passed, Skipped, Undecided, Unknown, load_parameters
from sumptuary_rules.required_tags import RequiredTags, RequiredTagsParameters

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("a pattern that matches", {"patterns": {"team": "[a-z]+"}}, {"team": "ml"}, ""),
    ("a pattern that does not", {"patterns": {"team": "[a-z]+"}}, {"team": "ML 7"}, "team is 'ML 7', which does not"),
    ("a pattern for the whole value", {"patterns": {"team": "ml"}}, {"team": "ml-ops"}, "does not match ml"),
    ("a value with blanks around it", {"values": {"team": ["ml"]}}, {"team": " ml"}, "not one of ml"),
    ("a value of blanks", {}, {"team": "  "}, "team is empty"),
    ("values are told apart by case", {"values": {"team": ["ml"]}}, {"team": "ML"}, "team is 'ML', not one of ml"),
    (
        "an alias is judged as its key",
        {"aliases": {"team": ["squad"]}, "values": {"team": ["ml"]}},
        {"squad": "x"},
        "'x'",
    ),
    (
        "an alias with a right value goes before one without",
        {"aliases": {"team": ["a", "b"]}},
        {"a": "", "b": "ml"},
        "",
    ),
    ("of aliases without a right value, the first", {"aliases": {"team": ["a", "b"]}}, {"a": "", "b": " "}, "empty"),
    ("the key itself goes before its alias", {"aliases": {"team": ["squad"]}}, {"squad": "", "team": "ml"}, ""),
    ("a key spelt with another case", {}, {"TEAM": "ml"}, "TEAM should be spelt team"),
    ("a key with a prefix", {}, {"finops:team": "ml"}, "finops:team should be spelt team"),
    ("nothing alike", {}, {"teams": "ml"}, "team is missing"),
]


def rule(**parameters: Any) -> RequiredTags:
    return RequiredTags(load_parameters(RequiredTagsParameters, {"tags": ["team"], **parameters}))


@pytest.mark.parametrize(("parameters", "tags", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_values_and_spellings(parameters: dict[str, Any], tags: dict[str, Any], said: str) -> None:
    (resource,) = resources({"kind": "compute.instance", "tags": tags})
    outcome = rule(**parameters).judge(resource, context())
    if said:
        assert isinstance(outcome, Finding)
        assert said in outcome.reason
        assert outcome.attribute == "tags"
    else:
        assert isinstance(outcome, Passed)


def test_an_alias_of_which_the_value_is_not_known_may_be_right() -> None:
    (resource,) = resources({"kind": "compute.instance", "tags": {"a": "", "b": Unknown("later")}})
    outcome = rule(aliases={"team": ["a", "b"]}).judge(resource, context())
    assert isinstance(outcome, Undecided)
    assert "later" in outcome.reason


@pytest.mark.parametrize(
    ("own", "group", "inherits", "said"),
    [
        ({}, {"team": "ml"}, True, ""),
        ({}, {"team": "ml"}, False, "team is missing"),
        ({}, {}, True, "team is missing"),
        ({}, None, True, "team is missing"),
        ({"team": ""}, {"team": "ml"}, True, "team is empty"),
        ({}, {"team": ""}, True, "team is empty"),
        ({}, {"$unknown": "it is elsewhere"}, True, "it is elsewhere"),
        ({}, {"$unknown": "it is elsewhere"}, False, "team is missing"),
        ({"team": "ml"}, {"$unknown": "it is elsewhere"}, True, ""),
    ],
)
def test_a_resource_groups_tags_count_where_the_policy_says_so(
    own: dict[str, Any], group: dict[str, Any] | None, inherits: bool, said: str
) -> None:
    given = {"kind": "storage.bucket", "provider": "azure", "tags": own}
    (resource,) = resources(given if group is None else {**given, "group_tags": group})
    outcome = rule(inherit=["resource-group"] if inherits else []).judge(resource, context())
    if said:
        assert isinstance(outcome, (Finding, Undecided))
        assert said in outcome.reason
        assert isinstance(outcome, Undecided) is (said == "it is elsewhere")
    else:
        assert isinstance(outcome, Passed)


def test_a_wrong_tag_of_the_group_is_shown_where_the_group_has_it() -> None:
    (resource,) = resources({"kind": "storage.bucket", "provider": "azure", "group_tags": {"team": ""}})
    place = Place("groups.tf", 7)
    assert resource.tags.group is not None
    resource.tags.group.entries["team"] = Tag("", "inherited", place)
    outcome = rule(inherit=["resource-group"]).judge(resource, context())
    assert isinstance(outcome, Finding)
    assert outcome.related == (place,)


def test_what_is_missing_misspelt_and_wrong_is_told_apart_for_the_fix() -> None:
    (resource,) = resources({"kind": "compute.instance", "tags": {"Env": "x", "service": ""}})
    outcome = rule(tags=["team", "env", "service"]).judge(resource, context())
    assert isinstance(outcome, Finding)
    assert outcome.facts == {"missing": ["team"], "drifted": {"env": "Env"}, "invalid": {"service": "is empty"}}


def test_a_wrong_tag_shows_its_own_line() -> None:
    (resource,) = resources({"kind": "compute.instance"})
    place = Place("providers.tf", 7)
    resource.tags.entries["team"] = Tag("", "provider-default", place)
    outcome = rule().judge(resource, context())
    assert isinstance(outcome, Finding)
    assert outcome.related == (place,)


def test_a_misspelt_key_in_the_known_part_of_a_map_is_a_failure_even_so() -> None:
    (resource,) = resources({"kind": "compute.instance", "tags": {"Team": "ml", "$unknown": "var.tags"}})
    assert isinstance(rule().judge(resource, context()), Finding)


def test_what_is_not_known_names_what_would_settle_it() -> None:
    (resource,) = resources({"kind": "compute.instance"})
    resource.tags.rest = Unknown("var.tags has no value", ("var.tags",))
    outcome = rule().judge(resource, context())
    assert isinstance(outcome, Undecided)
    assert outcome.depends_on == ("var.tags",)
    assert "team" in outcome.reason


@pytest.mark.parametrize(
    ("taggable", "said"), [(False, "cannot be tagged"), (None, "it is not known whether it can be tagged")]
)
def test_what_cannot_be_tagged_is_passed_over_with_its_reason(taggable: bool | None, said: str) -> None:
    (resource,) = resources({"kind": "compute.instance"})
    resource.taggable = taggable
    assert rule().judge(resource, context()) == Skipped(said)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"tags": []}, "tags"),
        ({"patterns": {"team": r"(a)\1"}}, "patterns.team"),
        ({"patterns": {"team": "("}}, "team"),
    ],
)
def test_parameters_that_cannot_be_are_refused_by_name(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rule(**parameters)
