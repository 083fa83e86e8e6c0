//! Where in a notebook a text stands, in the words of a person who has it open.
//!
//! Names of members, files and MIME types are the file's own: whoever shows a place
//! masks and sanitises it like any other text of the file.

use std::fmt;

use crate::unpack::json::shown;

/// Where in a notebook a text stands.
///
/// Its `Display` reads `cell 12, output 0 (text/html)`, to which a line of the text may
/// be added; in the alternate form (`{:#}`) also the number that Jupyter shows beside
/// the cell: `cell 12 (In [7]), output 0 (text/html)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellPlace<'p> {
    /// The cell; `None` for what belongs to the notebook as a whole.
    pub cell: Option<Cell<'p>>,
    /// Which field of it.
    pub field: Field<'p>,
    /// The way down to the text within that field, where it holds more than one.
    pub path: &'p [Step<'p>],
}

/// A cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'p> {
    /// Its number in the order of the file, from 1, through all worksheets.
    pub number: usize,
    /// Whether it is run.
    pub kind: CellKind,
    /// The number of its last run, if it has been run.
    pub execution: Option<u64>,
    /// The language it names for itself (nbformat 3 only).
    pub language: Option<&'p [u8]>,
}

/// What a cell is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Source to run.
    Code,
    /// Markdown, headings, raw text, and what is unknown.
    Prose,
}

/// A field of a notebook or a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'p> {
    /// What the cell's author wrote.
    Source,
    /// One of its outputs, counted from 0.
    Output(usize, Form<'p>),
    /// An attached file.
    Attachment {
        /// Its name.
        name: &'p [u8],
        /// Its MIME type.
        mime: &'p [u8],
    },
    /// Metadata of the cell or the notebook.
    Metadata,
    /// The saved state of the notebook's widgets.
    Widgets,
    /// Anything else; the path says what.
    Other,
}

/// What of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'p> {
    /// The text of a stream of this name.
    Stream(&'p [u8]),
    /// Its data of this MIME type.
    Data(&'p [u8]),
    /// `ename`, `evalue` or `traceback`.
    Error(&'p [u8]),
    /// Its metadata.
    Metadata,
    /// Anything else; the path says what.
    Other,
}

/// A step into a nested value. Names are raw, as between the quotes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'p> {
    /// The member of this name.
    Name(&'p [u8]),
    /// The element of this index, from 0.
    Index(usize),
}

impl fmt::Display for CellPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cell {
            Some(cell) => write!(f, "cell {}", cell.number)?,
            None => f.write_str("notebook")?,
        }
        if let (true, Some(execution)) = (f.alternate(), self.cell.and_then(|cell| cell.execution)) {
            write!(f, " (In [{execution}])")?;
        }
        let mut inside = Inside { path: self.path, names: [None, None] };
        match self.field {
            Field::Source => f.write_str(", source")?,
            Field::Metadata => f.write_str(", metadata")?,
            Field::Widgets => f.write_str(", widget state")?,
            Field::Other => f.write_str(", field")?,
            Field::Attachment { name, mime } => {
                f.write_str(", attachment")?;
                inside.names = [Some(name), Some(mime)];
            }
            Field::Output(index, form) => {
                write!(f, ", output {index}")?;
                match form {
                    Form::Stream(name) | Form::Data(name) | Form::Error(name) => {
                        inside.names = [Some(name), None];
                    }
                    Form::Metadata => f.write_str(" metadata")?,
                    Form::Other => {}
                }
            }
        }
        inside.fmt(f)
    }
}

/// What is said in brackets: up to two names, and the end of the path.
struct Inside<'p> {
    names: [Option<&'p [u8]>; 2],
    path: &'p [Step<'p>],
}

impl Inside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The last steps say where one is; a path may have hundreds.
        const STEPS: usize = 8;
        let mut before = " (";
        for name in self.names.iter().flatten() {
            write!(f, "{before}{}", shown(name))?;
            before = ": ";
        }
        let cut = self.path.len().saturating_sub(STEPS);
        if cut > 0 {
            write!(f, "{before}…")?;
            before = ".";
        }
        for step in &self.path[cut..] {
            match step {
                Step::Name(name) => write!(f, "{before}{}", shown(name))?,
                Step::Index(index) => {
                    let before = if before == "." { "" } else { before };
                    write!(f, "{before}[{index}]")?;
                }
            }
            before = ".";
        }
        f.write_str(if before == " (" { "" } else { ")" })
    }
}
