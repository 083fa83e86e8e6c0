"""Finds leaked Baseten API keys: the program `baseleak`, and a typed module over it.

    >>> import baseleak
    >>> report = baseleak.scan(".")
    >>> for finding in report.findings:
    ...     print(finding.key, finding.path, finding.line)

In a notebook, `%load_ext baseleak` warns when a cell or its output holds a key.

Everything is found by the program that is installed with this package; nothing is looked for in
Python. No object, message or exception of this module holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._api import FileChoice, StrPath, audit, history, scan, scan_text, staged
from ._errors import BaseleakError, IncompleteScan, ProgramMissing
from ._program import program
from ._report import (
    Commit,
    Coverage,
    Entry,
    Exposure,
    Finding,
    Gate,
    Note,
    Origin,
    Reason,
    Report,
    Rule,
    Skipped,
    Suppression,
    Verdict,
)

__all__ = [
    "BaseleakError",
    "Commit",
    "Coverage",
    "Entry",
    "Exposure",
    "FileChoice",
    "Finding",
    "Gate",
    "IncompleteScan",
    "Note",
    "Origin",
    "ProgramMissing",
    "Reason",
    "Report",
    "Rule",
    "Skipped",
    "StrPath",
    "Suppression",
    "Verdict",
    "__version__",
    "audit",
    "history",
    "program",
    "scan",
    "scan_text",
    "staged",
]

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name):
        # Looked up when it is asked for: reading the metadata takes longer than the rest.
        if name == "__version__":
            from importlib import metadata

            return metadata.version("baseleak")
        raise AttributeError("module %r has no attribute %r" % (__name__, name))


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext baseleak` calls."""
    from ._extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext baseleak` calls."""
    from ._extension import unload

    unload(shell)
