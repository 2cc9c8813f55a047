"""The command line: one file a command; nothing else prints or exits."""

from __future__ import annotations

import sys

PATIENT = (1_000_000, 20, 20)
"""Thresholds of the garbage collector: a run is short and builds much that stays, so that looking often only costs."""


def main() -> int:
    """Run the command line and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from sumptuary import __version__

        sys.stdout.write(f"sumptuary {__version__}\n")
        return 0
    import gc

    gc.set_threshold(*PATIENT)
    from sumptuary.cli.program import run

    code = run(sys.argv[1:])
    gc.freeze()  # the process ends here: what is left is not worth taking apart
    return code
