"""A made-up company for the tests of layers: an organisation's pack, a team's, and a repository that uses them."""

from __future__ import annotations

import textwrap
from pathlib import Path

ORG = """\
apiVersion: sumptuary/v1
kind: Pack
metadata: {name: acme, version: 2.1.0, layer: organization, owner: "@finops"}
spec:
  extends: [{pack: builtin}]
  policies: [policies/*.yaml]
  overrides:
    - match: required-tags
      set:
        parameters.tags: [owner, product]
        enforcement.default: soft-mandatory
  delegate:
    team: [parameters.max_ttl]
    repository: [missing-ttl/parameters.max_ttl, enforcement.stages.pre-commit]
"""

TEAM = """\
apiVersion: sumptuary/v1
kind: Pack
metadata: {name: ml, layer: team, owner: "@ml"}
spec:
  extends: [{pack: ../org}]
  policies: [policies/*.yaml]
  overrides:
    - {match: required-tags, set: {parameters.tags: [owner, product, model]}}
    - {match: "*-gpu-*", set: {enforcement.default: hard-mandatory}}
"""

OWN = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: own-tags, version: 1.0.0, title: T, severity: low, category: allocation, owner: "@x"}
spec:
  description: Why.
  rule: required-tags
  parameters: {tags: [a]}
"""

PROJECT = """\
apiVersion: sumptuary/v1
kind: Project
metadata: {name: shop}
spec:
  packs: [{pack: ../team}]
"""


class Company:
    """The documents of the company, written below a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.repository = directory / "shop"
        (self.repository / ".git").mkdir(parents=True)
        self.write("org/pack.yaml", ORG)
        self.write("org/policies/own.yaml", OWN.replace("own-tags", "org-tags"))
        self.write("team/pack.yaml", TEAM)
        self.write("team/policies/own.yaml", OWN.replace("own-tags", "team-tags"))
        self.write("shop/sumptuary.yaml", PROJECT)

    def write(self, name: str, text: str) -> Path:
        """Write a file, its directories made."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def project(self, overrides: str) -> None:
        """The repository's settings with overrides, as YAML in one line."""
        self.write("shop/sumptuary.yaml", f"{PROJECT}  overrides: {overrides}\n")
