//! Shows the edits of a file as a unified diff, as much of each line as matters.
//!
//! **Invariant:** every text passes through the detector's mask and is sanitised: what
//! is taken out is a secret, and what stands beside it may be one.

use std::io::{self, Write};
use std::ops::Range;

use baseleak::detect::Detector;
use baseleak::render::terminal::sanitise;
use baseleak::unpack::notebook::clean::Edit;
use colored::Colorize as _;

/// Bytes shown on each side of an edit, at most, but for a token that goes on there.
const AROUND: usize = 80;
/// Bytes of such a token, at most.
const TOKEN: usize = 256;

/// Writes the edits of the file `path`, which holds `old`; they are in order and disjoint.
pub(crate) fn write(
    path: &[u8],
    old: &[u8],
    edits: &[Edit],
    detector: &Detector,
    out: &mut dyn Write,
) -> io::Result<()> {
    let path = detector.path_name(path);
    let path = sanitise(path.as_str());
    writeln!(out, "{}\n{}", format!("--- {path}").bold(), format!("+++ {path}").bold())?;
    let (mut first, mut line, mut counted) = (0, 1, 0);
    while let Some(edit) = edits.get(first) {
        let mut window = around(old, &edit.raw);
        let mut end = first + 1;
        while let Some(next) = edits.get(end).map(|edit| around(old, &edit.raw))
            && next.start <= window.end + 1
        {
            window.end = window.end.max(next.end);
            end += 1;
        }
        line += memchr::memchr_iter(b'\n', &old[counted..window.start]).count();
        counted = window.start;
        let place = detector.masked(&edit.place);
        writeln!(out, "{}", format!("@@ line {line}: {} @@", sanitise(&place)).cyan())?;
        let (before, after) = (old[window.clone()].to_vec(), edited(old, window, &edits[first..end]));
        for (mark, text) in [("-", before), ("+", after)] {
            for line in detector.masked(&String::from_utf8_lossy(&text)).lines() {
                let line = format!("{mark}{}", sanitise(line));
                writeln!(out, "{}", if mark == "-" { line.red() } else { line.green() })?;
            }
        }
        first = end;
    }
    Ok(())
}

/// What is shown of the lines of an edit.
fn around(old: &[u8], edit: &Range<usize>) -> Range<usize> {
    let line_start = memchr::memrchr(b'\n', &old[..edit.start]).map_or(0, |at| at + 1);
    let line_end = memchr::memchr(b'\n', &old[edit.end..]).map_or(old.len(), |at| edit.end + at);
    let is_token = |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"+-_./=".contains(byte);
    let start = edit.start.saturating_sub(AROUND).max(line_start);
    let start = start - old[line_start..start].iter().rev().take(TOKEN).take_while(is_token).count();
    let end = (edit.end + AROUND).min(line_end);
    start..end + old[end..line_end].iter().take(TOKEN).take_while(is_token).count()
}

/// The text of `window` with the edits made.
fn edited(old: &[u8], window: Range<usize>, edits: &[Edit]) -> Vec<u8> {
    let (mut text, mut at) = (Vec::new(), window.start);
    for edit in edits {
        text.extend_from_slice(&old[at..edit.raw.start.max(at)]);
        text.extend_from_slice(&edit.new);
        at = edit.raw.end.max(at);
    }
    text.extend_from_slice(&old[at..window.end.max(at)]);
    text
}
