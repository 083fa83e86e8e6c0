//! Lines of text on their way to a canvas: coloured by what they say, and wrapped.

use std::ops::Range;

use baseleak::model::Region;

use super::canvas::{Canvas, Pen};
use super::theme::{Role, Theme};

/// A letter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) letter: char,
    role: Role,
    /// Whether it is one of the key.
    pub(crate) mark: bool,
}

/// A line as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    /// Number of its line in the text, from 0.
    pub(crate) line: usize,
    /// Whether it goes on with a line that began above.
    pub(crate) goes_on: bool,
}

impl Row {
    /// Whether a part of the key stands in it.
    pub(crate) fn is_marked(&self) -> bool {
        self.cells.iter().any(|cell| cell.mark)
    }

    /// Where the key stands in it.
    pub(crate) fn marked(&self) -> Range<usize> {
        let first = self.cells.iter().position(|cell| cell.mark).unwrap_or(0);
        let count = self.cells.iter().filter(|cell| cell.mark).count();
        first..first + count
    }

    pub(crate) fn text(&self, range: Range<usize>) -> String {
        self.cells[range].iter().map(|cell| cell.letter).collect()
    }

    /// Writes it on a canvas; returns where it ends.
    pub(crate) fn draw(&self, canvas: &mut Canvas, pen: &Pen<'_>, theme: &Theme, at: (f32, f32)) -> f32 {
        let mut x = at.0;
        let before = canvas.marks.len();
        for run in self.cells.chunk_by(|one, next| one.role == next.role && one.mark == next.mark) {
            let text: String = run.iter().map(|cell| cell.letter).collect();
            x = canvas.write(&pen.with(theme.ink(run[0].role)), (x, at.1), &text, run[0].mark);
        }
        // A key of several colours is one.
        let pieces = canvas.marks.drain(before..).reduce(Region::join);
        canvas.marks.extend(pieces);
        x
    }
}

/// The lines of `text`, coloured, with `key` marked where it stands.
pub(crate) fn rows(text: &str, key: Option<&str>) -> Vec<Row> {
    let mut rows: Vec<Row> = text
        .lines()
        .enumerate()
        .map(|(line, text)| Row { cells: paint(text), line, goes_on: false })
        .collect();
    for row in &mut rows {
        let shown = row.text(0..row.cells.len());
        let Some(byte) = key.and_then(|key| shown.find(key)) else { continue };
        let start = shown[..byte].chars().count();
        let length = key.map_or(0, str::len);
        row.cells[start..start + length].iter_mut().for_each(|cell| cell.mark = true);
    }
    rows
}

/// Breaks the rows after `columns` letters; what goes on is `indent` letters in.
pub(crate) fn wrap(rows: Vec<Row>, columns: usize, indent: usize) -> Vec<Row> {
    let mut out = Vec::new();
    for row in rows {
        let (mut rest, mut goes_on) = (row.cells.as_slice(), false);
        loop {
            let mut cells = Vec::new();
            if goes_on {
                cells.extend([Cell { letter: ' ', role: Role::Plain, mark: false }].repeat(indent));
            }
            let (now, later) = rest.split_at(rest.len().min(columns - cells.len()));
            cells.extend(now);
            out.push(Row { cells, line: row.line, goes_on });
            if later.is_empty() {
                break;
            }
            (rest, goes_on) = (later, true);
        }
    }
    out
}

const KEYWORDS: &[&str] = &[
    "import", "from", "def", "return", "class", "if", "else", "for", "in", "const", "let", "await", "async",
    "new", "export", "curl", "cat", "docker", "provider", "True", "False", "None", "true", "false", "null",
    "with", "as", "func", "pub", "fn", "self", "this", "INFO", "WARN", "git", "truss", "uvx", "env", "echo",
];

/// A line with the colours of an editor that knows no language well.
fn paint(line: &str) -> Vec<Cell> {
    let letters: Vec<char> = line.chars().collect();
    let mut cells: Vec<Cell> =
        letters.iter().map(|&letter| Cell { letter, role: Role::Plain, mark: false }).collect();
    let mut at = 0;
    while at < letters.len() {
        let (end, role) = token(&letters, at);
        cells[at..end].iter_mut().for_each(|cell| cell.role = role);
        at = end;
    }
    cells
}

/// Where the token that begins at `at` ends, and what it is.
fn token(letters: &[char], at: usize) -> (usize, Role) {
    let is_word = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let until = |end: &dyn Fn(&char) -> bool| {
        letters[at + 1..].iter().position(end).map_or(letters.len(), |found| at + 1 + found)
    };
    let follows_blank = at == 0 || letters[at - 1] == ' ';
    match letters[at] {
        '#' if follows_blank => (letters.len(), Role::Comment),
        '/' if follows_blank && letters.get(at + 1) == Some(&'/') => (letters.len(), Role::Comment),
        '$' if at == 0 => (1, Role::Function),
        quote @ ('"' | '\'') => ((until(&|&letter| letter == quote) + 1).min(letters.len()), Role::Literal),
        letter if letter.is_ascii_digit() => (until(&|letter| !is_word(letter)), Role::Number),
        letter if is_word(&letter) => {
            let end = until(&|letter| !is_word(letter));
            let word: String = letters[at..end].iter().collect();
            let role = match letters.get(end) {
                _ if KEYWORDS.contains(&word.as_str()) => Role::Keyword,
                Some('(') => Role::Function,
                _ => Role::Plain,
            };
            (end, role)
        }
        _ => (at + 1, Role::Plain),
    }
}
