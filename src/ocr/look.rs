//! One look at an image: its pictures, their lines, and which of these are read.
//!
//! What may hold a key is read first. Only where that looks like one is read what stands
//! around it, which says whose key it is.

mod batch;
mod texts;

use std::ops::ControlFlow;

use super::clock::Clock;
use super::layout::{self, Layout, Line, MOST_LINES};
use super::picture::Picture;
use super::tesseract::Tesseract;
use super::{Frame, Looked, decode};
use crate::model::TextLine;
use batch::Batch;
use texts::Texts;

/// Fewer pixels than this cannot show a key: 41 letters of 4 by 6 pixels.
const FEWEST_PIXELS: u64 = 1_000;
/// Lines around something like a key that are read for what they say of it.
const AROUND: usize = 5;
/// Letters and digits in a row that make something like a key, or the longer part of one.
const KEY_LIKE: usize = 20;

/// A picture that has lines which may hold a key.
struct Reading {
    index: u32,
    size: (u32, u32),
    places: Vec<Place>,
    /// Whether it has more lines than are looked at.
    is_cut: bool,
}

/// A line of a picture.
struct Place {
    line: Line,
    /// Which of the texts it is: lines that look the same are read once.
    text: usize,
    /// Whether it may hold a key and stood on no picture before.
    is_new: bool,
    /// Whether it stands around something like a key.
    is_near: bool,
}

/// Looks at `bytes`.
pub(super) fn look(tesseract: &Tesseract, clock: &Clock, bytes: &[u8]) -> Looked {
    if let Some((width, height)) = decode::size(bytes)
        && u64::from(width) * u64::from(height) < FEWEST_PIXELS
    {
        return Looked::Plain;
    }
    if let Err(why) = clock.until() {
        return Looked::Skipped(why);
    }
    let mut texts = Texts::default();
    let mut readings = Vec::new();
    let (mut only, mut has_picture) = (None, false);
    let mut batch = Batch::new(tesseract, clock);
    let first = each(bytes, clock, &mut |index, picture| {
        has_picture = true;
        let reading = read_wanted(index, &picture, &mut texts, &mut batch);
        readings.extend(reading?);
        only = (index == 0).then_some(picture);
        Ok(())
    });
    let mut missing = first.and(batch.finish(&mut texts)).err();
    for reading in &mut readings {
        mark_near(reading, &texts);
    }
    let is_near = |reading: &Reading| reading.places.iter().any(|place| place.is_near);
    if missing.is_none() && readings.iter().any(is_near) {
        let mut batch = Batch::new(tesseract, clock);
        let second = match &only {
            Some(picture) => read_near(&readings, 0, picture, &mut texts, &mut batch),
            None => each(bytes, clock, &mut |index, picture| {
                read_near(&readings, index, &picture, &mut texts, &mut batch)
            }),
        };
        missing = second.and(batch.finish(&mut texts)).err();
    }
    // Where nothing was to be read, it is what follows that is missing.
    let is_partly = has_picture && readings.is_empty();
    outcome(&readings, &texts, missing, is_partly)
}

/// Gives each picture to `visit` until it fails or the budget runs out; the first failure, of it
/// or of decoding.
fn each(
    bytes: &[u8],
    clock: &Clock,
    visit: &mut dyn FnMut(u32, Picture) -> Result<(), String>,
) -> Result<(), String> {
    let mut visited = Ok(());
    let decoded = decode::pictures(bytes, &mut |index, picture| {
        visited = clock.until().and_then(|_| visit(index, picture));
        if visited.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    visited.and(decoded)
}

/// Hands the lines that may hold a key and are not known yet to `batch`; none where there is no
/// new one.
fn read_wanted(
    index: u32,
    picture: &Picture,
    texts: &mut Texts,
    batch: &mut Batch<'_>,
) -> Result<Option<Reading>, String> {
    let Layout { lines, wanted, is_cut } = layout::layout(picture);
    let mut places = Vec::new();
    for (line, wanted) in lines.into_iter().zip(wanted) {
        let text = texts.of(picture, &line);
        let is_new = wanted && texts.is_new(text);
        if is_new {
            batch.add(text, picture, &line, texts)?;
        }
        places.push(Place { line, text, is_new, is_near: false });
    }
    let has_new = places.iter().any(|place| place.is_new);
    Ok(has_new.then(|| Reading { index, size: picture.size(), places, is_cut }))
}

/// Marks the lines around those that were read and look like a key.
fn mark_near(reading: &mut Reading, texts: &Texts) {
    let places = &reading.places;
    let like: Vec<usize> = (0..places.len())
        .filter(|&at| {
            places[at].is_new
                && texts.line(places[at].text, &places[at].line).is_some_and(|line| is_key_like(&line))
        })
        .collect();
    for at in like {
        let own = reading.places[at].line.area;
        let height = reading.places[at].line.height();
        let middle = usize::midpoint(own.top, own.bottom);
        let reach = height * 2 * AROUND;
        let mut near: Vec<(usize, usize)> = (0..reading.places.len())
            .filter(|&other| other != at)
            .map(|other| {
                let area = reading.places[other].line.area;
                (usize::midpoint(area.top, area.bottom).abs_diff(middle), other)
            })
            .filter(|(distance, _)| *distance <= reach)
            .collect();
        near.sort_unstable();
        for (_, other) in near.into_iter().take(2 * AROUND) {
            reading.places[other].is_near = true;
        }
        reading.places[at].is_near = true;
    }
}

/// Hands the lines of a picture that stand around something like a key to `batch`.
fn read_near(
    readings: &[Reading],
    index: u32,
    picture: &Picture,
    texts: &mut Texts,
    batch: &mut Batch<'_>,
) -> Result<(), String> {
    let places = readings.iter().filter(|reading| reading.index == index).flat_map(|reading| &reading.places);
    for place in places.filter(|place| place.is_near) {
        if texts.is_new(place.text) {
            batch.add(place.text, picture, &place.line, texts)?;
        }
    }
    Ok(())
}

/// Whether a line holds so many letters and digits in a row that they may be a key.
fn is_key_like(line: &TextLine) -> bool {
    let mut run = 0_usize;
    line.glyphs.iter().any(|glyph| {
        let (letter, _) = glyph.choices[0];
        // Single marks and gaps among the letters may be misread.
        run = match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => run + 2,
            '.' | ',' | '_' | '@' | '|' | '$' | '§' | '€' | '£' | '¢' => run + 1,
            ' ' => run.saturating_sub(12),
            _ => run / 2,
        };
        run >= KEY_LIKE * 2
    })
}

/// What the readings come to; `missing` is why not all was read, and `is_partly` says that a part
/// was looked at even where nothing was read.
fn outcome(readings: &[Reading], texts: &Texts, missing: Option<String>, is_partly: bool) -> Looked {
    let frame = |reading: &Reading| {
        let places = reading.places.iter().filter(|place| place.is_new || place.is_near);
        let lines = places.filter_map(|place| texts.line(place.text, &place.line)).collect();
        Frame { index: reading.index, size: reading.size, lines }
    };
    let frames: Vec<Frame> = readings.iter().map(frame).filter(|frame| !frame.lines.is_empty()).collect();
    // What has no line that may hold a key among so many is no text.
    let is_cut = readings.iter().any(|reading| reading.is_cut);
    match missing.or_else(|| is_cut.then(|| format!("it has more than {MOST_LINES} lines"))) {
        Some(why) if frames.is_empty() && !is_partly => Looked::Skipped(why),
        Some(why) => Looked::Partly(frames, why),
        None if readings.is_empty() => Looked::Plain,
        None => Looked::Read(frames),
    }
}
