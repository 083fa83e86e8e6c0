//! How errors reach the user: what, why, and what to do.
//!
//! **Invariant:** every text passes through [`shown`]: an error may name a file,
//! an option or a line of configuration, and any of them may hold a key.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use baseleak::detect::Detector;
use baseleak::render::github::muted;
use baseleak::render::terminal::sanitise;
use baseleak::rules::RuleSet;

use super::output::is_obeyed;

/// Whether nobody is to be warned.
static IS_HUSHED: AtomicBool = AtomicBool::new(false);

/// From now on no warning is printed: what repositories have in their files is quoted in
/// them, and would go to somebody who takes it for an instruction.
pub(crate) fn hush() {
    IS_HUSHED.store(true, Ordering::Relaxed);
}

/// An error that comes with advice.
#[derive(Debug)]
pub(crate) struct Advised {
    what: String,
    hint: String,
}

impl Advised {
    /// `what` went wrong, and `hint` says what to do.
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for Advised {}

/// Prints `error` and its causes, a line each.
#[expect(clippy::print_stderr, reason = "this is where errors are printed")]
pub(crate) fn print(error: &anyhow::Error) {
    eprintln!("error: {}", said(&error.to_string()));
    for cause in error.chain().skip(1) {
        eprintln!("cause: {}", said(&cause.to_string()));
    }
    if let Some(advised) = error.downcast_ref::<Advised>() {
        eprintln!("hint: {}", said(&advised.hint));
    }
}

/// Prints something that the user should know and that stops nothing.
#[expect(clippy::print_stderr, reason = "this is where warnings are printed")]
pub(crate) fn warn(message: &str) {
    if IS_HUSHED.load(Ordering::Relaxed) {
        return;
    }
    eprintln!("warning: {}", said(message));
}

/// From now on a panic says where it was and not why: its message may quote what was read.
pub(crate) fn veil_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        warn(&format!("an internal error of baseleak at {place}; please report it"));
    }));
}

/// Prints what the user can do.
#[expect(clippy::print_stderr, reason = "this is where advice is printed")]
pub(crate) fn hint(text: &str) {
    eprintln!("hint: {}", said(text));
}

/// Prints what the parser of arguments has to say of wrong usage.
#[expect(clippy::print_stderr, reason = "this is where errors are printed")]
pub(crate) fn usage(error: &clap::Error) {
    for line in masked(&error.render().to_string()).lines() {
        eprintln!("{}", unobeyed(sanitise(line).into_owned()));
    }
}

/// A text as it may be shown: keys masked, control characters written out.
pub(crate) fn shown(text: &str) -> String {
    sanitise(&masked(text)).into_owned()
}

/// A text as it may be printed.
fn said(text: &str) -> String {
    unobeyed(shown(text))
}

/// A line that is no command to a runner that reads it, such as an agent of Azure Pipelines, which
/// looks for `##vso[` on standard error, too.
pub(crate) fn unobeyed(line: String) -> String {
    if is_obeyed() { muted(&line).into_owned() } else { line }
}

/// Ids of git objects stay: they name what is to be looked at, and are no secret.
fn masked(text: &str) -> String {
    let detector = Detector::new(RuleSet::builtin());
    let (mut masked, mut done) = (String::new(), 0);
    for id in ids(text) {
        masked += &detector.masked(&text[done..id.start]);
        masked += &text[id.clone()];
        done = id.end;
    }
    masked + &detector.masked(&text[done..])
}

/// Where 40 hexadecimal digits stand alone.
fn ids(text: &str) -> Vec<Range<usize>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let (bytes, mut ids, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let end = at + bytes[at..].iter().take_while(|byte| is_word(byte)).count();
        if end - at == 40 && bytes[at..end].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            ids.push(at..end);
        }
        at = end.max(at) + 1;
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(shown(text), expect);
    }

    #[test]
    fn ids_stay_and_tokens_go() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        check(&format!("`{id}` is no commit"), &format!("`{id}` is no commit"));
        check(&format!("{id}, {id}"), &format!("{id}, {id}"));
        for token in [id.to_uppercase(), id[1..].to_owned(), format!("{id}8"), format!("{id}_x")] {
            check(&format!("a {token} b"), "a **** b");
        }
        check("ends in \u{e9}", "ends in \u{e9}");
        check("", "");
    }
}
