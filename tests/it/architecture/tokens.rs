//! Rust source as tokens with their lines, and the paths that stand in it.
//!
//! Comments and literals are left out, so that no checker trips over a word in
//! prose. This is no parser: it knows `use` trees, `mod` nesting, paths and
//! attributes, and takes everything else as it comes.

use std::collections::HashSet;

/// An identifier (or number), `::`, or one character of punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// Counted from 1.
    pub(super) line: usize,
}

impl Token {
    fn is_name(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphanumeric() || first == '_')
    }
}

/// What a path leads to.
#[derive(Debug)]
pub(super) enum Reference {
    /// Something below this top-level module of the same crate (`*`: the root itself).
    Room { name: String, line: usize },
    /// Another crate, or a local name that looks like one.
    Crate { name: String, line: usize },
}

/// Splits source into tokens.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: text, line: 1, tokens: Vec::new() };
    while !lexer.rest.is_empty() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    /// Goes `length` bytes on and hands them out.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    /// Goes on past the next `end`, or to the end of the text.
    fn skip_past(&mut self, end: &str) {
        let length = self.rest.find(end).map_or(self.rest.len(), |at| at + end.len());
        self.take(length);
    }

    fn push(&mut self, text: &str, line: usize) {
        self.tokens.push(Token { text: text.to_owned(), line });
    }

    fn step(&mut self) {
        let line = self.line;
        let first = self.rest.chars().next().expect("step is called on text that is left");
        if self.rest.starts_with("//") {
            self.skip_past("\n");
        } else if self.rest.starts_with("/*") {
            self.block_comment();
        } else if first == '"' {
            self.quoted('"');
        } else if first == '\'' {
            self.tick();
        } else if first.is_alphanumeric() || first == '_' {
            self.word();
        } else if self.rest.starts_with("::") {
            self.take(2);
            self.push("::", line);
        } else {
            let text = self.take(first.len_utf8());
            if !first.is_whitespace() {
                self.push(text, line);
            }
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0;
        while !self.rest.is_empty() {
            match &self.rest.as_bytes()[..self.rest.len().min(2)] {
                b"/*" => depth += 1,
                b"*/" => depth -= 1,
                _ => {
                    self.take(self.rest.chars().next().map_or(1, char::len_utf8));
                    continue;
                }
            }
            self.take(2);
            if depth == 0 {
                return;
            }
        }
    }

    /// A literal up to its closing `quote`; a backslash hides what follows it.
    fn quoted(&mut self, quote: char) {
        let mut hidden = false;
        let end = self.rest.char_indices().skip(1).find(|&(_, character)| {
            let ends = character == quote && !hidden;
            hidden = character == '\\' && !hidden;
            ends
        });
        self.take(end.map_or(self.rest.len(), |(at, _)| at + 1));
    }

    /// A character literal, or a lifetime, whose name becomes no token.
    fn tick(&mut self) {
        let mut after = self.rest.chars().skip(1);
        let (second, third) = (after.next(), after.next());
        if second == Some('\\') || third == Some('\'') {
            self.quoted('\'');
        } else {
            self.take(1);
            self.take(name_length(self.rest));
        }
    }

    /// An identifier or number, or the prefix of a literal and the literal.
    fn word(&mut self) {
        let line = self.line;
        let word = self.take(name_length(self.rest));
        let hashes = self.rest.bytes().take_while(|&byte| byte == b'#').count();
        if matches!(word, "r" | "br" | "cr") && self.rest[hashes..].starts_with('"') {
            self.take(hashes + 1);
            self.skip_past(&format!("\"{}", "#".repeat(hashes)));
        } else if matches!(word, "b" | "c") && self.rest.starts_with('"') {
            self.quoted('"');
        } else if word == "b" && self.rest.starts_with('\'') {
            self.quoted('\'');
        } else if word == "r" && hashes == 1 {
            self.take(1);
        } else {
            self.push(word, line);
        }
    }
}

fn name_length(text: &str) -> usize {
    text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len())
}

/// Drops the items under `#[cfg(test)]`.
pub(super) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        match attribute(&tokens[at..]) {
            Some(length) if is_test_only(&tokens[at..at + length]) => {
                at += length;
                at += item_length(&tokens[at..]);
            }
            _ => {
                kept.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    kept
}

/// The modules that a file declares under `#[cfg(test)]` and keeps in files of
/// their own, as paths below `src` without `.rs`.
pub(super) fn test_modules(path: &str, tokens: &[Token]) -> Vec<String> {
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let Some(length) = attribute(&tokens[at..]).filter(|length| is_test_only(&tokens[at..at + length]))
        else {
            continue;
        };
        let item = &tokens[at + length..];
        let item = &item[..item_length(item)];
        if item.last().is_some_and(|last| last.text == ";") {
            let home = module_of(path);
            found
                .extend(declared(item).into_iter().map(|name| [home.as_slice(), &[name]].concat().join("/")));
        }
    }
    found
}

/// The length of the outer attribute that `tokens` begin with.
fn attribute(tokens: &[Token]) -> Option<usize> {
    let opens = tokens.len() > 1 && tokens[0].text == "#" && tokens[1].text == "[";
    opens.then(|| 1 + group_length(&tokens[1..]))
}

fn is_test_only(attribute: &[Token]) -> bool {
    let has = |word| attribute.iter().any(|token| token.text == word);
    attribute[2].text == "cfg" && has("test") && !has("not") && !has("any")
}

/// The length of the group whose bracket `tokens` begin with, closing bracket included.
fn group_length(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The length of the item that `tokens` begin with: to its `;` or its block.
fn item_length(tokens: &[Token]) -> usize {
    let mut at = 0;
    let is_use = tokens.first().is_some_and(|token| token.text == "use");
    while at < tokens.len() {
        match tokens[at].text.as_str() {
            ";" => return at + 1,
            "{" if !is_use => return at + group_length(&tokens[at..]),
            "(" | "[" | "{" => at += group_length(&tokens[at..]),
            _ => at += 1,
        }
    }
    at
}

/// The names of the modules that are declared in these tokens.
pub(super) fn declared(tokens: &[Token]) -> Vec<String> {
    let pairs = tokens.windows(2).filter(|pair| pair[0].text == "mod" && pair[1].is_name());
    pairs.map(|pair| pair[1].text.clone()).collect()
}

/// What the paths of a file lead to; what stays inside its own module is left out.
pub(super) fn references(path: &str, tokens: &[Token]) -> Vec<Reference> {
    let mut paths = Paths::default();
    paths.collect(tokens);
    let local: HashSet<String> = declared(tokens).into_iter().collect();
    let bound = paths.found.iter().filter(|found| found.is_use && found.names.len() > 1);
    let bound: HashSet<String> = bound.map(|found| found.bound.clone()).collect();
    let home = module_of(path);
    let mut references = Vec::new();
    for found in paths.found {
        let Some(first) = found.names.first() else { continue };
        let line = found.line;
        match first.as_str() {
            "crate" | "self" | "super" => {
                let base = home.iter().chain(&found.inside).cloned().collect();
                references.push(Reference::Room { name: absolute(base, &found.names), line });
            }
            name if local.contains(name) || (!found.is_use && bound.contains(name)) => {}
            name => references.push(Reference::Crate { name: name.to_owned(), line }),
        }
    }
    references
}

/// The module path of a file: `["detect", "filter"]` of `detect/filter/mod.rs`.
fn module_of(path: &str) -> Vec<String> {
    let mut names: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        names.pop();
    }
    names
}

/// The top-level module that `names`, read in the module `base`, lead to.
fn absolute(mut base: Vec<String>, names: &[String]) -> String {
    for (at, name) in names.iter().enumerate() {
        match name.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => drop(base.pop()),
            _ => {
                base.extend(names[at..].iter().cloned());
                break;
            }
        }
    }
    base.into_iter().next().unwrap_or_else(|| "*".to_owned())
}

/// A path as it is written.
struct Found {
    names: Vec<String>,
    /// The name that a `use` gives it.
    bound: String,
    line: usize,
    is_use: bool,
    /// The modules it stands in within its file.
    inside: Vec<String>,
}

#[derive(Default)]
struct Paths {
    found: Vec<Found>,
    /// Open `mod name {` blocks with the depth of their braces.
    inside: Vec<(String, usize)>,
    depth: usize,
}

impl Paths {
    fn collect(&mut self, tokens: &[Token]) {
        let mut at = 0;
        while at < tokens.len() {
            let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text.as_str());
            match text(0) {
                "mod" if text(2) == "{" => {
                    self.depth += 1;
                    self.inside.push((text(1).to_owned(), self.depth));
                    at += 3;
                }
                "{" => {
                    self.depth += 1;
                    at += 1;
                }
                "}" => {
                    self.inside.pop_if(|(_, depth)| *depth == self.depth);
                    self.depth = self.depth.saturating_sub(1);
                    at += 1;
                }
                "use" if text(1) != "<" => at = self.tree(tokens, at + 1, &[]),
                "extern" if text(1) == "crate" => {
                    self.push(vec![text(2).to_owned()], String::new(), tokens[at].line, true);
                    at += 3;
                }
                _ => at = self.inline(tokens, at),
            }
        }
    }

    fn push(&mut self, names: Vec<String>, bound: String, line: usize, is_use: bool) {
        let inside = self.inside.iter().map(|(name, _)| name.clone()).collect();
        self.found.push(Found { names, bound, line, is_use, inside });
    }

    /// Reads one branch of a `use` tree from `at`; returns where it ends.
    fn tree(&mut self, tokens: &[Token], mut at: usize, prefix: &[String]) -> usize {
        let mut names = prefix.to_vec();
        let line = tokens.get(at).map_or(0, |token| token.line);
        let mut bound = None;
        while let Some(token) = tokens.get(at) {
            match token.text.as_str() {
                "{" => {
                    while tokens.get(at).is_some_and(|token| token.text != "}" && token.text != ";") {
                        at += 1;
                        if tokens.get(at).is_some_and(|token| token.text != "}") {
                            at = self.tree(tokens, at, &names);
                        }
                    }
                    return at + 1;
                }
                "as" => {
                    bound = tokens.get(at + 1).map(|token| token.text.clone());
                    at += 1;
                }
                "," | ";" | "}" => break,
                "self" if !names.is_empty() => {}
                name if token.is_name() || name == "*" => names.push(name.to_owned()),
                _ => {}
            }
            at += 1;
        }
        let bound = bound.or_else(|| names.last().cloned()).unwrap_or_default();
        self.push(names, bound, line, true);
        at
    }

    /// Reads a path outside `use` from `at`, if one begins there; returns where to go on.
    fn inline(&mut self, tokens: &[Token], at: usize) -> usize {
        let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
        let goes_on = at > 0 && is(at - 1, "::") && at > 1 && (tokens[at - 2].is_name() || is(at - 2, ">"));
        if !tokens[at].is_name() || goes_on || !(is(at + 1, "::") || at > 0 && is(at - 1, "::")) {
            return at + 1;
        }
        let mut names = vec![tokens[at].text.clone()];
        let mut end = at + 1;
        while is(end, "::") && tokens.get(end + 1).is_some_and(Token::is_name) {
            names.push(tokens[end + 1].text.clone());
            end += 2;
        }
        self.push(names, String::new(), tokens[at].line, false);
        end
    }
}
