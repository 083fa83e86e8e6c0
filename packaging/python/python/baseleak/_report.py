"""A report as typed objects: the program's JSON document, schema 1, field by field.

docs/output.md says what each field means. Nothing is added to what the program tells, and fields
that this version does not know are left in `Report.to_dict()`. The program's report holds no
secret, and so none of these does: keys are named by their public prefixes, lines are masked.
"""

from __future__ import annotations

import copy
import os
import re
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple

_ESCAPED = re.compile(rb"\\(?:\\|x([0-9A-Fa-f]{2}))")


@dataclass(frozen=True)
class Reason:
    """One thing that the confidence of a finding rests on."""

    kind: str
    text: str
    word: Optional[str]


@dataclass(frozen=True)
class Commit:
    """A commit: its id, `NAME <ADDRESS>` of its author, and when it was authored (RFC 3339, UTC)."""

    id: str
    author: str
    date: str


@dataclass(frozen=True)
class Origin:
    """Where in a history a finding comes from."""

    object: str
    kind: str
    commit: Optional[Commit]
    other_paths: Tuple[str, ...]
    versions: int
    in_head: bool
    holder: str
    refs: Tuple[str, ...]
    commits: Optional[Tuple[Commit, ...]]


@dataclass(frozen=True)
class Suppression:
    """What settles a finding that does not count: `inline`, `allow`, `ignore-file`, `baseline`."""

    kind: str
    place: str
    reason: Optional[str]
    owner: Optional[str]
    expires: Optional[str]
    marker: Optional[str]
    moved_from: Optional[str]


@dataclass(frozen=True)
class Finding:
    """A secret in one place. It names the key by its public prefix, and never holds the secret."""

    rule: str
    #: `high`, `medium` or `low`.
    confidence: str
    reasons: Tuple[Reason, ...]
    #: Whose it is: `baseten`, `other` or `unknown`.
    attribution: str
    #: The public name of the key, such as `b10_` and eight characters.
    key: str
    #: The same secret in another place has the same digest.
    digest: str
    #: Names this finding, also where its line moves.
    fingerprint: str
    #: The file as people read it; `file` has it as the system does.
    path: str
    relative_path: str
    #: `content`, or `file-name` where the secret stands in the name.
    place: str
    #: Where in a notebook or a source map it stands.
    cell: Optional[str]
    line: int
    column: int
    end_line: int
    end_column: int
    #: The line, masked.
    snippet: str
    #: How it is encoded, outermost first.
    encodings: Tuple[str, ...]
    seen_in: Tuple[str, ...]
    suppression: Optional[Suppression]
    origin: Optional[Origin]
    #: The folder that `path` is from: none for the one that the program ran in, None where it is not
    #: known.
    _root: Optional[str] = field(default="", repr=False, compare=False)

    @property
    def file(self) -> Optional[str]:
        """`path` as the functions of `os` take it, also where its name is not UTF-8.

        In a report of a repository it is absolute, for there `path` is from the root of that. None
        where a part of it is masked, where it names an object of git that has no path, and where the
        root is not known. What stands in an archive has the path of the archive, `!` and its own.
        What only a history holds need not be there any more.
        """
        if "****" in self.path or self._root is None:
            return None
        if self.origin is not None and self.path == "%s %s" % (self.origin.kind, self.origin.object):
            return None

        def undone(match: "re.Match[bytes]") -> bytes:
            digits = match.group(1)
            return b"\\" if digits is None else bytes([int(digits, 16)])

        path = os.fsdecode(_ESCAPED.sub(undone, self.path.encode("utf-8", "surrogatepass")))
        if self._root and path.startswith(".git/") and not os.path.isdir(os.path.join(self._root, ".git")):
            # A linked work tree has git's own files elsewhere.
            return None
        return os.path.join(self._root, path)


@dataclass(frozen=True)
class Exposure:
    """A leaked key over the whole history."""

    key: str
    digest: str
    first: Optional[Commit]
    removed: Optional[Commit]
    in_head: bool
    #: Fingerprints of its findings.
    findings: Tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a key is live: `active`, `inactive` or `unknown`; only where Baseten was asked."""

    key: str
    digest: str
    rule: str
    validity: str
    proof: Optional[str]
    text: str


@dataclass(frozen=True)
class Entry:
    """Something to be said of an entry that could suppress."""

    place: str
    entry: str
    state: str
    text: str


@dataclass(frozen=True)
class Skipped:
    """What was asked for and could not be read."""

    path: str
    reason: str
    detail: Optional[str]


@dataclass(frozen=True)
class Note:
    """What was read in a lesser way than it could be."""

    path: str
    kind: str
    detail: str


@dataclass(frozen=True)
class Coverage:
    """What was read and what was not."""

    complete: bool
    files: int
    objects: int
    members: int
    bytes: int
    ignored: int
    excluded: int
    oversized: int
    symlinks: int
    submodules: int
    intent_to_add: int
    skipped: Tuple[Skipped, ...]
    notes: Tuple[Note, ...]


@dataclass(frozen=True)
class Rule:
    """A rule that was in force."""

    id: str
    description: str


@dataclass(frozen=True)
class Gate:
    """Which findings make a scan fail, and what that comes to."""

    fail_on: str
    max_findings: int
    failing: int
    undecided: int
    passed: bool


@dataclass(frozen=True)
class Report:
    """What a scan found, and what it read.

    A report is neither true nor false: `if report:` could mean that there is one, that something
    was found, or that all is well, and so it raises `TypeError`. Ask for `report.findings`, or for
    `report.passed`.
    """

    findings: Tuple[Finding, ...]
    #: What was found and does not count, each with its `suppression`.
    suppressed: Tuple[Finding, ...]
    entries: Tuple[Entry, ...]
    exposures: Tuple[Exposure, ...]
    verdicts: Tuple[Verdict, ...]
    coverage: Coverage
    rules: Tuple[Rule, ...]
    disabled_rules: Tuple[str, ...]
    #: The configuration file in force.
    config: Optional[str]
    gate: Gate
    #: The version of the program.
    version: str
    #: 0, 1 or 2: the program's, as its document tells it.
    exit_code: int
    _document: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def is_complete(self) -> bool:
        """Whether all that was asked for was read; if not, no findings mean nothing."""
        return self.coverage.complete

    @property
    def passed(self) -> bool:
        """Whether all was read and the gate is passed, so that `exit_code` is 0."""
        return self.exit_code == 0

    @property
    def keys(self) -> Tuple[str, ...]:
        """The public names of the keys that were found and count, each once, in order."""
        return tuple(sorted({finding.key for finding in self.findings}))

    @property
    def skipped(self) -> Tuple[Skipped, ...]:
        """What was asked for and could not be read."""
        return self.coverage.skipped

    def to_dict(self) -> Dict[str, Any]:
        """The JSON document of the program, whole, as a copy of your own."""
        return copy.deepcopy(dict(self._document))

    def __bool__(self) -> bool:
        raise TypeError("a report is neither true nor false: ask for report.findings or report.passed")

    def __str__(self) -> str:
        from ._view import text

        return text(self)

    def _repr_html_(self) -> str:
        from ._view import html

        return html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))
