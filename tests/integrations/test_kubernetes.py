"""The scheduled scan in a cluster: manifests that refer to each other rightly, may do little, and pass our own laws."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.commands import INTEGRATIONS, ROOT, parsed

KUBERNETES = INTEGRATIONS / "kubernetes"
KUSTOMIZATION = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))
OBJECTS = {
    one["kind"]: one
    for path in KUSTOMIZATION["resources"]
    for one in yaml.safe_load_all((KUBERNETES / path).read_text(encoding="utf-8"))
}
API = {"Namespace": "v1", "ServiceAccount": "v1", "PersistentVolumeClaim": "v1", "CronJob": "batch/v1"}
JOB = OBJECTS["CronJob"]["spec"]["jobTemplate"]
POD = JOB["spec"]["template"]
CONTAINER = POD["spec"]["containers"][0]


def test_the_objects_are_those_that_are_named() -> None:
    assert {kind: one["apiVersion"] for kind, one in OBJECTS.items()} == API
    assert {path.name for path in KUBERNETES.glob("*.yaml")} == {*KUSTOMIZATION["resources"], "kustomization.yaml"}
    assert [image["name"] for image in KUSTOMIZATION["images"]] == [CONTAINER["image"]]
    assert OBJECTS["Namespace"]["metadata"]["name"] == KUSTOMIZATION["namespace"]
    for kind, one in OBJECTS.items():
        assert one["metadata"].get("namespace") == (None if kind == "Namespace" else KUSTOMIZATION["namespace"])


def test_the_pod_refers_to_what_is_there() -> None:
    spec = POD["spec"]
    assert spec["serviceAccountName"] == OBJECTS["ServiceAccount"]["metadata"]["name"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == set(volumes)
    claim = OBJECTS["PersistentVolumeClaim"]["metadata"]["name"]
    assert volumes["history"]["persistentVolumeClaim"]["claimName"] == claim
    assert "eks.amazonaws.com/role-arn" in OBJECTS["ServiceAccount"]["metadata"]["annotations"]


def test_the_scan_is_one_that_the_command_line_takes() -> None:
    arguments = parsed(CONTAINER["args"])
    assert arguments.target == "aws"
    writable = [mount["mountPath"] for mount in CONTAINER["volumeMounts"] if not mount.get("readOnly")]
    written = [arguments.history, *(one.partition("=")[2] for one in arguments.format if "=" in one)]
    assert len(written) == 2
    assert all(any(path.startswith(f"{mount}/") for mount in writable) for path in written)


def test_the_scan_may_do_little_and_not_for_ever() -> None:
    assert OBJECTS["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"
    assert JOB["spec"]["backoffLimit"] == 0
    assert JOB["spec"]["activeDeadlineSeconds"] <= 3600
    assert POD["spec"]["restartPolicy"] == "Never"
    assert POD["spec"]["automountServiceAccountToken"] is False
    assert POD["spec"]["securityContext"]["runAsNonRoot"] is True
    own = CONTAINER["securityContext"]
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(CONTAINER["resources"]["requests"]) == {"cpu", "memory"}


def test_our_own_laws_pass_on_it() -> None:
    command = [sys.executable, "-m", "sumptuary", "check", "--policies", "policies", "--format", "json"]
    ran = subprocess.run(
        [*command, "--fail-on", "audit", "--now", "2027-06-01", str(KUBERNETES.relative_to(ROOT))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stdout
    assert report["violations"] == []
    assert report["summary"]["resources"] == len(OBJECTS)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the search path")
def test_kustomize_takes_it() -> None:
    ran = subprocess.run(["kubectl", "kustomize", str(KUBERNETES)], capture_output=True, text=True, check=True)
    made = list(yaml.safe_load_all(ran.stdout))
    assert {one["kind"] for one in made} == set(API)
    image = next(image for image in KUSTOMIZATION["images"])
    assert f"image: {image['newName']}:{image['newTag']}" in ran.stdout


def lines_of_the_dockerfile() -> list[list[str]]:
    return [line.split() for line in (KUBERNETES / "Dockerfile").read_text().splitlines() if line[:1].isupper()]


def test_the_image_runs_as_who_the_pod_runs_as() -> None:
    instructions: dict[str, Any] = {words[0]: words[1:] for words in lines_of_the_dockerfile()}
    security = POD["spec"]["securityContext"]
    assert instructions["USER"] == [f"{security['runAsUser']}:{security['runAsGroup']}"]
    assert security["fsGroup"] == security["runAsGroup"]
    assert json.loads("".join(instructions["ENTRYPOINT"])) == ["/opt/sumptuary/bin/sumptuary"]


def test_the_image_is_given_all_that_the_package_is_built_of(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for words in lines_of_the_dockerfile():
        if words[0] != "COPY" or words[1].startswith("--"):
            continue
        for name in words[1:-1]:
            place = source / Path(words[-1]).relative_to("/source")
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / name, place)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(build, cwd=source, capture_output=True, text=True, check=True)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
    assert "sumptuary/policies/pack.yaml" in names
    assert any(re.fullmatch(r"sumptuary_rules/\w+\.py", name) for name in names)


def test_the_extras_of_the_image_are_there() -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = re.search(r"/source\[([\w,]+)\]", (KUBERNETES / "Dockerfile").read_text())
    assert wanted is not None
    assert set(wanted[1].split(",")) <= set(extras)
