//! Why a file is not read as a notebook, and on which line it shows.
//!
//! No text of the file stands in a reason: the line says where to look.

use std::fmt;

/// A file that cannot be taken as a notebook. It is still text, and to be scanned as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Line of the raw file where it shows, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing but white space.
    Empty,
    /// Bytes that are not UTF-8, as JSON must be.
    Encoding,
    /// A marker that a merge left behind.
    Conflict,
    /// It ends before its JSON does.
    Truncated,
    /// It is not JSON, from the given column on (in bytes, from 1).
    Syntax(usize),
    /// Lists and objects within each other beyond what any notebook needs.
    Depth,
    /// JSON that has neither cells nor worksheets.
    Kind,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match self.fault {
            Fault::Empty => f.write_str("an empty file"),
            Fault::Encoding => write!(f, "line {line}: not UTF-8"),
            Fault::Conflict => write!(f, "line {line}: a conflict marker of a merge"),
            Fault::Truncated => write!(f, "line {line}: the file ends within its JSON"),
            Fault::Syntax(column) => write!(f, "line {line}, column {column}: not JSON"),
            Fault::Depth => write!(f, "line {line}: nested too deeply"),
            Fault::Kind => f.write_str("JSON without the cells of a notebook"),
        }
    }
}

impl std::error::Error for Broken {}
