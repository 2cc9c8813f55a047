"""A Pack: a directory of policies, what it takes from other packs, and how it changes that."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from sumptuary.policy.documents.strict import Glob, Id, Layer, Override, Semver, Strict, Text

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class PackReference(Strict):
    """Another pack: ``builtin``, a directory relative to the file that names it, an installed pack's name, or git."""

    pack: Text = Field(
        description="builtin, a directory, the name of an installed pack, or git+https://host/repository[@ref][#subdirectory=path]."
    )
    version: Semver | None = Field(default=None, description="The version wanted; of git, the tag (3.1.0 or v3.1.0).")
    digest: Digest | None = Field(default=None, description="Of the pack's files; policies sync prints it.")

    @model_validator(mode="after")
    def _is_pinned(self) -> Self:
        if self.pack.startswith("git+"):
            user, at, _ = self.pack.partition("://")[2].partition("/")[0].rpartition("@")
            if at and (":" in user or not self.pack.startswith("git+ssh://")):
                raise ValueError("an address holds no credentials: leave them to git, such as to its credential helper")
            if self.version is None and "@" not in self.pack.partition("://")[2].partition("#")[0].rpartition("/")[2]:
                raise ValueError("a pack from git is pinned: give version: 3.1.0, or @ref behind its address")
        elif "://" in self.pack:
            raise ValueError("a pack comes from a directory, an installed package, or git+https://...")
        return self


class PackMetadata(Strict):
    """Who the pack is and whose."""

    name: Id = Field(description="Unique, in kebab-case; reports and `policies explain` name it.")
    version: Semver | None = Field(default=None, description="Semantic version of the pack.")
    layer: Layer = Field(default="repository", description="How high it stands: lower layers may only tighten.")
    owner: str = Field(default="", description="The team that answers for the pack.")


class PackSpec(Strict):
    """What the pack holds."""

    extends: list[PackReference] = Field(default_factory=list[PackReference], description="The packs above this one.")
    policies: list[Glob] = Field(default_factory=lambda: ["**/*.yaml"], description="Globs relative to the pack.")
    overrides: list[Override] = Field(default_factory=list[Override], description="Changes to policies from above.")
    profiles: dict[Id, str] = Field(default_factory=dict[Id, str], description="Policy to the profile that holds.")
    delegate: dict[Literal["organization", "team", "repository", "command-line"], list[Glob]] = Field(
        default_factory=dict[Literal["organization", "team", "repository", "command-line"], list[Glob]],
        description="Layer to the fields that it may set freely: globs, for one policy as id/field.",
    )

    @field_validator("policies")
    @classmethod
    def _stay_inside(cls, value: list[str]) -> list[str]:
        for pattern in value:
            if pattern.startswith("/") or ".." in pattern.split("/"):
                raise ValueError(f"{pattern!r} points out of the pack")
        return value


class Pack(Strict):
    """A directory of policies (``pack.yaml``)."""

    api_version: Literal["sumptuary/v1"] = Field(alias="apiVersion")
    kind: Literal["Pack"]
    metadata: PackMetadata
    spec: PackSpec = Field(default_factory=PackSpec)
