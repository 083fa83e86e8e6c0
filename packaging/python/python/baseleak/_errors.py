"""What goes wrong, as exceptions. None of them carries what was scanned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Dict, List, Optional

if TYPE_CHECKING:
    from ._report import Report

# The three kinds of lines in which the program says what is wrong.
_LINE = re.compile(r"^(error|cause|hint): (.*)$")


class BaseleakError(Exception):
    """There is no answer: the program could not be run, or refused.

    `error` says what is wrong, `cause` why and `hint` what to do, in the words that the program has
    for it; the last two are None where it has none. `exit_code` is the program's, or None where it
    did not come to one.
    """

    def __init__(
        self,
        error: str,
        cause: Optional[str] = None,
        hint: Optional[str] = None,
        exit_code: Optional[int] = None,
    ) -> None:
        self.error = error
        self.cause = cause
        self.hint = hint
        self.exit_code = exit_code
        super().__init__(error, cause, hint, exit_code)

    def __str__(self) -> str:
        lines = [self.error]
        if self.cause is not None:
            lines.append("cause: " + self.cause)
        if self.hint is not None:
            lines.append("hint: " + self.hint)
        return "\n".join(lines)


class ProgramMissing(BaseleakError):
    """The program that belongs to this package is not where the installation put it."""


class IncompleteScan(BaseleakError):
    """Something that was asked for could not be read, so that the absence of findings means nothing.

    `report` is what there is all the same. With `allow_incomplete=True` it is returned instead.
    """

    def __init__(self, report: "Report") -> None:
        skipped = report.coverage.skipped
        cause = None
        if skipped:
            named = ["%s: %s" % (each.path, each.detail or each.reason) for each in skipped[:3]]
            if len(skipped) > len(named):
                named.append("and %d more" % (len(skipped) - len(named)))
            cause = "; ".join(named)
        super().__init__(
            "the scan is incomplete, and there is no verdict",
            cause,
            "make it readable, leave it out with exclude=, or pass allow_incomplete=True "
            "and look at report.coverage",
            report.exit_code,
        )
        self.report = report

    def __reduce__(self) -> "tuple[type[IncompleteScan], tuple[Report]]":
        # An exception is copied by its arguments, and those of this one are not its base's.
        return (IncompleteScan, (self.report,))


def from_stderr(text: str, exit_code: int) -> BaseleakError:
    """The error that the program tells of: its lines `error:`, `cause:` and `hint:`.

    A text of several lines goes on until the next of them.
    """
    said: Dict[str, List[str]] = {}
    current: Optional[List[str]] = None
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is not None:
            current = said.setdefault(match.group(1), [])
            current.append(match.group(2))
        elif line.startswith("warning: "):
            current = None
        elif current is not None and line.strip():
            current.append(line.strip())
    error = said.get("error")
    if error is None:
        if exit_code < 0:
            error = ["the program was ended by signal %d" % -exit_code]
        elif exit_code == 130:
            error = ["the scan was interrupted"]
        else:
            # What it said all the same, such as the last words of a program that broke.
            error = ["the program ended with exit code %d and no report" % exit_code]
            rest = [line.strip() for line in text.splitlines() if line.strip()]
            if rest:
                said.setdefault("cause", [" ".join(rest[-3:])])

    def joined(name: str) -> Optional[str]:
        lines = said.get(name)
        return " ".join(lines) if lines else None

    return BaseleakError(" ".join(error), joined("cause"), joined("hint"), exit_code)
