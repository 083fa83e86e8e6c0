//! As much of Python and of `IPython`'s additions as it takes to know what a secret in a
//! cell's source is: a literal, a part of one, a word of a shell line, something else.
//!
//! It reads strings, comments and lines that are not Python, and nothing of the grammar.
//! Where it is not sure, a marker stands in for the secret.

mod statement;

use std::ops::Range;

use super::{Change, MARKER, VARIABLE};

/// What stands where a secret stood that is code.
const NAME: &str = "removed_by_baseleak";
/// f-strings within each other beyond this are read as plain strings.
const NESTING: usize = 8;

/// What a stretch of the source is. What no token covers is code or white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A string literal with its prefix.
    Literal,
    Comment,
    /// A command line, or a cell of them.
    Shell,
    /// A magic whose words mean nothing to Python or a shell.
    Magic,
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    span: Range<usize>,
    /// A literal's text between the quotes.
    body: Range<usize>,
    /// How deep in fields of f-strings it stands.
    nesting: usize,
}

/// What to write instead of a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    /// Spans of the source and their new texts.
    pub texts: Vec<(Range<usize>, String)>,
    pub change: Change,
}

/// The source of a Python cell.
pub(super) struct Source<'a> {
    text: &'a [u8],
    tokens: Vec<Token>,
    /// Where statements begin that begin a line.
    statements: Vec<usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        let mut source = Self { text, tokens: Vec::new(), statements: Vec::new() };
        source.read();
        source.tokens.sort_by_key(|token| (token.span.start, std::cmp::Reverse(token.span.end)));
        source
    }

    /// What to write so that `secret` is gone, which may be written in an encoding.
    pub(super) fn without(&self, secret: &Range<usize>, is_encoded: bool) -> Replacement {
        let replacement = self.replacement(secret, is_encoded);
        // What stands before the place of an import cannot look anything up.
        let looks_up = replacement.change == Change::Environment;
        if looks_up && secret.start < self.import_at() { marker(secret) } else { replacement }
    }

    fn replacement(&self, secret: &Range<usize>, is_encoded: bool) -> Replacement {
        let holder = |at: usize| {
            let holds = |token: &&Token| token.span.contains(&at);
            self.tokens.iter().filter(holds).max_by_key(|token| token.nesting)
        };
        let (first, last) = match (holder(secret.start), holder(secret.end - 1)) {
            (Some(first), Some(last)) => (first, last),
            (None, None) => return self.in_code(secret),
            _ => return marker(secret),
        };
        let is_one = first.span == last.span;
        match (first.kind, last.kind) {
            (Kind::Literal, _) if is_one && is_encoded => self.encoded(first, secret),
            (Kind::Literal, _) if is_one && self.is_fixed(first) => marker(secret),
            (Kind::Literal, _) if is_one => self.in_literal(first, secret),
            (Kind::Literal, Kind::Literal) => self.over_literals(first, last, secret, is_encoded),
            (Kind::Shell, _) if is_one && !is_encoded => self.in_shell(first, secret),
            _ if is_encoded => marker(&word(self.text, secret)),
            _ => marker(secret),
        }
    }

    /// A secret that is code, as the old name of an attribute would be: a name, since that
    /// may stand wherever it stood, and says what is missing when the cell is run.
    fn in_code(&self, secret: &Range<usize>) -> Replacement {
        let before = self.text[..secret.start].last().is_none_or(|byte| b" \t\n\r(=,[{:".contains(byte));
        let behind = self.text.get(secret.end).is_none_or(|byte| b" \t\n\r)=,]}:.;".contains(byte));
        if before && behind {
            return Replacement { texts: vec![(secret.clone(), NAME.to_owned())], change: Change::Marker };
        }
        marker(secret)
    }

    /// A secret in an encoding, of which nothing is to stay, nor to be decoded.
    fn encoded(&self, literal: &Token, secret: &Range<usize>) -> Replacement {
        let body = &self.text[literal.body.clone()];
        let is_all = body.iter().all(|byte| is_encoding(*byte) || b"\n\r".contains(byte));
        if is_all { marker(&literal.body) } else { marker(&word(self.text, secret)) }
    }

    fn in_literal(&self, literal: &Token, secret: &Range<usize>) -> Replacement {
        let quote = self.text[literal.span.end - 1];
        let prefix = self.prefix(literal);
        let is_bytes = prefix.contains(&b'b');
        let environment = |texts| Replacement { texts, change: Change::Environment };
        if literal.body == *secret && !self.has_neighbour(literal) && !prefix.contains(&b't') {
            let quote = if literal.nesting > 0 { quote } else { b'"' };
            let encode = if is_bytes { ".encode()" } else { "" };
            let (space, hint) = (self.space(literal), self.hint(literal));
            let text = format!("{space}{}{encode}{hint}", look_up(quote));
            return environment(vec![(literal.span.clone(), text)]);
        }
        // The field of an f-string may not hold its own quotes before Python 3.12.
        let field = format!("{{{}}}", look_up(if quote == b'"' { b'\'' } else { b'"' }));
        let body = &self.text[literal.body.clone()];
        let text = |at: &Range<usize>| (at.clone(), field.clone());
        if literal.nesting > 0 || is_bytes || prefix.contains(&b't') {
            marker(secret)
        } else if prefix.contains(&b'f') {
            let field_open = self.in_field(literal, secret.start);
            if field_open { marker(secret) } else { environment(vec![text(secret)]) }
        } else if prefix.is_empty() && !body.iter().any(|byte| b"{}\\\n".contains(byte)) {
            let start = literal.span.start;
            environment(vec![(start..start, format!("{}f", self.space(literal))), text(secret)])
        } else {
            marker(secret)
        }
    }

    /// A secret written as several literals in a row.
    fn over_literals(
        &self,
        first: &Token,
        last: &Token,
        secret: &Range<usize>,
        is_encoded: bool,
    ) -> Replacement {
        let is_whole = first.body.start == secret.start && last.body.end == secret.end;
        let is_plain = |literal: &Token| self.prefix(literal).is_empty() && literal.nesting == 0;
        let alone = self.neighbour(first, false).is_none() && self.neighbour(last, true).is_none();
        let stays = is_encoded || self.is_fixed(first);
        if !stays && is_whole && is_plain(first) && is_plain(last) && alone {
            let text = [self.space(first), &look_up(b'"')].concat();
            let texts = vec![(first.span.start..last.span.end, text)];
            return Replacement { texts, change: Change::Environment };
        }
        // What is left of the literals closes and opens as before.
        let (closing, opening) = (first.body.end..first.span.end, last.span.start..last.body.start);
        let seam: Vec<u8> = [&self.text[closing], b" ", &self.text[opening]].concat();
        let text = format!("{MARKER}{}", String::from_utf8_lossy(&seam));
        Replacement { texts: vec![(secret.clone(), text)], change: Change::Marker }
    }

    fn in_shell(&self, line: &Token, secret: &Range<usize>) -> Replacement {
        let next = self.text.get(secret.end);
        if next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return marker(secret);
        }
        let text = if is_single_quoted(&self.text[line.span.start..secret.start]) {
            format!("'\"${VARIABLE}\"'")
        } else {
            format!("${VARIABLE}")
        };
        Replacement { texts: vec![(secret.clone(), text)], change: Change::Variable }
    }

    /// The letters before a literal's quotes, in lower case.
    fn prefix(&self, literal: &Token) -> Vec<u8> {
        let letters = &self.text[literal.span.start..literal.body.start];
        letters.iter().filter(|byte| byte.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect()
    }

    /// Whether `at` stands within a field of an f-string, and not in its text.
    fn in_field(&self, literal: &Token, at: usize) -> bool {
        let mut depth = 0_usize;
        let mut bytes = self.text[literal.body.start..at].iter().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'{' | b'}' if depth == 0 && bytes.peek() == Some(&byte) => {
                    bytes.next();
                }
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        depth > 0
    }

    /// Whether a literal is one of several that Python reads as one string.
    fn has_neighbour(&self, literal: &Token) -> bool {
        self.neighbour(literal, false).is_some() || self.neighbour(literal, true).is_some()
    }

    /// The literal right before or after this one, with nothing but white space and comments between.
    fn neighbour(&self, literal: &Token, after: bool) -> Option<&Token> {
        let is_blank = |byte: u8| byte.is_ascii_whitespace() || byte == b'\\';
        let mut at = if after { literal.span.end } else { literal.span.start };
        loop {
            at = if after {
                at + self.text[at..].iter().take_while(|byte| is_blank(**byte)).count()
            } else {
                at - self.text[..at].iter().rev().take_while(|byte| is_blank(**byte)).count()
            };
            let touches = |token: &&Token| at == if after { token.span.start } else { token.span.end };
            let token = self.tokens.iter().filter(touches).find(|token| token.nesting == literal.nesting)?;
            match token.kind {
                Kind::Literal => return Some(token),
                Kind::Comment => at = if after { token.span.end } else { token.span.start },
                _ => return None,
            }
        }
    }

    fn read(&mut self) {
        let text = self.text;
        let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
        let mut at = start;
        if text[start..].starts_with(b"%%") {
            let body = line_end(text, start);
            match Magic::of(&text[start + 2..body]) {
                Magic::Python => at = body,
                Magic::Shell => return self.push(Kind::Shell, body..text.len()),
                Magic::Other => return self.push(Kind::Magic, start..text.len()),
            }
        }
        self.code(at, 0, None);
    }

    /// Reads code from `at` on, up to the end or to what closes a field within a literal
    /// of these quotes. Says where.
    fn code(&mut self, mut at: usize, nesting: usize, field_of: Option<&[u8]>) -> usize {
        let text = self.text;
        let (mut brackets, mut statement) = (0_usize, nesting == 0);
        while let Some(&byte) = text.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'\n' if field_of.is_some_and(|quotes| quotes.len() == 1) => return start,
                b'\n' => {
                    statement = brackets == 0;
                    continue;
                }
                b' ' | b'\t' | b'\r' => continue,
                b'#' => {}
                _ if statement => self.statements.push(start),
                _ => {}
            }
            match byte {
                b'#' if field_of.is_none() => {
                    at = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |length| start + length);
                    self.push_nested(Kind::Comment, start..at, start..at, nesting);
                    continue;
                }
                b'"' | b'\'' => at = self.literal(start, start, nesting),
                b'}' if field_of.is_some() && brackets == 0 => return at,
                b'(' | b'[' | b'{' => brackets += 1,
                b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
                b'!' | b'%' if field_of.is_none() && self.opens_line(start, statement) => {
                    at = self.special(start);
                    continue;
                }
                b'\\' if text.get(at) == Some(&b'\n') => at += 1,
                _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                    at = self.word(start, nesting);
                }
                _ => {}
            }
            statement = false;
        }
        at
    }

    /// Whether the `!` or `%` at `at` begins a command or a magic rather than an operator.
    fn opens_line(&self, at: usize, statement: bool) -> bool {
        let before = self.text[..at].trim_ascii_end().last();
        match self.text[at] {
            b'!' => self.text.get(at + 1) != Some(&b'='),
            _ => statement || before == Some(&b'='),
        }
    }

    /// Reads a command or a magic; says where it ends, or where its Python begins.
    fn special(&mut self, at: usize) -> usize {
        let end = line_end(self.text, at);
        if self.text[at] == b'!' {
            self.push(Kind::Shell, at + 1..end);
            return end.max(at + 1);
        }
        match Magic::of(&self.text[at + 1..end]) {
            Magic::Python => return at + 1,
            Magic::Shell => self.push(Kind::Shell, at + 1..end),
            Magic::Other => self.push(Kind::Magic, at..end),
        }
        end.max(at + 1)
    }

    /// Reads a word, and the literal that it is the prefix of.
    fn word(&mut self, start: usize, nesting: usize) -> usize {
        let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
        let end = start + self.text[start..].iter().take_while(is_letter).count();
        let is_prefix = end - start <= 2
            && self.text[start..end].iter().all(|byte| b"rbfutRBFUT".contains(byte))
            && matches!(self.text.get(end), Some(b'"' | b'\''));
        if is_prefix { self.literal(start, end, nesting) } else { end }
    }

    /// Reads the literal whose prefix starts at `start` and whose quotes start at `open`.
    fn literal(&mut self, start: usize, open: usize, nesting: usize) -> usize {
        let text = self.text;
        let quote = text[open];
        let is_triple = text[open..].starts_with(&[quote; 3]);
        let quotes = &text[open..open + if is_triple { 3 } else { 1 }];
        let has_fields = text[start..open].iter().any(|byte| b"fF".contains(byte)) && nesting < NESTING;
        let body = open + quotes.len();
        let mut at = body;
        while let Some(&byte) = text.get(at) {
            if text[at..].starts_with(quotes) {
                self.push_nested(Kind::Literal, start..at + quotes.len(), body..at, nesting);
                return at + quotes.len();
            }
            match byte {
                b'\n' if !is_triple => return at,
                b'\\' => at += 1,
                b'{' if has_fields && text.get(at + 1) == Some(&b'{') => at += 1,
                b'{' if has_fields => {
                    at = self.code(at + 1, nesting + 1, Some(quotes));
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        at.min(text.len())
    }

    fn push(&mut self, kind: Kind, span: Range<usize>) {
        self.push_nested(kind, span.clone(), span, 0);
    }

    fn push_nested(&mut self, kind: Kind, span: Range<usize>, body: Range<usize>, nesting: usize) {
        self.tokens.push(Token { kind, span, body, nesting });
    }
}

/// What the rest of a magic's line, or the body of its cell, is.
enum Magic {
    Python,
    Shell,
    Other,
}

impl Magic {
    /// By what follows its `%` or `%%`.
    fn of(line: &[u8]) -> Self {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        match words.next().unwrap_or_default() {
            b"time" | b"timeit" | b"capture" | b"prun" | b"memit" | b"mprun" | b"python" | b"python3" => {
                Self::Python
            }
            b"bash" | b"sh" | b"sx" | b"system" | b"!" | b"shell" => Self::Shell,
            b"script"
                if words.next().is_some_and(|shell| [b"bash".as_slice(), b"sh", b"zsh"].contains(&shell)) =>
            {
                Self::Shell
            }
            _ => Self::Other,
        }
    }
}

/// Whether a byte may be part of something encoded.
fn is_encoding(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}

/// All of the base64 or hex that `secret` is in; only itself, where it is in neither.
pub(super) fn word(text: &[u8], secret: &Range<usize>) -> Range<usize> {
    let is_letter = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    if !text[secret.clone()].iter().all(|byte| is_letter(&byte) || *byte == b'=') {
        return secret.clone();
    }
    let before = text[..secret.start].iter().rev().take_while(is_letter).count();
    let rest = &text[secret.end..];
    let behind = rest.iter().take_while(is_letter).count();
    let padding = rest[behind..].iter().take(2).take_while(|byte| **byte == b'=').count();
    secret.start - before..secret.end + behind + padding
}

fn marker(secret: &Range<usize>) -> Replacement {
    Replacement { texts: vec![(secret.clone(), MARKER.to_owned())], change: Change::Marker }
}

fn look_up(quote: u8) -> String {
    let quote = char::from(quote);
    format!("os.environ[{quote}{VARIABLE}{quote}]")
}

/// Where the line ends on which `at` stands, those that a backslash adds to it included.
fn line_end(text: &[u8], at: usize) -> usize {
    let ends = |end: &usize| text[..*end].strip_suffix(b"\r").unwrap_or(&text[..*end]).last() != Some(&b'\\');
    memchr::memchr_iter(b'\n', &text[at..]).map(|length| at + length).find(ends).unwrap_or(text.len())
}

/// Whether a shell that has read `line` is within single quotes.
fn is_single_quoted(line: &[u8]) -> bool {
    let (mut quote, mut last) = (None, b' ');
    let mut bytes = line.iter();
    while let Some(&byte) = bytes.next() {
        match (quote, byte) {
            (Some(b'#'), b'\n') => quote = None,
            (Some(open), _) if open == byte => quote = None,
            (None | Some(b'"'), b'\\') => {
                bytes.next();
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'#') if last.is_ascii_whitespace() => quote = Some(byte),
            _ => {}
        }
        last = byte;
    }
    quote == Some(b'\'')
}

/// Whether code makes `os` known.
pub(super) fn imports_os(code: &[u8]) -> bool {
    code.split(|byte| b"\n;".contains(byte)).any(|statement| {
        let Some(modules) = statement.trim_ascii_start().strip_prefix(b"import ") else { return false };
        let modules = modules.split(|&byte| byte == b'#').next().unwrap_or_default();
        modules.split(|&byte| byte == b',').any(|module| {
            let module = module.trim_ascii();
            module == b"os" || module.starts_with(b"os.") && !module.contains(&b' ')
        })
    })
}
