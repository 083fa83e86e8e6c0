//! One place where a key stands: its path, its line with the secret masked, and all that is
//! known of it.
//!
//! The script finds by the attributes `data-c`, `data-r` and `data-s` of a place what it
//! filters by, and by its `bdi` elements what it searches.

use std::fmt::Display;
use std::io::{self, Write};

use super::super::{date, deployed, sight};
use super::crops::Crops;
use super::text::{count, name, names, text};
use crate::model::SuppressionKind;
use crate::model::{CommitSummary, Finding, Holder, ObjectKind, Origin, PathName, Place, Seen, Suppression};

/// How many refs and other paths are named before the rest is only counted.
const NAMED: usize = 8;

/// Writes the place of `finding`, as an item of a list.
pub(super) fn write(finding: &Finding, crops: &mut Crops, out: &mut dyn Write) -> io::Result<()> {
    let confidence = finding.confidence;
    write!(out, "<li class=\"place\" data-c=\"{confidence}\" data-r=\"{}\" data-s=\"", text(&finding.rule))?;
    for (index, seen) in seen(finding).iter().enumerate() {
        write!(out, "{}{seen}", if index == 0 { "" } else { " " })?;
    }
    out.write_all(b"\">\n")?;
    heading(finding, out)?;
    snippet(finding, out)?;
    crops.write(finding, out)?;
    out.write_all(b"<dl class=\"facts\">")?;
    facts(finding, out)?;
    if let Some(origin) = &finding.origin {
        history(origin, out)?;
    }
    fact("Fingerprint", format_args!("<code>{}</code>", finding.fingerprint), out)?;
    out.write_all(b"</dl>\n")?;
    if let Some(origin) = finding.origin.as_ref().filter(|origin| !origin.commits.is_empty()) {
        commits(&origin.commits, out)?;
    }
    out.write_all(b"</li>\n")
}

/// Writes a place that does not count, and who settled it.
pub(super) fn write_suppressed(finding: &Finding, by: &Suppression, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<li class=\"place\">\n<h3 class=\"hushed\">{}</h3>", name(&finding.key))?;
    heading(finding, out)?;
    snippet(finding, out)?;
    out.write_all(b"<dl class=\"facts\">")?;
    match &by.kind {
        SuppressionKind::Moved(path) => {
            fact(
                "Settled by",
                format_args!("the baseline, where its file was {}", name(path.as_str())),
                out,
            )?;
        }
        kind => fact("Settled by", text(&kind.to_string()), out)?,
    }
    fact("Said at", name(&by.place), out)?;
    fact("Why", by.reason.as_deref().map_or_else(|| "no reason is given".to_owned(), as_name), out)?;
    fact("Who", by.owner.as_deref().map_or_else(|| "nobody is named".to_owned(), as_name), out)?;
    fact("Until", by.expires.as_deref().map_or_else(|| "no end is set".to_owned(), as_name), out)?;
    fact("Rule", text(&finding.rule), out)?;
    fact("Fingerprint", format_args!("<code>{}</code>", finding.fingerprint), out)?;
    out.write_all(b"</dl></li>\n")
}

fn as_name(words: &str) -> String {
    name(words).to_string()
}

/// What of a repository holds it; a report of one source says it of objects only.
pub(super) fn seen(finding: &Finding) -> &[Seen] {
    match (finding.seen.is_empty(), &finding.origin) {
        (true, Some(_)) => &[Seen::History],
        _ => &finding.seen,
    }
}

/// What of a repository holds it, in words.
pub(super) fn seen_word(seen: Seen) -> &'static str {
    match seen {
        Seen::Tree => "work tree",
        Seen::Ignored => "ignored file",
        Seen::Index => "index",
        Seen::History => "history",
        Seen::Metadata => "git metadata",
    }
}

fn heading(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let location = &finding.location;
    write!(
        out,
        "<p class=\"where\"><code class=\"path\">{}</code> <span class=\"at\">",
        name(location.path.as_str())
    )?;
    match (finding.within(), location.place) {
        (Some(within), _) => write!(out, "{}", name(&within))?,
        (None, Place::Content) => {
            write!(out, "line {}, column {}", location.start.line, location.start.column)?;
            if location.end.line != location.start.line {
                write!(out, ", to line {}", location.end.line)?;
            }
        }
        (None, Place::FileName) => out.write_all(b"in the name of the file")?,
    }
    let confidence = finding.confidence;
    write!(out, "</span> <span class=\"badge {confidence}\">{confidence} confidence</span>")?;
    for seen in seen(finding) {
        write!(out, " <span class=\"badge\">{}</span>", seen_word(*seen))?;
    }
    out.write_all(b"</p>\n")
}

fn snippet(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let snippet = &finding.snippet;
    let (before, after) = (snippet.before.trim_start(), snippet.after.trim_end());
    if before.is_empty() && snippet.mask.is_empty() && after.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<pre><code>{}<mark>{}</mark>{}</code></pre>",
        text(before),
        text(&snippet.mask),
        text(after)
    )
}

fn facts(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    if let Some(cell) = finding.location.cell() {
        fact("Cell", name(cell), out)?;
    }
    if let Some(sight) = &finding.sight {
        fact("Certainty", format_args!("{} % that it was read to the letter", sight.certainty), out)?;
        let others = sight::others(finding, sight).collect::<Vec<_>>();
        if !others.is_empty() {
            fact("May also be", names(others.into_iter(), NAMED), out)?;
        }
    }
    front_end(finding, out)?;
    if let (_, Some(member)) = finding.relative.file_and_member() {
        fact("Archive member", name(member), out)?;
    }
    if !finding.encodings.is_empty() {
        let chain: Vec<String> = finding.encodings.iter().map(ToString::to_string).collect();
        fact("Decoded from", text(&chain.join(" \u{2192} ")), out)?;
    }
    let reasons: Vec<String> = sight::reasons(finding).map(ToString::to_string).collect();
    fact("Why", text(&reasons.join("; ")), out)
}

/// The way through a front end, and where the end of it comes from.
fn front_end(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Some(deployed) = &finding.deployed else { return Ok(()) };
    if !deployed.via.is_empty() {
        let way = deployed.via.iter().chain([&finding.location.path]);
        let way: Vec<String> = way.map(|address| name(address.as_str()).to_string()).collect();
        fact("By way of", way.join(" \u{2192} "), out)?;
    }
    if let Some(original) = &deployed.original {
        fact("Made from", name(&deployed::original(original)), out)?;
    }
    if deployed.is_sent_to_baseten {
        fact("Proof", deployed::SENT, out)?;
    }
    Ok(())
}

fn history(origin: &Origin, out: &mut dyn Write) -> io::Result<()> {
    if let Some(commit) = &origin.commit {
        fact("Commit", format_args!("<code>{}</code>", text(&commit.id)), out)?;
        let date = date(commit.seconds);
        fact("Author", format_args!("{}, <time>{}</time>", name(&commit.author), text(&date)), out)?;
    }
    let carried = if origin.commit.is_some() { "" } else { ", which no commit carries" };
    let carried = if matches!(origin.kind, ObjectKind::Blob | ObjectKind::Tree) { carried } else { "" };
    fact("Object", format_args!("{} <code>{}</code>{carried}", origin.kind, text(&origin.object)), out)?;
    let versions = usize::try_from(origin.versions).unwrap_or(usize::MAX);
    let versions = count(versions, "version", "versions");
    let state = match (origin.kind, origin.in_head) {
        (ObjectKind::Commit | ObjectKind::Tag, _) => format!("in the {} itself, not in a file", origin.kind),
        (ObjectKind::Blob, true) => format!("still in HEAD; {versions} of the file"),
        (ObjectKind::Blob, false) => format!("not in HEAD; {versions} of the file"),
        (ObjectKind::Tree, true) => format!("still in HEAD; {versions} of the folder"),
        (ObjectKind::Tree, false) => format!("not in HEAD; {versions} of the folder"),
    };
    fact("State", state, out)?;
    if !origin.other_paths.is_empty() {
        let paths = origin.other_paths.iter();
        fact("Also at", names(paths.map(PathName::as_str), NAMED), out)?;
    }
    let held = match origin.holder {
        // A detached HEAD leads there, and has no name among the refs.
        Holder::Ref if origin.refs.is_empty() => "a ref".to_owned(),
        Holder::Ref => names(origin.refs.iter().map(PathName::as_str), NAMED),
        Holder::Stash => "the stash only".to_owned(),
        Holder::Reflog => "a reflog only: git gc will drop it when the log expires".to_owned(),
        Holder::Index => "the index only".to_owned(),
        Holder::Nothing => {
            "nothing: git gc will drop it, but whoever has a clone that holds it, or its id, can read it"
                .to_owned()
        }
    };
    fact("Held by", held, out)
}

/// Every commit that carries it, where they were asked for.
fn commits(commits: &[CommitSummary], out: &mut dyn Write) -> io::Result<()> {
    let number = count(commits.len(), "commit", "commits");
    writeln!(out, "<details><summary>In {number}</summary><ol class=\"commits\">")?;
    for commit in commits {
        let (id, date) = (text(&commit.id), date(commit.seconds));
        writeln!(out, "<li><code>{id}</code> <time>{}</time> {}</li>", text(&date), name(&commit.author))?;
    }
    out.write_all(b"</ol></details>\n")
}

/// Writes a row of a list of facts. What it says is HTML.
pub(super) fn fact(what: &str, html: impl Display, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<div><dt>{what}</dt><dd>{html}</dd></div>")
}
