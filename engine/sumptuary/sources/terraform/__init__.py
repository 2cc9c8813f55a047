"""Terraform and OpenTofu as written: directories of configuration become resources."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sumptuary.coverage import Coverage
    from sumptuary.model import Resource


class Options:
    """What the command line may say about variables.

    ``variables`` are ``--var`` values as typed, ``var_files`` paths; environment variables are never looked at.
    ``scan_root`` bounds what may be read; None means the checkout that a path lies in.
    """

    __slots__ = ("scan_root", "var_files", "variables", "workspace")

    def __init__(
        self,
        variables: dict[str, str] | None = None,
        var_files: tuple[str, ...] = (),
        scan_root: str | None = None,
        workspace: str = "default",
    ) -> None:
        self.variables = variables if variables is not None else {}
        self.var_files = var_files
        self.scan_root = scan_root
        self.workspace = workspace


def read(paths: Sequence[str], options: Options, coverage: Coverage) -> Iterator[Resource]:
    """The resources of every root module under the paths (directories, or files of configuration).

    A directory that another one under the paths calls as a module is judged through its callers. What cannot be read
    goes into ``coverage``; nothing is raised.
    """
    from sumptuary.sources.terraform.roots import read_roots

    return read_roots(paths, options, coverage)


__all__ = ["Options", "read"]
