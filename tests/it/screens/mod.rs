//! Screenshots as people take them, drawn at run time: terminals, editors, developer tools,
//! settings, notebooks and chats, in many fonts, sizes, palettes, scales and formats, with a
//! synthetic key of which place and letters are known; and such as hold none.
//!
//! Everything follows from a seed. Nothing here knows how images are read; the one file that
//! names that part of the library is [`eye`].
//!
//! **Invariant:** no key stands in any of these files; each is made at run time, and no
//! description of a case shows it.

pub(crate) mod canvas;
mod capture;
mod editor;
pub(crate) mod eye;
pub(crate) mod fonts;
mod panel;
mod photo;
mod rows;
pub(crate) mod silent;
mod terminal;
mod texts;
mod theme;

use std::fmt;

use baseleak::model::Region;

use crate::contexts::{Kind, Rng};

use canvas::{Canvas, Smoothing};
pub(crate) use capture::{Crop, Format, Zoom};
use fonts::Family;
use theme::{THEMES, Theme};

/// A screenshot.
pub(crate) struct Shot {
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// Width and height in pixels.
    pub(crate) size: (u32, u32),
    /// What was drawn, and how.
    pub(crate) case: Case,
    /// The key that it shows; none where it shows none.
    pub(crate) truth: Option<Truth>,
}

/// What must be read in a screenshot.
pub(crate) struct Truth {
    pub(crate) key: String,
    /// Where the ink of the key is, a region for each line that it is wrapped over.
    pub(crate) regions: Vec<Region>,
}

/// How a screenshot was made.
#[derive(Clone)]
pub(crate) struct Case {
    /// What it shows, such as `terminal: curl`.
    pub(crate) scene: String,
    pub(crate) font: &'static str,
    pub(crate) theme: &'static str,
    /// Height of the em in pixels of the style sheet.
    pub(crate) points: u32,
    pub(crate) zoom: Zoom,
    pub(crate) format: Format,
    pub(crate) smoothing: Smoothing,
    /// Lines that the key is wrapped over.
    pub(crate) lines: usize,
    pub(crate) crop: Crop,
    pub(crate) kind: Option<Kind>,
    pub(crate) seed: u64,
    pub(crate) index: usize,
}

/// One line, without the key.
impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scene, font, theme, points, zoom, format, smoothing, lines, crop, kind, seed, index } =
            self;
        let kind = kind.map_or("no key", Kind::name);
        write!(
            f,
            "{index:>5} (seed {seed}): {scene}, {kind}, {font} {points} px, {theme}, {}, {}, {smoothing:?}, \
             {lines} line(s), crop {crop:?}",
            zoom.name(),
            format.name()
        )
    }
}

/// What every scene is drawn with.
pub(crate) struct Look {
    pub(crate) family: &'static Family,
    /// For what is not written in `family`: a proportional one.
    pub(crate) chrome: &'static Family,
    pub(crate) theme: &'static Theme,
    pub(crate) points: u32,
    pub(crate) factor: f32,
    pub(crate) smoothing: Smoothing,
    /// Whether the key is wrapped over two lines.
    pub(crate) wrap: bool,
    pub(crate) snap: bool,
}

/// What a scene came to.
pub(crate) struct Scene {
    pub(crate) name: String,
    pub(crate) canvas: Canvas,
    /// The family in which the key, or most of the text, is written.
    pub(crate) family: &'static Family,
}

impl Look {
    fn random(rng: &mut Rng, zoom: Zoom) -> Option<Self> {
        let (mono, plain) = (fonts::families(true), fonts::families(false));
        let (family, chrome) = (pick(rng, &mono)?, pick(rng, &plain)?);
        Some(Self {
            family,
            chrome,
            theme: &THEMES[rng.below(THEMES.len())],
            points: u32::try_from(rng.within(zoom.smallest()..=18)).expect("it is small"),
            factor: zoom.factor(),
            smoothing: if rng.one_in(3) { Smoothing::Subpixel } else { Smoothing::Grey },
            wrap: rng.one_in(6),
            snap: rng.one_in(2),
        })
    }
}

fn pick(rng: &mut Rng, families: &[&'static Family]) -> Option<&'static Family> {
    (!families.is_empty()).then(|| families[rng.below(families.len())])
}

/// Screenshot number `index` of `seed`, with a key; none where no font is installed.
pub(crate) fn positive(seed: u64, index: usize) -> Option<Shot> {
    let mut rng = Rng::of_part(seed, index);
    let rng = &mut rng;
    let kind = if rng.below(5) < 3 { Kind::New } else { Kind::Legacy };
    let key = kind.key(rng);
    let zoom = Zoom::random(rng);
    let look = Look::random(rng, zoom)?;
    let scene = match rng.below(12) {
        0..=4 => terminal::session(rng, &look, &key),
        5..=8 => editor::file(rng, &look, &key),
        9 => panel::tools(rng, &look, &key),
        10 => panel::settings(rng, &look, &key),
        _ => panel::notebook(rng, &look, &key),
    };
    let crop = Crop::random(rng, kind);
    let taken = capture::take(rng, scene.canvas, zoom, crop);
    let (bytes, format) = capture::encode(rng, &taken.image);
    let case = Case {
        scene: scene.name,
        font: scene.family.name,
        theme: look.theme.name,
        points: look.points,
        zoom,
        format,
        smoothing: look.smoothing,
        lines: taken.marks.len(),
        crop,
        kind: Some(kind),
        seed,
        index,
    };
    let truth = Truth { key, regions: taken.marks };
    Some(Shot { bytes, size: taken.image.dimensions(), case, truth: Some(truth) })
}
