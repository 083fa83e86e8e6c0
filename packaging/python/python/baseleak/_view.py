"""A report for people: as text, and as HTML for notebooks. Everything in it is escaped.

What a repository names its files must not act in a terminal or in a page: control characters,
invisible ones and those that turn the direction of text are written out, then markup is escaped.
"""

from __future__ import annotations

import html as markup
import unicodedata
from typing import TYPE_CHECKING, List

if TYPE_CHECKING:
    from ._report import Finding, Report

#: So many findings are shown; the rest is counted. All of them are in `Report.findings`.
SHOWN = 100


def visible(text: str) -> str:
    """The text on one line, with whatever does not show written out."""
    shown: List[str] = []
    for character in text:
        if character == "\t":
            shown.append(" ")
        elif character == " " or unicodedata.category(character) not in (
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Cn",
            "Zl",
            "Zp",
            "Zs",
        ):
            shown.append(character)
        else:
            shown.append("\\u{%x}" % ord(character))
    return "".join(shown)


def place(finding: "Finding") -> str:
    """Where it stands: the path, and the cell of a notebook or line and column."""
    where = visible(finding.path)
    if finding.place != "content":
        return where + ": in the file name"
    if finding.cell is not None:
        return "%s: %s" % (where, visible(finding.cell))
    return "%s:%d:%d" % (where, finding.line, finding.column)


def verdict(report: "Report") -> str:
    """What it comes to, in one sentence."""
    found = _count(len(report.findings), "finding")
    if not report.is_complete:
        missing = "%s skipped" % _count(len(report.skipped), "path") if report.skipped else "not all was read"
        if report.findings:
            return "%s, and incomplete: %s" % (found, missing)
        return "incomplete: %s, so there is no verdict" % missing
    if not report.findings:
        return "no keys found"
    return "%s of %s" % (found, _count(len(report.keys), "key"))


def text(report: "Report") -> str:
    """The report as lines, the verdict last."""
    lines = [
        "%s: %s %s %s" % (place(each), each.confidence, visible(each.rule), visible(each.key))
        for each in report.findings[:SHOWN]
    ]
    if len(report.findings) > SHOWN:
        lines.append("and %s more" % _count(len(report.findings) - SHOWN, "finding"))
    for path in report.skipped[:SHOWN]:
        lines.append("skipped %s: %s" % (visible(path.path), visible(path.detail or path.reason)))
    if report.suppressed:
        lines.append("%s suppressed" % _count(len(report.suppressed), "finding"))
    lines.append(verdict(report))
    return "\n".join(lines)


def html(report: "Report") -> str:
    """The report as a table, without style or script of its own."""
    parts = ["<div><p><b>baseleak</b>: %s</p>" % escape(verdict(report))]
    if report.findings:
        parts.append("<table><thead><tr>")
        parts.extend("<th>%s</th>" % name for name in ("key", "where", "confidence", "rule", "line, masked"))
        parts.append("</tr></thead><tbody>")
        for finding in report.findings[:SHOWN]:
            cells = (
                "<code>%s</code>" % escape(finding.key),
                escape(place(finding)),
                escape(finding.confidence),
                escape(finding.rule),
                "<code>%s</code>" % escape(finding.snippet),
            )
            parts.append("<tr>%s</tr>" % "".join("<td>%s</td>" % cell for cell in cells))
        parts.append("</tbody></table>")
        if len(report.findings) > SHOWN:
            parts.append("<p>and %s more</p>" % _count(len(report.findings) - SHOWN, "finding"))
    if report.skipped:
        parts.append("<p>not read:</p><ul>")
        for path in report.skipped[:SHOWN]:
            parts.append("<li>%s: %s</li>" % (escape(path.path), escape(path.detail or path.reason)))
        if len(report.skipped) > SHOWN:
            parts.append("<li>and %s more</li>" % _count(len(report.skipped) - SHOWN, "path"))
        parts.append("</ul>")
    if report.suppressed:
        parts.append("<p>%s suppressed</p>" % _count(len(report.suppressed), "finding"))
    parts.append("</div>")
    return "".join(parts)


def escape(text: str) -> str:
    """Text as HTML that is only that text, and no formula: front ends set what stands in dollars."""
    return markup.escape(visible(text)).replace("$", "&#36;")


def _count(number: int, what: str) -> str:
    return "%d %s" % (number, what if number == 1 else what + "s")
