//! Finds the images in a content as it comes: the content itself, those in the texts of a
//! notebook, and those that are written in base64 in any text.
//!
//! What lies in an archive comes as a content of its own. Nothing is looked at here.

use std::mem;

use crate::model::{Blob, Position, Provenance};
use crate::ocr::Ocr;
use crate::unpack::archive::Kind;
use crate::unpack::embedded::{self, Embedded, Piece};
use crate::unpack::{PartKind, icon, notebook as jupyter};

use super::cursor::Cursor;
use super::json::Json;
use super::{Form, NOTEBOOK, notebook};

/// Bytes of the largest image that is looked at.
const LARGEST: usize = 64 << 20;
/// Bytes of the smallest image that can show a key, compressed.
const SMALLEST: usize = 200;
/// Why an image is not there.
const TOO_LARGE: &str = "larger than 64 MiB";

/// An image in a content.
#[derive(Debug)]
pub(super) struct Image<'i> {
    pub(super) bytes: Bytes<'i>,
    /// Where in a notebook it is.
    pub(super) cell: Option<String>,
    /// Where its data stands; the start of the content where it is the image.
    pub(super) start: Position,
    pub(super) end: Position,
}

/// The bytes of an image.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bytes<'i> {
    /// All of them.
    Whole(&'i [u8]),
    /// Too few to show a key.
    Few,
    /// Not here: why.
    Lost(&'static str),
}

/// Finds the images of one content after another, each of which comes in order.
#[derive(Debug)]
pub(super) struct Images {
    /// Whether images within something are found.
    inside: bool,
    what: What,
    held: Vec<u8>,
    /// Whether no more than may be held came so far.
    fits: bool,
    embedded: Embedded,
}

/// What a content is, as far as images go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// An archive, or whatever else has none of its own.
    Nothing,
    Image,
    Notebook {
        by_name: bool,
    },
    Text,
}

/// Whether what begins with `head` is an image.
fn is_image(head: &[u8]) -> bool {
    Ocr::is_image(head) || icon::is_icon(head)
}

/// Whether a content may have images; of the bytes of an edit, whether what it makes may have
/// some that its like before the edit had not.
pub(in crate::scan) fn may_have(bytes: &[u8]) -> bool {
    is_image(bytes) || embedded::may_hold(bytes)
}

impl What {
    fn of(inside: bool, name: &[u8], head: &[u8]) -> Self {
        if is_image(head) {
            return Self::Image;
        }
        if !inside {
            return Self::Nothing;
        }
        match super::form(name, head) {
            Some(Form::Json(Json::Notebook { by_name })) => Self::Notebook { by_name },
            None
            | Some(Form::Json(Json::SourceMap) | Form::Archive(Kind::Pdf | Kind::Png | Kind::Runnable)) => {
                Self::Text
            }
            Some(Form::Archive(_) | Form::Pack) => Self::Nothing,
        }
    }

    /// Bytes that are held at most.
    fn most(self) -> u64 {
        match self {
            Self::Notebook { .. } => NOTEBOOK,
            _ => LARGEST as u64,
        }
    }
}

impl Images {
    /// Finds those within something only if it is told to.
    pub(super) fn new(inside: bool) -> Self {
        let embedded = Embedded::new(LARGEST);
        Self { inside, what: What::Nothing, held: Vec::new(), fits: true, embedded }
    }

    /// The same for other contents.
    pub(super) fn another(&self) -> Self {
        Self::new(self.inside)
    }

    /// Hands the images that end in this blob to `visit`.
    pub(super) fn see(&mut self, blob: &Blob<'_>, visit: &mut dyn FnMut(&Image<'_>)) {
        if blob.is_first() {
            self.what = What::of(self.inside, blob.provenance.relative, blob.bytes);
            (self.held, self.fits) = (Vec::new(), true);
        }
        match self.what {
            What::Nothing => {}
            What::Text => {
                self.embedded.see(blob, &mut |piece| {
                    pieces(piece, &mut |bytes| {
                        visit(&Image { bytes, cell: None, start: piece.start, end: piece.end });
                    });
                });
            }
            What::Image | What::Notebook { .. } => self.hold(blob, visit),
        }
    }

    /// Holds what comes, and visits when all of it is there.
    fn hold(&mut self, blob: &Blob<'_>, visit: &mut dyn FnMut(&Image<'_>)) {
        let fresh = &blob.bytes[blob.fresh.clone()];
        let is_last = blob.fresh.end == blob.bytes.len();
        self.fits &= (self.held.len() + fresh.len()) as u64 <= self.what.most();
        let held = mem::take(&mut self.held);
        if blob.is_first() && is_last && self.fits {
            return self.finish(fresh, blob.provenance, visit);
        }
        if self.fits {
            self.held = held;
            self.held.extend_from_slice(fresh);
        }
        if is_last {
            let held = mem::take(&mut self.held);
            self.finish(&held, blob.provenance, visit);
        }
    }

    /// Visits the images of a content that is all there, unless it did not fit.
    fn finish(&mut self, bytes: &[u8], provenance: Provenance<'_>, visit: &mut dyn FnMut(&Image<'_>)) {
        let start = Position::START;
        let lost = |why| Image { bytes: Bytes::Lost(why), cell: None, start, end: start };
        match self.what {
            What::Notebook { .. } if !self.fits => visit(&lost("in a notebook larger than 256 MiB")),
            What::Notebook { by_name } => in_notebook(bytes, by_name, provenance, visit),
            _ if !self.fits => visit(&lost(TOO_LARGE)),
            _ => visit(&Image { bytes: Bytes::Whole(bytes), cell: None, start, end: start }),
        }
    }
}

/// Hands the images that a decoded piece is, or is a drawing with, to `visit`.
fn pieces(piece: &Piece<'_>, visit: &mut dyn FnMut(Bytes<'_>)) {
    let bytes = piece.bytes;
    let is_drawing = bytes.starts_with(b"<");
    if is_drawing && !piece.is_whole {
        visit(Bytes::Lost(TOO_LARGE));
    } else if is_drawing {
        // Once: a drawing in a drawing in a drawing is nobody's screenshot.
        let nowhere = Provenance { shown: b"", relative: b"" };
        let mut inner = |inner: &Piece<'_>| {
            if !inner.bytes.starts_with(b"<") {
                pieces(inner, visit);
            }
        };
        Embedded::new(LARGEST).see(&Blob::whole(bytes, nowhere), &mut inner);
    } else if is_image(bytes) && bytes.len() >= SMALLEST {
        visit(if piece.is_whole { Bytes::Whole(bytes) } else { Bytes::Lost(TOO_LARGE) });
    } else if piece.is_declared && bytes.len() < SMALLEST {
        visit(Bytes::Few);
    }
}

/// Hands the images in a notebook to `visit`; in what is no notebook after all, those in the
/// text that it is.
fn in_notebook(bytes: &[u8], by_name: bool, provenance: Provenance<'_>, visit: &mut dyn FnMut(&Image<'_>)) {
    let may_have = embedded::may_hold(bytes) || memchr::memmem::find(bytes, b"image/").is_some();
    if !may_have {
        return;
    }
    let mut lines = Cursor::new(bytes);
    let is_one = by_name || notebook::is_one(bytes);
    let mut embedded = Embedded::new(LARGEST);
    let read = is_one.then(|| {
        jupyter::parts(bytes, &mut |part| {
            let mut at = |image: Bytes<'_>| {
                let value = part.value.clone();
                let (start, end) = (lines.position(value.start), lines.position(value.end));
                visit(&Image { bytes: image, cell: Some(part.place.to_string()), start, end });
            };
            match part.kind {
                PartKind::Binary if is_image(part.text) => at(Bytes::Whole(part.text)),
                PartKind::Text if embedded::may_hold(part.text) => {
                    let text = Blob::whole(part.text, provenance);
                    embedded.see(&text, &mut |piece| pieces(piece, &mut at));
                }
                PartKind::Binary | PartKind::Text => {}
            }
        })
    });
    match read {
        Some(Ok(summary)) if summary.images_passed_over > 0 => {
            let (start, bytes) = (Position::START, Bytes::Lost("in a notebook and larger than 16 MiB"));
            visit(&Image { bytes, cell: None, start, end: start });
        }
        Some(Ok(_)) => {}
        // It is text, as far as anybody can tell.
        Some(Err(_)) | None => embedded.see(&Blob::whole(bytes, provenance), &mut |piece| {
            pieces(piece, &mut |bytes| {
                visit(&Image { bytes, cell: None, start: piece.start, end: piece.end });
            });
        }),
    }
}
