//! A second, careful look at one line: the same letters made ready in several ways, so that
//! what one reading takes for another letter the others outvote.

use super::clock::Clock;
use super::layout::{self, Line};
use super::picture::{Picture, Rect};
use super::prepare::{self, CAREFUL, Strip};
use super::tesseract::Tesseract;
use super::{decode, hocr, sheet, text};
use crate::model::{Region, TextLine};

/// What keys are made of. Quotes beside a key become letters of it or nothing.
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

/// Reads `region` of a picture in several ways; nothing where no line is there.
///
/// # Errors
/// Why it was not read.
pub(super) fn reread(
    tesseract: &Tesseract,
    clock: &Clock,
    bytes: &[u8],
    frame: u32,
    region: Region,
) -> Result<Vec<TextLine>, String> {
    clock.until()?;
    let Some(picture) = decode::picture(bytes, frame) else { return Ok(Vec::new()) };
    let Some(line) = line(&picture, region) else { return Ok(Vec::new()) };
    let strips: Vec<Strip> =
        CAREFUL.iter().filter_map(|&manner| prepare::strip(&picture, &line, manner)).collect();
    if strips.is_empty() {
        return Ok(Vec::new());
    }
    let sheet = sheet::tiff(strips.iter().map(|strip| &strip.image));
    let answer = tesseract.read(sheet, Some(LETTERS), clock.until()?);
    let answer = answer.map_err(|failure| clock.why(failure))?;
    let read = strips.iter().zip(hocr::pages(&answer, strips.len()));
    Ok(read.filter_map(|(strip, page)| text::text(picture.size(), &line, strip, page)).collect())
}

/// The line that `region` is a part of, cut to it.
fn line(picture: &Picture, region: Region) -> Option<Line> {
    let part = picture.part(region)?;
    let shared = |line: &Line| {
        let height = line.base.min(part.bottom).saturating_sub(line.cap.max(part.top));
        let width = line.area.right.min(part.right).saturating_sub(line.area.left.max(part.left));
        height * width
    };
    let lines = layout::layout(picture).lines;
    let best =
        lines.into_iter().max_by_key(shared).filter(|line| shared(line) * 3 > part.width() * line.height());
    let Some(mut line) = best else { return whole(part) };
    let room = line.height() / 3;
    let (left, right) = (part.left.saturating_sub(room), (part.right + room).min(picture.width));
    line.words.retain_mut(|(from, to)| {
        (*from, *to) = ((*from).max(left), (*to).min(right));
        *from < *to
    });
    line.area.left = line.words.first()?.0;
    line.area.right = line.words.last()?.1;
    Some(line)
}

/// A line of nothing but `part`, where no line is found any more.
fn whole(part: Rect) -> Option<Line> {
    let hang = part.height() / 5;
    let (cap, base) = (part.top, part.bottom - hang);
    (base > cap + 3).then(|| Line { area: part, cap, base, words: vec![(part.left, part.right)] })
}
