//! Workflow commands: how one is written, and how a text is kept from being one.
//!
//! The runner reads two forms in the output of a step: `::name key=value::message` at the
//! beginning of a line, blanks before it passed over, and the old `##[name key=value]message`
//! anywhere in a line. It undoes `%25`, `%0D` and `%0A` in messages, and `%3A` and `%2C` as
//! well in properties, as `command.ts` of GitHub's `actions/toolkit` writes them.

use std::borrow::Cow;
use std::io::{self, Write};

use super::super::terminal::sanitise;
use crate::model::Confidence;

/// The property that is the name of a file, and is no text for people: GitHub looks for it
/// as it is.
pub(super) const FILE: &str = "file";

/// How an annotation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    pub(super) fn of(confidence: Confidence) -> Self {
        match confidence {
            Confidence::High => Self::Error,
            Confidence::Medium => Self::Warning,
            Confidence::Low => Self::Notice,
        }
    }

    /// Writes an annotation, with a message of so many lines. What does not show in one of
    /// them or in a property but [`FILE`] is written out.
    pub(super) fn write(
        self,
        properties: &[(&str, &str)],
        lines: &[impl AsRef<str>],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        };
        write!(out, "::{name}")?;
        for (number, (key, value)) in properties.iter().enumerate() {
            let separator = if number == 0 { ' ' } else { ',' };
            let value = if *key == FILE { Cow::from(*value) } else { sanitise(value) };
            write!(out, "{separator}{key}={}", property(&value))?;
        }
        let lines: Vec<String> = lines.iter().map(|line| escaped(&harmless(line.as_ref()))).collect();
        writeln!(out, "::{}", lines.join("%0A"))
    }
}

/// A value as a property holds it.
fn property(value: &str) -> String {
    escaped(value).replace(':', "%3A").replace(',', "%2C")
}

fn escaped(text: &str) -> String {
    // The order matters: `%` comes first.
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A line that the runner takes for no command, with what does not show written out.
pub(super) fn harmless(line: &str) -> String {
    muted(&sanitise(line)).into_owned()
}

/// `line` with a backslash in what could begin a command, also of Azure Pipelines, whose agent
/// reads `##vso[` and `##[` anywhere in a line.
pub fn muted(line: &str) -> Cow<'_, str> {
    match broken(line.as_bytes(), br"\") {
        Cow::Borrowed(_) => Cow::Borrowed(line),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// `line` with what could begin a command written otherwise: `mark` stands before the bracket, or,
/// where it is a way to write `#`, in the place of the first one.
fn broken<'l>(line: &'l [u8], mark: &[u8]) -> Cow<'l, [u8]> {
    let begins = line.trim_ascii_start().starts_with(b"::") || begins_behind_blanks(line);
    let mut made: Vec<u8> = Vec::new();
    let mut done = 0;
    for at in memchr::memmem::find_iter(line, b"##") {
        let behind = &line[at + 2..];
        let word = if behind.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"vso")) { 3 } else { 0 };
        if behind.get(word) != Some(&b'[') {
            continue;
        }
        let bracket = at + 2 + word;
        made.extend_from_slice(&line[done..if mark == br"\" { bracket } else { at }]);
        made.extend_from_slice(mark);
        done = if mark == br"\" { bracket } else { at + 1 };
    }
    if done == 0 && !begins {
        return Cow::Borrowed(line);
    }
    made.extend_from_slice(&line[done..]);
    if begins && let Some(at) = memchr::memmem::find(&made, b"::") {
        made.insert(at + 1, b'\\');
    }
    Cow::Owned(made)
}

/// Blanks of other scripts are passed over, too.
fn begins_behind_blanks(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| line.trim_start().starts_with("::"))
}

/// A writer whose lines the runner takes for no commands, for all that is written where it reads.
/// What cannot be a command comes through as it is; JSON and XML stay what they say.
pub struct Muted<W: Write> {
    out: W,
    line: Vec<u8>,
    /// What stands for `#`, or a backslash; by the first byte of all.
    mark: Option<&'static [u8]>,
}

impl<W: Write> Muted<W> {
    /// Writes to `out`. The last line is there after [`flush`](Write::flush).
    pub fn new(out: W) -> Self {
        Self { out, line: Vec::new(), mark: None }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let Some(first) = line.first() else { return Ok(()) };
        let mark = *self.mark.get_or_insert(match first {
            b'{' | b'[' => br"\u0023",
            b'<' => b"&#35;",
            _ => br"\",
        });
        self.out.write_all(&broken(&line, mark))
    }
}

impl<W: Write> Write for Muted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(properties: &[(&str, &str)], message: &str, expect: &str) {
        let mut out = Vec::new();
        let lines: Vec<&str> = message.split('\n').collect();
        Level::Error.write(properties, &lines, &mut out).expect("a vector takes everything");
        assert_eq!(String::from_utf8(out).expect("it is UTF-8"), format!("{expect}\n"));
    }

    /// The samples of GitHub's documentation of workflow commands.
    #[test]
    fn the_samples_of_the_documentation() {
        check(
            &[("file", "app.js"), ("line", "1"), ("col", "5"), ("endColumn", "7")],
            "Missing semicolon",
            "::error file=app.js,line=1,col=5,endColumn=7::Missing semicolon",
        );
        let mut out = Vec::new();
        let properties = [("file", "app.js"), ("line", "1"), ("endLine", "2"), ("title", "YOUR-TITLE")];
        Level::Warning
            .write(&properties, &["Missing semicolon"], &mut out)
            .expect("a vector takes everything");
        assert_eq!(out, b"::warning file=app.js,line=1,endLine=2,title=YOUR-TITLE::Missing semicolon\n");
    }

    #[test]
    fn properties_and_messages_are_escaped() {
        check(&[("file", "a:b,c%d\ne\r\tg")], "f", "::error file=a%3Ab%2Cc%25d%0Ae%0D\tg::f");
        check(&[("title", "a:b,c%d\ne")], "f", "::error title=a%3Ab%2Cc%25d\\x0ae::f");
        check(&[], "100%: a, b\nc", "::error::100%25: a, b%0Ac");
        check(&[], "%0A%25", "::error::%250A%2525");
        check(&[], "a\rb\x1b", "::error::a\\x0db\\x1b");
    }

    #[test]
    fn no_text_begins_a_command() {
        check(&[], "::set-env name=A::b", "::error:::\\:set-env name=A::b");
        check(&[], "a\n  ::add-mask::b", "::error::a%0A  :\\:add-mask::b");
        check(&[], "a ##[add-mask]b", "::error::a ##\\[add-mask]b");
        check(&[], "a ####[b", "::error::a ####\\[b");
        check(&[], "a ##vso[b] ##VSO[c]", "::error::a ##vso\\[b] ##VSO\\[c]");
        check(&[], "std::string ::a # [b]", "::error::std::string ::a # [b]");
    }

    #[test]
    fn data_is_muted_and_says_the_same() {
        let check = |text: &str, expect: &str| {
            let mut out = Muted::new(Vec::new());
            out.write_all(text.as_bytes()).and_then(|()| out.flush()).expect("a vector takes everything");
            assert_eq!(String::from_utf8_lossy(&out.out), expect);
        };
        check("{\n\"a\": \"##vso[x] ##[y] # ##\"}", "{\n\"a\": \"\\u0023#vso[x] \\u0023#[y] # ##\"}");
        check("<a b=\"##vso[x]\"/>", "<a b=\"&#35;#vso[x]\"/>");
        check("a,##vso[x]\n", "a,##vso\\[x]\n");
    }

    #[test]
    fn lines_for_people_are_muted() {
        let text = "::error::a:1:2: high\n  | ::std::string = ##[warning]a\n \u{a0}::b::c\nplain ::a\n::end";
        let expect =
            ":\\:error::a:1:2: high\n  | ::std::string = ##\\[warning]a\n \u{a0}:\\:b::c\nplain ::a\n:\\:end";
        for step in 1..text.len() {
            let mut out = Muted::new(Vec::new());
            for piece in text.as_bytes().chunks(step) {
                out.write_all(piece).expect("a vector takes everything");
            }
            out.flush().expect("a vector takes everything");
            assert_eq!(out.out, expect.as_bytes(), "in pieces of {step}");
        }
    }
}
