"""The configuration that lies beside a plan, so that what the plan says can be shown where it is written."""

from __future__ import annotations

import os

from sumptuary.coverage import Coverage
from sumptuary.model import Call, Origin
from sumptuary.sources.terraform.addresses import bare, split
from sumptuary.sources.terraform.calls import Downloaded, local_directory
from sumptuary.sources.terraform.modules import SUFFIXES, Library
from sumptuary.sources.terraform.places import places_of
from sumptuary.sources.terraform.providers import place_of_tags
from sumptuary.sources.tree import Tree, scan_root_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.model import Place
    from sumptuary.sources.terraform.modules import Declaration, Module


class Sources:
    """Origins by address, from the modules beside a plan. What cannot be found there has none."""

    __slots__ = ("_downloaded", "_library", "_root", "_tree")

    def __init__(self, directory: str) -> None:
        self._root: Module | None = None
        try:
            beside = any(name.endswith(SUFFIXES) for name in os.listdir(directory))
        except OSError:
            beside = False
        if beside:
            self._tree = Tree(scan_root_of(directory), Coverage())
            self._library = Library(self._tree)
            self._downloaded = Downloaded(self._tree, directory)
            self._root = self._library.module(directory)

    def dynamic_blocks(self, address: str) -> frozenset[str]:
        """The types of blocks that a resource makes by ``dynamic``, as far as its source is here."""
        steps, names = split(address), list[str]()
        module = self._root
        while module is not None and len(steps) > 2 and steps[0] == "module":
            names.append(bare(steps[1]))
            call = module.calls.get(names[-1])
            module, steps = self._called(call, names) if call is not None else None, steps[2:]
        declaration = module.resources.get(".".join(bare(step) for step in steps[:2])) if module is not None else None
        blocks = declaration.body.blocks if declaration is not None else ()
        return frozenset(block.labels[0] for block in blocks if block.type == "dynamic" and block.labels)

    def origin(self, address: str) -> Origin | None:
        """Where the resource at an address is written; None when its source is not here."""
        module = self._root
        if module is None:
            return None
        steps = split(address)
        calls: list[Call] = []
        names: list[str] = []
        position = 0
        while position + 1 < len(steps) and steps[position] == "module":
            name = bare(steps[position + 1])
            call = module.calls.get(name)
            if call is None:
                return None
            names.append(name)
            position += 2
            calls.append(Call(".".join(steps[:position]), call.place()))
            inner = self._called(call, names)
            if inner is None:
                # The module is not here: the call is the place itself, and those that lead to it are its callers.
                return Origin(place=call.place(), root=self._root_shown(), calls=tuple(calls[:-1]))
            module = inner
        declaration = module.resources.get(".".join(bare(step) for step in steps[position : position + 2]))
        if declaration is None:
            return None
        return Origin(
            place=declaration.place(), root=self._root_shown(), calls=tuple(calls), places=places_of(declaration)
        )

    def tags_place(self, key: str) -> Place | None:
        """Where a provider gives default tags. ``key`` is a plan's: ``aws.eu``, or ``module.a.module.b:aws``."""
        within, _, name = key.rpartition(":")
        module, names = self._root, [step for step in within.split(".") if step][1::2]
        for position, call_name in enumerate(names, 1):
            call = module.calls.get(call_name) if module is not None else None
            module = self._called(call, names[:position]) if call is not None else None
        declaration = module.providers.get(name) if module is not None else None
        return place_of_tags(declaration) if declaration is not None else None

    def _called(self, call: Declaration, names: list[str]) -> Module | None:
        """The module that a call leads to, None where it is not here. ``names`` are those of all calls to it."""
        directory = local_directory(call) or self._downloaded.directory(".".join(names))
        return self._library.module(directory) if directory and self._tree.holds(directory) else None

    def _root_shown(self) -> str:
        return self._root.shown if self._root is not None else ""
