//! Go's regular expressions (RE2 syntax) in the words of the `regex` crate.
//!
//! A single pass over the text. What means the same in both is copied, what
//! means something else is respelt, and what Go does not know is refused with
//! its offset. Names of groups are dropped: rules speak of groups by number.
//! It does not compile anything: an unknown `\p{…}` is left to the `regex` crate.
//!
//! **Invariant:** an expression has as many capture groups after as before.

use std::fmt::Write as _;

use regex_syntax::is_meta_character;

/// Why an expression is not one of Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at offset {offset}")]
pub(super) struct GoSyntaxError {
    /// Byte offset in the expression, from 0.
    pub offset: usize,
    /// The construct, and what is wrong with it.
    pub what: String,
}

/// The most that Go lets a `{n}` repeat.
const MAX_REPEAT: u32 = 1000;

/// What stands before the place we have reached, as far as repetition cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Atom,
    Repetition,
}

/// Respells one of Go's expressions for the `regex` crate (Unicode mode on).
///
/// # Errors
/// What Go would refuse, or what the `regex` crate cannot do, with its offset.
pub(super) fn translate(go: &str) -> Result<String, GoSyntaxError> {
    let out = String::with_capacity(go.len() + go.len() / 4);
    let mut pass = Pass { go, at: 0, out, before: Before::Nothing, open: Vec::new() };
    pass.run()?;
    Ok(pass.out)
}

struct Pass<'g> {
    go: &'g str,
    at: usize,
    out: String,
    before: Before,
    open: Vec<usize>,
}

impl Pass<'_> {
    fn run(&mut self) -> Result<(), GoSyntaxError> {
        while let Some(c) = self.peek() {
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                ')' => {
                    if self.open.pop().is_none() {
                        return Err(self.fault(self.at, "a `)` without its `(`"));
                    }
                    self.copy(c, Before::Atom);
                }
                '|' => self.copy(c, Before::Nothing),
                '*' | '+' | '?' => self.repetition(self.at, self.at + 1)?,
                '{' => match self.counted()? {
                    Some(end) => self.repetition(self.at, end)?,
                    None => self.literal_here(c),
                },
                '^' | '$' | '.' => self.copy(c, Before::Atom),
                _ => self.literal_here(c),
            }
        }
        match self.open.pop() {
            Some(at) => Err(self.fault(at, "a `(` without its `)`")),
            None => Ok(()),
        }
    }

    fn rest(&self) -> &str {
        &self.go[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    #[expect(clippy::unused_self, reason = "reads as the pass's own complaint at every call")]
    fn fault(&self, offset: usize, what: impl Into<String>) -> GoSyntaxError {
        GoSyntaxError { offset, what: what.into() }
    }

    /// Copies an ASCII operator that means the same in both syntaxes.
    fn copy(&mut self, c: char, before: Before) {
        self.at += c.len_utf8();
        self.out.push(c);
        self.before = before;
    }

    fn literal_here(&mut self, c: char) {
        self.at += c.len_utf8();
        self.literal(c);
        self.before = Before::Atom;
    }

    /// Writes a character that stands for itself, inside or outside a class.
    fn literal(&mut self, c: char) {
        if is_meta_character(c) {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// Where a `{n}`, `{n,}` or `{n,m}` that opens here ends; `None` where the
    /// brace is a literal, as in `{,5}`, `{x}` and `{01}`.
    fn counted(&self) -> Result<Option<usize>, GoSyntaxError> {
        let rest = &self.rest()[1..];
        let inside = &rest[..rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b',').count()];
        if !rest[inside.len()..].starts_with('}') {
            return Ok(None);
        }
        let (least, most) = match inside.split_once(',') {
            None => (inside, inside),
            Some((least, most)) => (least, most),
        };
        let is_number =
            |n: &str| n.bytes().all(|b| b.is_ascii_digit()) && (n.len() == 1 || n.starts_with(|c| c > '0'));
        if !is_number(least) || !(most.is_empty() || is_number(most)) {
            return Ok(None);
        }
        // A number too long for u32 is too large for Go all the same.
        let value = |n: &str| n.parse().unwrap_or(u32::MAX);
        let low = value(least);
        let high = if most.is_empty() { low } else { value(most) };
        if high > MAX_REPEAT || low > high {
            let what =
                format!("the repetition `{{{}}}` (Go allows at most 1000, lesser first)", shown(inside));
            return Err(self.fault(self.at, what));
        }
        Ok(Some(self.at + inside.len() + 2))
    }

    /// Copies a repetition and the `?` that makes it lazy.
    fn repetition(&mut self, start: usize, mut end: usize) -> Result<(), GoSyntaxError> {
        let sign = &self.go[start..end];
        match self.before {
            Before::Nothing => return Err(self.fault(start, format!("a `{sign}` with nothing to repeat"))),
            Before::Repetition => return Err(self.fault(start, format!("a `{sign}` upon a repetition"))),
            Before::Atom => {}
        }
        if self.go[end..].starts_with('?') {
            end += 1;
        }
        self.out.push_str(&self.go[start..end]);
        self.at = end;
        self.before = Before::Repetition;
        Ok(())
    }

    /// Reads a `(`: a capture, a named capture, or flags with or without a group.
    fn group(&mut self) -> Result<(), GoSyntaxError> {
        let start = self.at;
        if let Some(construct) = self.foreign_group() {
            return Err(self.fault(start, format!("{construct}, which Go does not have,")));
        }
        let name_at = ["(?P<", "(?<"].into_iter().find(|open| self.rest().starts_with(open)).map(str::len);
        if let Some(open) = name_at {
            let name = self.rest()[open..].split_once('>').map(|(name, _)| name);
            let word =
                |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            let Some(name) = name.filter(|name| word(name)) else {
                return Err(self.fault(start, "a group name that is not letters, digits and `_`"));
            };
            self.at += open + name.len() + 1;
            self.out.push('(');
        } else if self.rest().starts_with("(?") {
            return self.flags();
        } else {
            self.at += 1;
            self.out.push('(');
        }
        self.open.push(start);
        self.before = Before::Nothing;
        Ok(())
    }

    /// The name of a group construct of other dialects, if one opens here.
    fn foreign_group(&self) -> Option<&'static str> {
        const FOREIGN: &[(&str, &str)] = &[
            ("(?=", "a look-ahead `(?=`"),
            ("(?!", "a negative look-ahead `(?!`"),
            ("(?<=", "a look-behind `(?<=`"),
            ("(?<!", "a negative look-behind `(?<!`"),
            ("(?>", "an atomic group `(?>`"),
            ("(?|", "a branch reset `(?|`"),
            ("(?#", "a comment `(?#`"),
            ("(?(", "a condition `(?(`"),
            ("(?P=", "a backreference `(?P=`"),
            ("(?P>", "a recursion `(?P>`"),
            ("(?R", "a recursion `(?R`"),
            ("(?&", "a recursion `(?&`"),
        ];
        FOREIGN.iter().find(|(open, _)| self.rest().starts_with(open)).map(|(_, name)| *name)
    }

    /// Reads `(?flags)` or `(?flags:`. Go lets a flag stand twice, the `regex` crate does not.
    fn flags(&mut self) -> Result<(), GoSyntaxError> {
        let start = self.at;
        self.at += 2;
        let (mut on, mut off) = (String::new(), String::new());
        let mut minus = false;
        loop {
            let at = self.at;
            match self.take() {
                Some(c @ ('i' | 'm' | 's' | 'U')) => {
                    let side = if minus { &mut off } else { &mut on };
                    if !side.contains(c) {
                        side.push(c);
                    }
                }
                Some('-') if !minus => minus = true,
                Some(end @ (':' | ')')) if !minus || !off.is_empty() => {
                    on.retain(|c| !off.contains(c));
                    self.write_flags(start, &on, &off, end);
                    return Ok(());
                }
                Some(c) => return Err(self.fault(at, format!("the flag `{}`", c.escape_debug()))),
                None => return Err(self.fault(start, "a `(?` without its `)`")),
            }
        }
    }

    fn write_flags(&mut self, start: usize, on: &str, off: &str, end: char) {
        if end == ':' {
            self.open.push(start);
        }
        // Go would let a repetition reach over flags to what stands before
        // them; nobody means that, and it is refused.
        self.before = Before::Nothing;
        if end == ')' && on.is_empty() && off.is_empty() {
            return;
        }
        let minus = if off.is_empty() { "" } else { "-" };
        let _ = write!(self.out, "(?{on}{minus}{off}{end}");
    }

    /// Reads a backslash outside a class.
    fn escape(&mut self) -> Result<(), GoSyntaxError> {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(c @ ('A' | 'z')) => {
                self.at += 1;
                self.out.push('\\');
                self.out.push(c);
            }
            Some(c @ ('b' | 'B')) => {
                self.at += 1;
                let _ = write!(self.out, "(?-u:\\{c})");
            }
            Some('Q') => {
                self.quoted();
                return Ok(());
            }
            Some('p' | 'P') => self.unicode_class(start)?,
            Some(c) if perl_class(c).is_some() => self.perl(c, true),
            _ => {
                let c = self.escaped_char(start)?;
                self.literal(c);
            }
        }
        self.before = Before::Atom;
        Ok(())
    }

    /// Reads `\Q…\E`; a repetition behind it belongs to its last character.
    fn quoted(&mut self) {
        self.at += 1;
        let rest = self.rest();
        let (text, skip) = match rest.find("\\E") {
            Some(end) => (rest[..end].to_owned(), end + 2),
            None => (rest.to_owned(), rest.len()),
        };
        for c in text.chars() {
            self.literal(c);
            self.before = Before::Atom;
        }
        self.at += skip;
    }

    /// Writes `\d`, `\s`, `\w` and their opposites with Go's meaning: ASCII.
    fn perl(&mut self, c: char, bracket: bool) {
        self.at += 1;
        let members = perl_class(c).expect("the caller has looked");
        if c.is_ascii_uppercase() {
            let _ = write!(self.out, "[^{members}]");
        } else if bracket {
            let _ = write!(self.out, "[{members}]");
        } else {
            self.out.push_str(members);
        }
    }

    /// Reads `\pL`, `\p{Name}`, `\p{^Name}` and their opposites.
    fn unicode_class(&mut self, start: usize) -> Result<(), GoSyntaxError> {
        let mut negated = self.take() == Some('P');
        let at = self.at;
        let name = match self.take() {
            Some('{') => {
                let Some((inside, _)) = self.rest().split_once('}') else {
                    return Err(self.fault(start, "a `\\p{` without its `}`"));
                };
                let inside = inside.to_owned();
                self.at += inside.len() + 1;
                inside
            }
            Some(_) => self.go[at..self.at].to_owned(),
            None => return Err(self.fault(start, "a `\\p` without a name")),
        };
        let bare = name.strip_prefix('^').unwrap_or(&name);
        negated ^= bare.len() < name.len();
        if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(self.fault(start, "a `\\p` with a name that is not letters, digits and `_`"));
        }
        let letter = if negated { 'P' } else { 'p' };
        let _ = write!(self.out, "\\{letter}{{{bare}}}");
        Ok(())
    }

    /// Reads what follows a backslash (already read, at `start`) where it stands for one character.
    fn escaped_char(&mut self, start: usize) -> Result<char, GoSyntaxError> {
        let Some(c) = self.take() else { return Err(self.fault(start, "a `\\` at the end")) };
        let code = match c {
            'a' => 0x07,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            'v' => 0x0b,
            'x' => self.hexadecimal(start)?,
            '0' => self.octal(c),
            '1'..='7' if self.peek().is_some_and(|next| next.is_digit(8)) => self.octal(c),
            '1'..='9' => {
                return Err(self.fault(start, format!("a backreference `\\{c}`, which Go does not have,")));
            }
            'C' => return Err(self.fault(start, "a single byte `\\C`, which Go does not have,")),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok(c),
            _ => {
                return Err(self
                    .fault(start, format!("the escape `\\{}`, which Go does not have,", c.escape_debug())));
            }
        };
        char::from_u32(code)
            .ok_or_else(|| self.fault(start, format!("the character U+{code:04X}, which text never holds,")))
    }

    /// Reads up to two more octal digits.
    fn octal(&mut self, first: char) -> u32 {
        let mut code = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            code = code * 8 + digit;
            self.at += 1;
        }
        code
    }

    /// Reads `7F` or `{10FFFF}` behind `\x`.
    fn hexadecimal(&mut self, start: usize) -> Result<u32, GoSyntaxError> {
        let rest = self.rest();
        let (digits, skip) = match rest.strip_prefix('{') {
            Some(inside) => inside.split_once('}').map_or(("", 0), |(digits, _)| (digits, digits.len() + 2)),
            None => (rest.get(..2).unwrap_or(""), 2),
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(self.fault(start, "a `\\x` without its hexadecimal digits"));
        }
        // More digits than u32 holds are more than Unicode holds.
        let code = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
        self.at += skip;
        Ok(code)
    }

    /// Reads a bracket class. Go knows no nesting and no set operations in it,
    /// so `[`, `&&`, `--` and `~~` are plain characters there.
    fn class(&mut self) -> Result<(), GoSyntaxError> {
        let start = self.at;
        self.at += 1;
        self.out.push('[');
        if self.peek() == Some('^') {
            self.at += 1;
            self.out.push('^');
        }
        let mut first = true;
        loop {
            match self.peek() {
                None => return Err(self.fault(start, "a `[` without its `]`")),
                Some(']') if !first => break,
                Some(_) => self.class_item()?,
            }
            first = false;
        }
        self.copy(']', Before::Atom);
        Ok(())
    }

    fn class_item(&mut self) -> Result<(), GoSyntaxError> {
        let start = self.at;
        if self.rest().starts_with("[:") && self.posix_class()? {
            return Ok(());
        }
        let mut ahead = self.rest().chars();
        match (ahead.next(), ahead.next()) {
            (Some('\\'), Some('p' | 'P')) => {
                self.at += 1;
                return self.unicode_class(start);
            }
            (Some('\\'), Some(c)) if perl_class(c).is_some() => {
                self.at += 1;
                self.perl(c, false);
                return Ok(());
            }
            _ => {}
        }
        let low = self.class_char()?;
        self.literal(low);
        let mut ahead = self.rest().chars();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']') {
            self.at += 1;
            let high = self.class_char()?;
            if high < low {
                let range = shown(&self.go[start..self.at]).to_owned();
                return Err(self.fault(start, format!("the range `{range}`, which runs backwards,")));
            }
            self.out.push('-');
            self.literal(high);
        }
        Ok(())
    }

    fn class_char(&mut self) -> Result<char, GoSyntaxError> {
        let start = self.at;
        match self.take() {
            Some('\\') => self.escaped_char(start),
            Some(c) => Ok(c),
            None => Err(self.fault(start, "a `[` without its `]`")),
        }
    }

    /// Copies `[:name:]`; false where no `:]` follows and the bracket is a plain one.
    fn posix_class(&mut self) -> Result<bool, GoSyntaxError> {
        const NAMES: &[&str] = &[
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        let Some((name, _)) = self.rest()[2..].split_once(":]") else { return Ok(false) };
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            let what = format!("the class `[:{}:]`, which Go does not have,", shown(name));
            return Err(self.fault(self.at, what));
        }
        let text = format!("[:{name}:]");
        self.at += text.len();
        self.out.push_str(&text);
        Ok(true)
    }
}

/// The members of a Perl class in Go's sense; `\s` is without the vertical tab.
fn perl_class(c: char) -> Option<&'static str> {
    match c.to_ascii_lowercase() {
        'd' => Some("0-9"),
        's' => Some(r"\t\n\f\r "),
        'w' => Some("0-9A-Za-z_"),
        _ => None,
    }
}

/// The beginning of a text that may be long, for a message.
fn shown(text: &str) -> &str {
    text.char_indices().nth(32).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
#[path = "goregex_tests.rs"]
mod tests;
