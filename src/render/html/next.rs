//! What is to be done about a key, in order, with the commands for it.
//!
//! It says what the report allows to say, and asks nobody.

use std::io::{self, Write};

use super::super::help::advice;
use super::super::sight::is_guess;
use super::cards::{Card, Standing};
use super::text::text;
use crate::model::{Attribution, Death, Finding, Report, Validity};

/// Writes the steps of one card.
pub(super) fn write(card: &Card<'_>, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let key = &card.first(report).key;
    out.write_all(b"<ol class=\"next\">\n")?;
    let standing = card.standing();
    if standing != Standing::Inactive {
        doubt(card.attribution, out)?;
    }
    let findings = || card.findings(report);
    match (Shape::of(key), standing) {
        (shape, Standing::Inactive) => dead(card.validity, shape, key, out)?,
        (Shape::Nameless, _) => step(
            "It has no public prefix, and no call of Baseten\u{2019}s API revokes it by name: replace it \
             where it was made.",
            out,
        )?,
        _ if findings().all(is_guess) => command(
            "It was read in an image and may be one of several. Have the inventory say which, and revoke that:",
            "baseleak revoke REPORT",
            out,
        )?,
        (shape, _) => {
            let group = if shape == Shape::Gateway { " --gateway-group GROUP" } else { "" };
            let revoke = format!("baseleak revoke --prefix {key}{group}");
            let explain = format!("baseleak explain {key}");
            if card.attribution == Attribution::Baseten {
                command("Revoke it:", &revoke, out)?;
                command("See what it may do and what it did:", &explain, out)?;
            } else {
                command("Ask Baseten whether it is yours:", &explain, out)?;
                command("If it is, revoke it:", &revoke, out)?;
            }
        }
    }
    for finding in [findings().find(|one| one.sight.is_some()), findings().find(|one| one.deployed.is_some())]
    {
        if let Some(advice) = finding.and_then(advice) {
            step(&text(&advice).to_string(), out)?;
        }
    }
    let is_text = |finding: &&Finding| finding.sight.is_none() && finding.deployed.is_none();
    let mut texts = findings().filter(is_text);
    let in_head = texts.any(|finding| finding.origin.as_ref().is_none_or(|origin| origin.in_head));
    let in_head = in_head || card.exposure.is_some_and(|exposure| exposure.in_head);
    if in_head && standing == Standing::Inactive {
        step("Take it out of the files below, so that nobody takes it for a live one.", out)?;
    } else if in_head {
        step("Take it out of the files below, and read it from the environment or a store of secrets.", out)?;
    }
    let in_history = card.is_in_objects(report);
    if in_history && standing == Standing::Inactive {
        step("It stays in the history, where a dead key does no harm: nothing needs to be rewritten.", out)?;
    } else if in_history {
        step(
            "Taking it out leaves it in the history, and rewriting the history (<code>git filter-repo</code>) \
             leaves it in every clone and fork: only revoking helps. Rewrite after that, if you must.",
            out,
        )?;
    }
    out.write_all(b"</ol>\n")
}

/// What to think of before it is revoked, where it may not be Baseten's.
fn doubt(attribution: Attribution, out: &mut dyn Write) -> io::Result<()> {
    match attribution {
        Attribution::Baseten => Ok(()),
        Attribution::Other => step(
            "The name of another vendor stands nearer to it than Baseten\u{2019}s, and theirs look the same. \
             Find out whose it is: if it is theirs, revoke it there.",
            out,
        ),
        Attribution::Unknown => step(
            "Nothing around it says whose it is. Only Baseten\u{2019}s inventory tells whether it is a key of \
             yours.",
            out,
        ),
    }
}

/// What is left to do about a dead key.
fn dead(validity: Option<&Validity>, shape: Shape, key: &str, out: &mut dyn Write) -> io::Result<()> {
    if matches!(validity, Some(Validity::Inactive(Death::Rejected))) && shape != Shape::Nameless {
        let what = "Nothing is left to revoke, as far as probes tell. Look it up before you rely on that:";
        return command(what, &format!("baseleak explain {key}"), out);
    }
    step("It is dead: nothing is left to revoke.", out)
}

fn step(html: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<li>{html}</li>")
}

/// A step with a command that can be copied. What it says of it is HTML, the command is text.
fn command(html: &str, command: &str, out: &mut dyn Write) -> io::Result<()> {
    let command = text(command);
    writeln!(
        out,
        "<li>{html} <span class=\"command\"><code>{command}</code>\
         <button type=\"button\" class=\"copy\" aria-label=\"Copy: {command}\">Copy</button></span></li>"
    )
}

/// How a key can be named in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// By its prefix alone.
    Key,
    /// By its prefix and the group of its gateway.
    Gateway,
    /// Not at all.
    Nameless,
}

impl Shape {
    /// Nothing but letters, digits and a prefix that is documented is put into a command.
    fn of(key: &str) -> Self {
        let is = |rest: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        match (key.strip_prefix("b10_"), key.strip_prefix("sky_")) {
            (Some(rest), _) if is(rest, 8..=8) => Self::Key,
            (_, Some(rest)) if is(rest, 9..=16) => Self::Gateway,
            (None, None) if is(key, 8..=8) => Self::Key,
            _ => Self::Nameless,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_documented_prefixes_stand_in_commands() {
        let check = |key: &str, expect: Shape| assert_eq!(Shape::of(key), expect, "{key}");
        check("b10_abcd1234", Shape::Key);
        check("abcd1234", Shape::Key);
        check("sky_abcdefghi", Shape::Gateway);
        check("sky_abcd1234", Shape::Nameless);
        check("sha256:0123456789ab", Shape::Nameless);
        check("b10_abcd123", Shape::Nameless);
        check("b10_abcd;rm ", Shape::Nameless);
        check("--yes-ab", Shape::Nameless);
        check("", Shape::Nameless);
    }
}
