//! The texts of an image's lines, by what the lines look like, so that what an animation shows
//! on many pictures is read once.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use crate::model::{Region, TextLine};
use crate::ocr::layout::Line;
use crate::ocr::picture::Picture;

/// All texts of an image.
#[derive(Default)]
pub(super) struct Texts {
    /// Chosen anew for every image, so that nobody can make lines that are taken for others.
    hasher: RandomState,
    known: HashMap<u64, usize>,
    all: Vec<Text>,
}

struct Text {
    /// Where the line stands that it was read from.
    left: usize,
    top: usize,
    state: State,
}

enum State {
    Unread,
    Asked,
    Read(Option<TextLine>),
}

impl Texts {
    /// The text of a line, which is that of another line that looks the same, if there is one.
    pub(super) fn of(&mut self, picture: &Picture, line: &Line) -> usize {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_usize(line.area.width());
        for y in line.area.top..line.area.bottom {
            hasher.write(picture.row(y, line.area.left, line.area.right));
        }
        let next = self.all.len();
        let text = *self.known.entry(hasher.finish()).or_insert(next);
        if text == next {
            self.all.push(Text { left: line.area.left, top: line.area.top, state: State::Unread });
        }
        text
    }

    /// Whether nobody asked for it yet.
    pub(super) fn is_new(&self, text: usize) -> bool {
        matches!(self.all[text].state, State::Unread)
    }

    /// Remembers that it is being read, from this line.
    pub(super) fn ask(&mut self, text: usize, line: &Line) {
        self.all[text] = Text { left: line.area.left, top: line.area.top, state: State::Asked };
    }

    /// Keeps what was read.
    pub(super) fn answer(&mut self, text: usize, read: Option<TextLine>) {
        self.all[text].state = State::Read(read);
    }

    /// What was read, at the place of `line`.
    pub(super) fn line(&self, text: usize, line: &Line) -> Option<TextLine> {
        let Text { left, top, state: State::Read(Some(read)) } = &self.all[text] else { return None };
        let moved = |region: Region| Region {
            x: moved(region.x, *left, line.area.left),
            y: moved(region.y, *top, line.area.top),
            ..region
        };
        let mut read = read.clone();
        read.region = moved(read.region);
        for glyph in &mut read.glyphs {
            glyph.region = moved(glyph.region);
        }
        Some(read)
    }
}

/// What is at `at` where the line begins at `from`, where it begins at `to`.
fn moved(at: u32, from: usize, to: usize) -> u32 {
    u32::try_from((at as usize + to).saturating_sub(from)).unwrap_or(u32::MAX)
}
