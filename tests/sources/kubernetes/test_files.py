"""Which files are read, what is passed over and said so, and what kustomizations add."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sources.kubernetes.manifests import tree
from sumptuary.coverage import Coverage
from sumptuary.sources.kubernetes import read_text
from sumptuary.values import Unknown

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {service: web}
spec: {template: {spec: {containers: []}}}
"""
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def test_a_tree_is_read_and_other_yaml_is_not_counted(tmp_path: Path) -> None:
    found, coverage = tree(
        tmp_path,
        {
            "a/web.yaml": DEPLOYMENT,
            "b/list.json": json.dumps({"apiVersion": "v1", "kind": "List", "items": [POD]}),
            "mkdocs.yml": "site_name: x\n",
            ".github/workflows/ci.yaml": "on: push\njobs: {}\n",
            "package.json": "{}",
            "broken-but-not-ours.yaml": "a: [",
        },
    )  # fmt: skip
    assert [one.address for one in found] == ["Deployment/web", "Pod/p"]
    assert not coverage.failures
    assert (coverage.files_seen, coverage.files_read) == (2, 2)


def test_places_are_lines_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (one,), _ = tree(tmp_path, {"k8s/web.yaml": f"# first\n{DEPLOYMENT}"})
    assert one.origin.place is not None
    assert (one.origin.place.path, one.origin.place.line, one.origin.place.end_line) == ("k8s/web.yaml", 2, 7)
    assert one.origin.root == "k8s"
    labels = one.origin.place_of("metadata.labels")
    assert labels is not None
    assert labels.line == 6


def test_a_broken_file_is_named_and_hides_nothing(tmp_path: Path) -> None:
    broken = DEPLOYMENT + "---\nkind: X\napiVersion: [\n---\n" + DEPLOYMENT.replace("web", "other")
    found, coverage = tree(tmp_path, {"a.yaml": broken, "b.yaml": DEPLOYMENT.replace("web", "b")})
    assert [one.address for one in found] == ["Deployment/web", "Deployment/other", "Deployment/b"]
    (failure,) = coverage.failures
    assert failure.path.endswith("a.yaml")
    assert failure.line == 10


def test_templates_are_counted_and_fail_nothing(tmp_path: Path) -> None:
    template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-x\n{{- if .Values.y }}\n"
    found, coverage = tree(
        tmp_path,
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: chart\n",
            "chart/templates/pod.yaml": template,
            "chart/templates/deeper/pod.yaml": template,
            "chart/values.yaml": "apiVersion: x\nkind: y\n",
            "jobs/pod.yaml": template,
        },
    )
    assert not found
    assert not coverage.failures
    notes = " ".join(coverage.notes)
    assert "1 Helm chart not rendered" in notes
    assert "helm template" in notes
    assert "jobs/pod.yaml:4" in notes


def test_a_named_template_of_a_chart_is_passed_over_too(tmp_path: Path) -> None:
    files = {"chart/Chart.yaml": "name: c\n", "chart/templates/pod.yaml": "{{ x }}\n"}
    found, coverage = tree(tmp_path, files, "chart/templates/pod.yaml")
    assert not found
    assert not coverage.failures
    assert "1 Helm chart" in coverage.notes[0]


def test_a_named_file_without_objects_is_no_failure(tmp_path: Path) -> None:
    found, coverage = tree(tmp_path, {"mkdocs.yml": "site_name: x\n"}, "mkdocs.yml")
    assert not found
    assert not coverage.failures
    assert coverage.notes == [f"no Kubernetes object in 1 file: {os.path.relpath(tmp_path / 'mkdocs.yml')}"]


def test_patches_are_no_resources_and_common_labels_are_tags(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": KUSTOMIZATION + "resources: [web.yaml]\nlabels: [{pairs: {team: search}}]\n",
        "base/web.yaml": DEPLOYMENT,
        "dev/kustomization.yaml": KUSTOMIZATION
        + "resources: [../base]\ncommonLabels: {environment: dev, cost-center: '1'}\npatches: [{path: small.yaml}]\n",
        "dev/small.yaml": DEPLOYMENT,
        "prod/kustomization.yaml": KUSTOMIZATION
        + "resources: [../base, 'https://example.com/x.yaml']\n"
        + "commonLabels: {environment: production, cost-center: '1'}\n"
        + "patchesStrategicMerge:\n  - large.yaml\n  - |-\n    apiVersion: apps/v1\n    kind: Deployment\n",
        "prod/large.yaml": DEPLOYMENT,
    }  # fmt: skip
    (one,), coverage = tree(tmp_path, files)
    values = one.tags.values()
    assert (values["team"], values["cost-center"], values["service"]) == ("search", "1", "web")
    assert isinstance(values["environment"], Unknown)
    assert one.tags.entries["team"].origin == "inherited"
    place = one.tags.entries["cost-center"].place
    assert place is not None
    assert place.path.endswith("kustomization.yaml")
    notes = " ".join(coverage.notes)
    assert "2 kustomize patches not applied" in notes
    assert "1 remote resource" in notes
    named, _ = tree(tmp_path, {}, "base/web.yaml")
    assert named[0].tags.values() == values
    assert tree(tmp_path, {}, "dev/small.yaml")[0] == []


def test_a_label_of_one_overlay_only_is_not_known(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": KUSTOMIZATION + "resources: [web.yaml]\n",
        "base/web.yaml": DEPLOYMENT,
        "dev/kustomization.yaml": KUSTOMIZATION + "resources: [../base]\ncommonLabels: {team: a}\n",
        "prod/kustomization.yaml": KUSTOMIZATION + "resources: [../base]\n",
    }
    (one,), _ = tree(tmp_path, files)
    assert isinstance(one.tags.values()["team"], Unknown)


def test_labels_of_a_kustomization_take_the_place_of_those_that_are_there(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": KUSTOMIZATION + "resources: [web.yaml]\ncommonLabels: {service: other}\n",
        "web.yaml": DEPLOYMENT,
    }
    (one,), _ = tree(tmp_path, files)
    assert one.tags.values() == {"service": "other"}


def test_overlays_upon_overlays_end(tmp_path: Path) -> None:
    files = {f"d{n}/kustomization.yaml": KUSTOMIZATION + f"resources: [../d{n + 1}]\n" for n in range(1200)}
    files["d1199/kustomization.yaml"] = KUSTOMIZATION + "resources: [web.yaml]\ncommonLabels: {team: a}\n"
    (one,), _ = tree(tmp_path, {**files, "d1199/web.yaml": DEPLOYMENT})
    assert one.tags.values()["team"] == "a"


def test_a_patch_that_is_a_resource_elsewhere_is_a_resource(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": KUSTOMIZATION + "resources: [web.yaml]\n",
        "a/web.yaml": DEPLOYMENT,
        "b/kustomization.yaml": KUSTOMIZATION + "patches: [{path: ../a/web.yaml}]\n",
    }
    assert [one.address for one in tree(tmp_path, files)[0]] == ["Deployment/web"]


def test_charts_of_kustomizations_are_told_and_empty_lists_are_nothing(tmp_path: Path) -> None:
    nothing = "resources:\npatches: ~\ncommonLabels:\nlabels: [~, {pairs: ~}]\nhelmCharts: [{name: a}, {name: b}]\n"
    found, coverage = tree(tmp_path, {"kustomization.yaml": KUSTOMIZATION + nothing, "web.yaml": DEPLOYMENT})
    assert [one.tags.values() for one in found] == [{"service": "web"}]
    assert "2 Helm charts of kustomizations not rendered" in " ".join(coverage.notes)


def test_subcharts_are_charts_and_what_is_beside_templates_is_not(tmp_path: Path) -> None:
    files = {
        "c/Chart.yaml": "name: c\n",
        "c/templates/a.yaml": "{{ x }}\n",
        "c/charts/d/Chart.yaml": "name: d\n",
        "c/charts/d/templates/a.yaml": DEPLOYMENT,
        "c/crds/web.yaml": DEPLOYMENT,
        "templates/web.yaml": DEPLOYMENT.replace("web", "plain"),
    }
    found, coverage = tree(tmp_path, files)
    assert [one.address for one in found] == ["Deployment/web", "Deployment/plain"]
    assert "2 Helm charts" in coverage.notes[0]


def test_what_has_no_image_is_a_patch_and_said_to_be_one(tmp_path: Path) -> None:
    patch = DEPLOYMENT.replace("containers: []", "containers: [{name: a, resources: {limits: {cpu: 1}}}]")
    found, coverage = tree(tmp_path, {"patch.yaml": patch, "web.yaml": DEPLOYMENT})
    assert len(found) == 1
    assert (
        f"1 object taken for patches or templates, their containers having no image: {os.path.relpath(tmp_path)}"
        in (coverage.notes[0])
    )


def test_kustomizations_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": KUSTOMIZATION + "resources: [../b, web.yaml]\ncommonLabels: {team: a}\n",
        "b/kustomization.yaml": KUSTOMIZATION + "resources: [../a]\ncommonLabels: {service: b}\n",
        "a/web.yaml": DEPLOYMENT,
    }
    (one,), _ = tree(tmp_path, files)
    assert one.tags.values()["team"] == "a"


def test_nothing_outside_the_root_is_read(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "web.yaml").write_text(DEPLOYMENT)
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.yaml").symlink_to(tmp_path / "outside" / "web.yaml")
    (root / "folder").symlink_to(tmp_path / "outside")
    found, coverage = tree(root, {"kustomization.yaml": KUSTOMIZATION + "resources: [../outside/web.yaml]\n"})
    assert not found
    assert "leads out of" in coverage.failures[0].message
    assert "not followed" in " ".join(coverage.notes)


def test_a_vendored_copy_of_go_packages_is_nobodys_estate(tmp_path: Path) -> None:
    files = {"vendor/modules.txt": "", "vendor/x/pod.yaml": DEPLOYMENT, "other/vendor/web.yaml": DEPLOYMENT}
    found, _ = tree(tmp_path, files)
    assert len(found) == 1


def pods(count: int) -> str:
    items = [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{n}", "labels": {"team": "a"}}}
        for n in range(count)
    ]
    return json.dumps({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"x": 1}}, indent=4)


def test_a_kubectl_list_keeps_the_line_of_each_item() -> None:
    text, coverage = pods(3), Coverage()
    found = list(read_text(text.encode(), "pods.json", coverage))
    assert [one.address for one in found] == ["Pod/p0", "Pod/p1", "Pod/p2"]
    lines = text.splitlines()
    for one in found:
        place = one.origin.place_of("metadata.labels")
        assert place is not None
        assert lines[place.line - 1].strip() == "{"
        assert one.address.rpartition("/")[2] in "".join(lines[place.line - 1 : place.line + 6])


@pytest.mark.parametrize(
    ("text", "found", "said"),
    [
        (pods(2) + pods(1), 3, ""),
        (pods(3)[:-40], 3, "not valid JSON"),
        (pods(3)[:320], 1, "not valid JSON"),
        ('{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}', 1, ""),
        ("{" * 3000, 0, "not valid JSON"),
        ('{"items": ' + "[" * 100_000, 0, "nested too deep"),
        ('{"apiVersion": "v1", "kind": "Pod", "x": ' + "[" * 150 + "]" * 150 + "}", 0, "nested too deep"),
        ('{"items": [1, null, "x"], "kind": "List", "apiVersion": "v1"}', 0, ""),
        ('{"apiVersion": NaN}', 0, "not valid JSON"),
        ('{"apiVersion": ' + "9" * 5000 + "}", 0, "not valid JSON"),
        ("{}", 0, ""),
        ("[]", 0, ""),
    ],
)
def test_json_that_is_damaged_or_odd(text: str, found: int, said: str) -> None:
    coverage = Coverage()
    assert len(list(read_text(text.encode(), "x.json", coverage))) == found
    assert bool(coverage.failures) == bool(said)
    assert all(said in failure.message for failure in coverage.failures)


def test_a_list_without_kinds_is_read_as_kubectl_does() -> None:
    text = "apiVersion: v1\nkind: PodList\nitems:\n  - metadata: {name: p}\n    spec: {}\n"
    (one,) = read_text(text.encode(), "x.yaml", Coverage())
    assert one.address == "Pod/p"
