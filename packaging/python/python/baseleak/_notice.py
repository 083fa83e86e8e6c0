"""What the extension says in a notebook, as text and as HTML. Keys are named by public prefixes."""

from __future__ import annotations

import os
import re
import shlex
from typing import Dict, List, Optional, Tuple

from ._report import Finding, Report
from ._view import escape, visible

#: So many places of a key are named.
_SHOWN = 5

_BOX = (
    '<div role="alert" style="border-left: 4px solid %s; padding: 0.5em 1em; margin: 0.5em 0;">%s</div>'
)
_RED = "#c62828"
_YELLOW = "#f9a825"

_OUTPUT = re.compile(r"output [0-9]+ (\([^()]*\))")

# Only these shapes are put into commands: those that `baseleak revoke --prefix` takes.
_PREFIX = re.compile(r"(?:b10_[A-Za-z0-9]{8}|[A-Za-z0-9]{8}|sky_[A-Za-z0-9]{9,16})\Z")


def found(report: Report, notebook: Optional[str], late: bool = False) -> Tuple[str, str]:
    """The warning of keys in a cell of a notebook, or of none on a terminal. `late` are outputs that
    came after the others, so that they have no number."""
    places: Dict[str, List[str]] = {}
    for finding in report.findings:
        where = _where(finding, late)
        known = places.setdefault(finding.key, [])
        if where not in known:
            known.append(where)
    # Where the shape alone speaks for it, or another vendor is named, it is said with less certainty.
    sure = any(each.confidence != "low" and each.attribution != "other" for each in report.findings)
    what = "a Baseten key" if len(places) == 1 else "%d Baseten keys" % len(places)
    head = "baseleak: this cell holds %s%s" % ("" if sure else "what may be ", what)
    plain = [head]
    parts = ["<p><b>%s</b></p><ul>" % escape(head)]
    for key, all_of_them in places.items():
        named = all_of_them[:_SHOWN]
        if len(all_of_them) > len(named):
            named.append("and %d places more" % (len(all_of_them) - len(named)))
        plain.append("  %s in %s" % (visible(key), "; ".join(named)))
        parts.append("<li><code>%s</code> in %s</li>" % (escape(key), escape("; ".join(named))))
    parts.append("</ul><ol>")
    for number, (words, command) in enumerate(_steps(list(places), notebook), 1):
        plain.append("  %d. %s%s" % (number, words, ": " + command if command else ""))
        parts.append(
            "<li>%s%s</li>" % (escape(words), ": <code>%s</code>" % escape(command) if command else "")
        )
    parts.append("</ol>")
    return "\n".join(plain), _BOX % (_RED, "".join(parts))


def _steps(keys: List[str], notebook: Optional[str]) -> List[Tuple[str, str]]:
    """What to do, in the order in which it helps."""
    options = "".join(" --prefix " + key for key in keys if _PREFIX.match(key))
    steps = [
        (
            "Revoke it, if this was saved, shared or committed",
            # What has no public prefix is revoked where it was made.
            "baseleak revoke" + options if options else "",
        ),
        (
            "Read the key from the environment, or ask for it",
            'os.environ["BASETEN_API_KEY"], getpass.getpass()',
        ),
    ]
    if notebook is not None:
        named = os.path.basename(notebook)
        # A name that does not show as it is, is no argument to copy.
        if visible(named) != named:
            named = "NOTEBOOK.ipynb"
        steps.append(("Take it out of the saved notebook", "baseleak clean " + shlex.quote(named)))
    return steps


def later(notice: Tuple[str, str]) -> Tuple[str, str]:
    """A notice that is shown below another cell than its own. Its first words name the cell."""
    plain, markup = (text.replace("this cell", "a cell before this one", 1) for text in notice)
    return plain, markup


def _where(finding: Finding, late: bool) -> str:
    place = finding.cell or "the cell"
    if late:
        # Numbers and lines would count from where it was looked at before.
        output = _OUTPUT.search(place)
        return "what came last in its output" + (" " + visible(output.group(1)) if output else "")
    # The notebook that the program reads has no other cell.
    return visible(place[len("cell 1, ") :] if place.startswith("cell 1, ") else place)


def too_large(limit: int, dropped: int) -> Tuple[str, str]:
    """Says that an output was not looked at whole."""
    plain = (
        "baseleak: the output of this cell is larger than %d MiB, and %d characters of it were not looked at"
        % (limit // (1024 * 1024), dropped)
    )
    return plain, _BOX % (_YELLOW, escape(plain))


def failed(what: str) -> Tuple[str, str]:
    """Says that a cell was not looked at."""
    plain = "\n".join(
        (
            "baseleak: this cell was not looked at, so no warning means nothing",
            *("  " + visible(line) for line in what.splitlines()),
            "  This is told once for each cause; %baseleak tells how many cells were not looked at.",
        )
    )
    return plain, _BOX % (_YELLOW, "<br>".join(escape(line) for line in plain.splitlines()))
