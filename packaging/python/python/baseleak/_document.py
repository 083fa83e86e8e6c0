"""From the program's JSON document to a `Report`. What is not as schema 1 has it, is an error."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Type, TypeVar

from ._errors import BaseleakError
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

SCHEMA = 1

T = TypeVar("T")


class _Malformed(Exception):
    """A field is missing or has another type: its name, and never what stands there."""


class _NoObject(_Malformed):
    """Something else stands where an object has to."""


class _Fields:
    """An object of the document, asked for its fields by name and type."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise _NoObject()
        self.values: Dict[str, Any] = value

    def _value(self, name: str, kind: Type[T]) -> T:
        value = self.values.get(name)
        # In Python True is an integer; in JSON it is none.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _Malformed(name)
        return value

    def string(self, name: str) -> str:
        return self._value(name, str)

    def integer(self, name: str) -> int:
        return self._value(name, int)

    def boolean(self, name: str) -> bool:
        return self._value(name, bool)

    def maybe(self, name: str) -> Optional[str]:
        return None if self.values.get(name) is None else self.string(name)

    def strings(self, name: str) -> Tuple[str, ...]:
        found = self._value(name, list) if name in self.values else []
        if not all(isinstance(each, str) for each in found):
            raise _Malformed(name)
        return tuple(found)

    def object(self, name: str) -> "_Fields":
        return _Fields(self._value(name, dict))

    def each(self, name: str, make: Callable[["_Fields"], T], needed: bool = True) -> Tuple[T, ...]:
        if not needed and name not in self.values:
            return ()
        return tuple(make(_Fields(value)) for value in self._value(name, list))

    def optional(self, name: str, make: Callable[["_Fields"], T]) -> Optional[T]:
        value = self.values.get(name)
        return None if value is None else make(_Fields(value))


def parse(answer: bytes, exit_code: int, root: Optional[str] = "") -> Report:
    """The report that the program wrote, with the folder that its paths are from.

    The exit code is told by the document. The system's is 0 for every program where its end is not to
    be learned, as where SIGCHLD is ignored, and so 0 proves nothing; any other code is the program's.

    Raises `BaseleakError` where it is no report of schema 1, and where the program ended with a code
    that is not the report's.
    """
    problem: Optional[str] = None
    try:
        document = json.loads(answer.decode("utf-8"))
        top = _Fields(document)
        schema = top.integer("schema")
        if schema == SCHEMA:
            report = _report(top, document, root)
            if exit_code in (0, report.exit_code):
                return report
            raise BaseleakError(
                "the report of the program and its end contradict one another",
                "its exit code is %d, and the report comes to %d" % (exit_code, report.exit_code),
                "scan again; if it stays so, install baseleak again",
                exit_code,
            )
        problem = "it has schema %d, and this package reads %d" % (schema, SCHEMA)
    except (ValueError, RecursionError):
        # Said without the error itself, which holds the whole text.
        problem = "it is no JSON document"
    except _NoObject:
        problem = "it, or a part of it, is no JSON object"
    except _Malformed as error:
        problem = "its field `%s` is missing or of another type" % error
    raise BaseleakError(
        "the report of the program cannot be read",
        problem,
        "program and package are not of one version: install baseleak again",
        exit_code,
    )


def _exit_code(coverage: Coverage, gate: Gate) -> int:
    """What the program ends with: docs/output.md has it in words."""
    if not coverage.complete:
        return 2
    if not gate.passed or gate.failing > gate.max_findings:
        return 1
    # Some of what was not proven to be live could be.
    return 2 if gate.failing + gate.undecided > gate.max_findings else 0


def _report(top: _Fields, document: Mapping[str, Any], root: Optional[str]) -> Report:
    def finding(of: _Fields) -> Finding:
        return _finding(of, root)

    coverage = _coverage(top.object("coverage"))
    gate = _gate(top.object("gate"))
    return Report(
        findings=top.each("findings", finding),
        suppressed=top.each("suppressed", finding, needed=False),
        entries=top.each("entries", _entry, needed=False),
        exposures=top.each("exposures", _exposure, needed=False),
        verdicts=top.each("verdicts", _verdict, needed=False),
        coverage=coverage,
        rules=top.each("rules", lambda rule: Rule(rule.string("id"), rule.string("description"))),
        disabled_rules=top.strings("disabled_rules"),
        config=top.maybe("config"),
        gate=gate,
        version=top.object("tool").string("version"),
        exit_code=_exit_code(coverage, gate),
        _document=document,
    )


def _finding(of: _Fields, root: Optional[str]) -> Finding:
    return Finding(
        rule=of.string("rule"),
        confidence=of.string("confidence"),
        reasons=of.each(
            "reasons", lambda why: Reason(why.string("kind"), why.string("text"), why.maybe("word"))
        ),
        attribution=of.string("attribution"),
        key=of.string("key"),
        digest=of.string("digest"),
        fingerprint=of.string("fingerprint"),
        path=of.string("path"),
        relative_path=of.string("relative_path"),
        place=of.string("place"),
        cell=of.maybe("cell"),
        line=of.integer("line"),
        column=of.integer("column"),
        end_line=of.integer("end_line"),
        end_column=of.integer("end_column"),
        snippet=of.string("snippet"),
        encodings=of.strings("encodings"),
        seen_in=of.strings("seen_in"),
        suppression=of.optional("suppression", _suppression),
        origin=of.optional("origin", _origin),
        _root=root,
    )


def _suppression(of: _Fields) -> Suppression:
    return Suppression(
        kind=of.string("kind"),
        place=of.string("place"),
        reason=of.maybe("reason"),
        owner=of.maybe("owner"),
        expires=of.maybe("expires"),
        marker=of.maybe("marker"),
        moved_from=of.maybe("moved_from"),
    )


def _origin(of: _Fields) -> Origin:
    return Origin(
        object=of.string("object"),
        kind=of.string("kind"),
        commit=of.optional("commit", _commit),
        other_paths=of.strings("other_paths"),
        versions=of.integer("versions"),
        in_head=of.boolean("in_head"),
        holder=of.string("holder"),
        refs=of.strings("refs"),
        commits=of.each("commits", _commit) if "commits" in of.values else None,
    )


def _commit(of: _Fields) -> Commit:
    return Commit(of.string("id"), of.string("author"), of.string("date"))


def _exposure(of: _Fields) -> Exposure:
    return Exposure(
        key=of.string("key"),
        digest=of.string("digest"),
        first=of.optional("first", _commit),
        removed=of.optional("removed", _commit),
        in_head=of.boolean("in_head"),
        findings=of.strings("findings"),
    )


def _verdict(of: _Fields) -> Verdict:
    return Verdict(
        key=of.string("key"),
        digest=of.string("digest"),
        rule=of.string("rule"),
        validity=of.string("validity"),
        proof=of.maybe("proof"),
        text=of.string("text"),
    )


def _entry(of: _Fields) -> Entry:
    return Entry(of.string("place"), of.string("entry"), of.string("state"), of.string("text"))


def _gate(of: _Fields) -> Gate:
    return Gate(
        fail_on=of.string("fail_on"),
        max_findings=of.integer("max_findings"),
        failing=of.integer("failing"),
        undecided=of.integer("undecided"),
        passed=of.boolean("passed"),
    )


def _coverage(of: _Fields) -> Coverage:
    return Coverage(
        complete=of.boolean("complete"),
        files=of.integer("files"),
        objects=of.integer("objects"),
        members=of.integer("members"),
        bytes=of.integer("bytes"),
        ignored=of.integer("ignored"),
        excluded=of.integer("excluded"),
        oversized=of.integer("oversized"),
        symlinks=of.integer("symlinks"),
        submodules=of.integer("submodules"),
        intent_to_add=of.integer("intent_to_add"),
        skipped=of.each(
            "skipped",
            lambda path: Skipped(path.string("path"), path.string("reason"), path.maybe("detail")),
        ),
        notes=of.each(
            "notes", lambda note: Note(note.string("path"), note.string("kind"), note.string("detail"))
        ),
    )
