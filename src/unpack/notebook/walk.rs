//! The fields of nbformat 3 and 4, and what of them is a text.
//!
//! It is lenient: a field that is not of the form the format gives it is walked as plain
//! JSON, so that no string is lost to a program that writes odd notebooks. Every string
//! value goes out once, but for `cell_type` and `output_type`, which are names.

use std::ops::Range;

use crate::unpack::base64;
use crate::unpack::json::{self, Runs, blank, elements, is_lines, member, members, string, string_end};

use super::place::{Cell, CellKind, CellPlace, Field, Form, Step};
use super::{BINARY, Part, PartKind, Summary};

/// The data fields of an output in nbformat 3, and the MIME types they have had since.
const OLD_DATA: [(&[u8], &[u8]); 8] = [
    (b"html", b"text/html"),
    (b"svg", b"image/svg+xml"),
    (b"png", b"image/png"),
    (b"jpeg", b"image/jpeg"),
    (b"pdf", b"application/pdf"),
    (b"latex", b"text/latex"),
    (b"json", b"application/json"),
    (b"javascript", b"application/javascript"),
];

/// A walk through a notebook that is known to be sound JSON.
pub(super) struct Walk<'a, 'v> {
    bytes: &'a [u8],
    visit: &'v mut dyn FnMut(&Part<'_>),
    summary: Summary,
    /// The way down to where the walk is.
    steps: Vec<Step<'a>>,
    /// Texts are made in here, one after the other.
    scratch: Vec<u8>,
    decoded: Vec<u8>,
}

impl<'a, 'v> Walk<'a, 'v> {
    pub(super) fn new(bytes: &'a [u8], summary: Summary, visit: &'v mut dyn FnMut(&Part<'_>)) -> Self {
        Self { bytes, visit, summary, steps: Vec::new(), scratch: Vec::new(), decoded: Vec::new() }
    }

    /// Walks the notebook that starts at `at`.
    pub(super) fn notebook(mut self, at: usize) -> Summary {
        let bytes = self.bytes;
        for (name, value) in members(bytes, at) {
            match name {
                b"cells" => self.cells(value),
                b"worksheets" if bytes[value.start] == b'[' => {
                    elements(bytes, value.start).for_each(|sheet| self.worksheet(sheet));
                }
                b"metadata" => {
                    for (name, value) in members(bytes, value.start) {
                        let field = if name == b"widgets" { Field::Widgets } else { Field::Metadata };
                        self.member(None, field, name, value);
                    }
                }
                _ => self.member(None, Field::Other, name, value),
            }
        }
        self.summary
    }

    fn worksheet(&mut self, sheet: Range<usize>) {
        for (name, value) in members(self.bytes, sheet.start) {
            match name {
                b"cells" => self.cells(value),
                _ => self.member(None, Field::Other, name, value),
            }
        }
    }

    fn cells(&mut self, cells: Range<usize>) {
        if self.bytes[cells.start] != b'[' {
            return self.member(None, Field::Other, b"cells", cells);
        }
        for value in elements(self.bytes, cells.start) {
            self.summary.cells += 1;
            self.cell(value);
        }
    }

    fn cell(&mut self, value: Range<usize>) {
        let bytes = self.bytes;
        let mut cell =
            Cell { number: self.summary.cells, kind: CellKind::Prose, execution: None, language: None };
        if bytes[value.start] != b'{' {
            return self.tree(Some(cell), Field::Other, value);
        }
        for (name, value) in members(bytes, value.start) {
            match name {
                b"cell_type" if string(bytes, value.clone()) == Some(b"code") => cell.kind = CellKind::Code,
                b"execution_count" | b"prompt_number" => cell.execution = number(bytes, value),
                b"language" => cell.language = string(bytes, value),
                _ => {}
            }
        }
        for (name, value) in members(bytes, value.start) {
            match name {
                b"cell_type" => {}
                b"source" | b"input" => self.lines(Some(cell), Field::Source, value, None),
                b"outputs" if bytes[value.start] == b'[' => {
                    for (index, output) in elements(bytes, value.start).enumerate() {
                        self.summary.outputs += 1;
                        self.output(cell, index, output);
                    }
                }
                b"metadata" => self.tree(Some(cell), Field::Metadata, value),
                b"attachments" => self.attachments(cell, value),
                _ => self.member(Some(cell), Field::Other, name, value),
            }
        }
    }

    fn attachments(&mut self, cell: Cell<'a>, value: Range<usize>) {
        let bytes = self.bytes;
        if bytes[value.start] != b'{' {
            return self.member(Some(cell), Field::Other, b"attachments", value);
        }
        for (name, value) in members(bytes, value.start) {
            if bytes[value.start] != b'{' {
                self.lines(Some(cell), Field::Attachment { name, mime: b"unknown" }, value, None);
                continue;
            }
            for (mime, value) in members(bytes, value.start) {
                self.data(cell, Field::Attachment { name, mime }, mime, value);
            }
        }
    }

    fn output(&mut self, cell: Cell<'a>, index: usize, output: Range<usize>) {
        let bytes = self.bytes;
        let field = |form| Field::Output(index, form);
        if bytes[output.start] != b'{' {
            return self.tree(Some(cell), field(Form::Other), output);
        }
        let (mut stream, mut is_stream): (&[u8], bool) = (b"stream", false);
        for (name, value) in members(bytes, output.start) {
            match (name, string(bytes, value)) {
                (b"output_type", Some(kind)) => is_stream = kind == b"stream",
                (b"name" | b"stream", Some(name)) => stream = name,
                _ => {}
            }
        }
        for (name, value) in members(bytes, output.start) {
            let old = OLD_DATA.iter().find(|(field, _)| *field == name);
            match name {
                b"output_type" => {}
                b"text" if is_stream => self.lines(Some(cell), field(Form::Stream(stream)), value, None),
                b"text" => self.lines(Some(cell), field(Form::Data(b"text/plain")), value, None),
                b"ename" | b"evalue" => self.lines(Some(cell), field(Form::Error(name)), value, None),
                b"traceback" => self.lines(Some(cell), field(Form::Error(name)), value, Some(b'\n')),
                b"metadata" => self.tree(Some(cell), field(Form::Metadata), value),
                b"data" if bytes[value.start] == b'{' => {
                    for (mime, value) in members(bytes, value.start) {
                        self.data(cell, field(Form::Data(mime)), mime, value);
                    }
                }
                _ => match old {
                    Some((_, mime)) => self.data(cell, field(Form::Data(mime)), mime, value),
                    None => self.member(Some(cell), field(Form::Other), name, value),
                },
            }
        }
    }

    /// Data of a MIME type: lines of text, base64, or JSON within the JSON.
    fn data(&mut self, cell: Cell<'a>, field: Field<'a>, mime: &[u8], value: Range<usize>) {
        let is_json = mime.ends_with(b"json") && self.summary.format != Some(3);
        if is_json && self.bytes[value.start] != b'"' || !is_lines(self.bytes, &value) {
            return self.tree(Some(cell), field, value);
        }
        if !is_binary(mime) {
            return self.lines(Some(cell), field, value, None);
        }
        let runs = Runs::new(self.bytes, &value, None);
        let text = json::text(runs, &mut self.scratch);
        match base64::decode(text, BINARY, &mut self.decoded) {
            None => self.lines(Some(cell), field, value, None),
            Some(length) if length > BINARY => {
                self.summary.passed_over += 1;
                self.summary.images_passed_over += usize::from(mime.starts_with(b"image/"));
                self.summary.passed_over_bytes += length as u64;
            }
            Some(_) => {
                let place = CellPlace { cell: Some(cell), field, path: &self.steps };
                (self.visit)(&Part::new(place, &self.decoded, PartKind::Binary, value, runs));
                self.summary.parts += 1;
            }
        }
    }

    /// A text, be it one string or a list of them; anything else as plain JSON.
    fn lines(
        &mut self,
        cell: Option<Cell<'a>>,
        field: Field<'a>,
        value: Range<usize>,
        separator: Option<u8>,
    ) {
        if !is_lines(self.bytes, &value) {
            return self.tree(cell, field, value);
        }
        let runs = Runs::new(self.bytes, &value, separator);
        let place = CellPlace { cell, field, path: &self.steps };
        let text = json::text(runs, &mut self.scratch);
        if !text.is_empty() {
            (self.visit)(&Part::new(place, text, PartKind::Text, value, runs));
            self.summary.parts += 1;
        }
    }

    /// The value of a member, whose name is a step.
    fn member(&mut self, cell: Option<Cell<'a>>, field: Field<'a>, name: &'a [u8], value: Range<usize>) {
        self.steps.push(Step::Name(name));
        self.tree(cell, field, value);
        self.steps.pop();
    }

    /// Every string of a value, each a text of its own.
    fn tree(&mut self, cell: Option<Cell<'a>>, field: Field<'a>, value: Range<usize>) {
        let bytes = self.bytes;
        let mut at = value.start;
        while at < value.end {
            match bytes[at] {
                b'{' => self.steps.push(Step::Name(b"")),
                b'[' => self.steps.push(Step::Index(0)),
                b'}' | b']' => {
                    self.steps.pop();
                }
                b',' => {
                    if let Some(Step::Index(index)) = self.steps.last_mut() {
                        *index += 1;
                    }
                }
                b'"' => {
                    let end = string_end(bytes, at);
                    let next = blank(bytes, end);
                    if next < value.end && bytes[next] == b':' {
                        if let Some(step) = self.steps.last_mut() {
                            *step = Step::Name(&bytes[at + 1..end - 1]);
                        }
                    } else {
                        self.lines(cell, field, at..end, None);
                    }
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    }
}

/// Whether data of this MIME type is kept in base64.
fn is_binary(mime: &[u8]) -> bool {
    let is_text = mime.ends_with(b"+xml") || mime.ends_with(b"json");
    let kinds: [&[u8]; 4] = [b"image/", b"audio/", b"video/", b"font/"];
    let files: [&[u8]; 5] = [
        b"application/pdf",
        b"application/octet-stream",
        b"application/zip",
        b"application/gzip",
        b"application/x-",
    ];
    !is_text && (kinds.iter().chain(&files).any(|start| mime.starts_with(start)))
}

/// A number that is a count.
fn number(bytes: &[u8], value: Range<usize>) -> Option<u64> {
    std::str::from_utf8(&bytes[value]).ok()?.parse().ok()
}

/// What must be known before the first text: `None` where the value at `at` is no notebook.
pub(super) fn outline(bytes: &[u8], at: usize) -> Option<Summary> {
    let (mut summary, mut has_cells) = (Summary::default(), false);
    for (name, value) in members(bytes, at) {
        match name {
            b"cells" | b"worksheets" => has_cells |= bytes[value.start] == b'[',
            b"nbformat" => summary.format = number(bytes, value),
            b"metadata" => summary.language = language(bytes, value.start),
            _ => {}
        }
    }
    has_cells.then_some(summary)
}

/// The language of the notebook's kernel in lower case, by the first field of the metadata
/// at `at` that names it.
fn language(bytes: &[u8], at: usize) -> Option<String> {
    let fields = [("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")];
    let named = fields.iter().filter_map(|(group, name)| {
        let group = member(bytes, at, group)?;
        string(bytes, member(bytes, group.start, name)?)
    });
    let name = named.into_iter().find(|name| !name.is_empty())?;
    Some(String::from_utf8_lossy(name).to_ascii_lowercase())
}
