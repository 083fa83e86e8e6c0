//! The pictures of a PDF: JPEGs as they are, and plain pixels as a bitmap (BMP).
//!
//! Deflated pixels of 1 to 16 bits in grey, RGB, CMYK and palettes are understood, with the
//! predictors of PNG and TIFF, each also as text (`ASCIIHex`, `ASCII85`) or run lengths. Fax,
//! JBIG2, JPEG 2000 and what is rarer still is told of. Pictures within the drawing of a page
//! (inline images) are not looked for. Colours need not be right, letters must be legible.

mod filters;
mod objects;

use std::borrow::Cow;

use memchr::memmem;

use super::super::reason::Reason;
use super::super::walk::{Stop, Walk};
use super::{dictionary, is_deflated_by};
pub(super) use objects::Objects;
use objects::{head, number, reference, value, word};

/// Pixels of the largest picture that is decoded.
const PIXELS: u64 = 100_000_000;
/// Bytes of the largest palette, and of the stream that it may be.
const PALETTE: usize = 1024;
const PALETTE_STREAM: usize = 16 << 10;

/// What a dictionary says of a picture's pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    width: usize,
    height: usize,
    bits: usize,
    colours: Colours,
    predictor: u64,
    /// Colours and pixels of a row, as the predictor has them.
    parameters: (usize, usize, usize),
}

/// How pixels are coloured.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Colours {
    /// So many components: 1 is grey, 3 RGB, 4 CMYK.
    Direct(usize),
    /// Numbers of colours, which have so many components each.
    Indexed(usize, Vec<u8>),
    /// As many components as there is data for.
    Unknown,
}

/// Hands out the picture that is the stream `content` with this dictionary.
pub(super) fn walk(
    walk: &mut Walk<'_>,
    objects: &Objects<'_>,
    text: &[u8],
    content: &[u8],
) -> Result<(), Stop> {
    let filters = filters(text);
    let names: Vec<&[u8]> = filters.iter().map(|filter| full(filter)).collect();
    if !filters::is_undone(&names) {
        return coded(walk, objects, text, content, &names);
    }
    let most = walk.ledger.budget.buffer / 2;
    let Some(_hold) = walk.ledger.hold(most.min((content.len() as u64).saturating_mul(64))) else {
        walk.skip(Reason::TooLarge);
        return Ok(());
    };
    let (content, names) = filters::undone(content, &names, usize::try_from(most).unwrap_or(usize::MAX));
    if content.len() as u64 >= most {
        walk.skip(Reason::TooLarge);
        return Ok(());
    }
    coded(walk, objects, text, &content, names)
}

/// Hands out a picture that has at most the filters that pictures have of their own.
fn coded(
    walk: &mut Walk<'_>,
    objects: &Objects<'_>,
    text: &[u8],
    content: &[u8],
    names: &[&[u8]],
) -> Result<(), Stop> {
    match *names {
        [b"DCTDecode"] => walk.picture(content),
        [b"FlateDecode", b"DCTDecode"] => walk.inflated_picture(content),
        [] | [b"FlateDecode"] => {
            let Some(layout) = Layout::of(walk, objects, text)? else {
                walk.skip(Reason::Picture);
                return Ok(());
            };
            let Some(size) = layout.size().filter(|size| *size <= walk.ledger.budget.buffer) else {
                walk.skip(Reason::TooLarge);
                return Ok(());
            };
            let pixels = if names.is_empty() {
                Cow::Borrowed(content)
            } else {
                Cow::Owned(walk.inflated(content, size)?)
            };
            let Some(_hold) = walk.ledger.hold(size.saturating_mul(3)) else {
                walk.skip(Reason::TooLarge);
                return Ok(());
            };
            let Some(bitmap) = layout.bitmap(&pixels) else {
                walk.skip(Reason::Broken);
                return Ok(());
            };
            walk.picture(&bitmap)
        }
        _ => {
            walk.skip(Reason::Picture);
            Ok(())
        }
    }
}

/// Whether a dictionary is that of a picture.
pub(super) fn is_one(text: &[u8]) -> bool {
    value(text, b"/Subtype").is_some_and(|value| value.starts_with(b"/Image"))
}

/// The names of the filters, the first that was applied last.
fn filters(text: &[u8]) -> Vec<&[u8]> {
    let Some(value) = value(text, b"/Filter") else { return Vec::new() };
    let list = match value.strip_prefix(b"[") {
        Some(list) => &list[..memchr::memchr(b']', list).unwrap_or(list.len())],
        None => value.get(..=word(value.get(1..).unwrap_or_default())).unwrap_or_default(),
    };
    let names = memchr::memchr_iter(b'/', list).map(|at| &list[at + 1..]);
    names.map(|name| &name[..word(name)]).collect()
}

/// The long form of a filter's name.
fn full(filter: &[u8]) -> &[u8] {
    match filter {
        b"DCT" => b"DCTDecode",
        b"Fl" => b"FlateDecode",
        other => other,
    }
}

impl Layout {
    fn of(walk: &mut Walk<'_>, objects: &Objects<'_>, text: &[u8]) -> Result<Option<Self>, Stop> {
        let field =
            |text: &[u8], name: &[u8]| value(text, name).and_then(|value| number(objects.resolved(value)));
        let (Some(width), Some(height)) = (field(text, b"/Width"), field(text, b"/Height")) else {
            return Ok(None);
        };
        let is_mask = value(text, b"/ImageMask").is_some_and(|value| value.starts_with(b"true"));
        let bits = if is_mask { 1 } else { field(text, b"/BitsPerComponent").unwrap_or(8) };
        if width == 0 || height == 0 || ![1, 2, 4, 8, 16].contains(&bits) {
            return Ok(None);
        }
        let colours = match value(text, b"/ColorSpace") {
            _ if is_mask => Colours::Direct(1),
            Some(space) => colours(walk, objects, objects.resolved(space))?,
            None => Colours::Unknown,
        };
        let parameters =
            value(text, b"/DecodeParms").map(|value| objects.resolved(value)).unwrap_or_default();
        let end = memmem::find(parameters, b">>").unwrap_or(parameters.len());
        let parameter = |name, default| field(&parameters[..end], name).unwrap_or(default);
        let predictor = parameter(b"/Predictor", 1) as u64;
        let own = (parameter(b"/Colors", 1), parameter(b"/BitsPerComponent", 8), parameter(b"/Columns", 1));
        Ok(Some(Self { width, height, bits, colours, predictor, parameters: own }))
    }

    /// Bytes of the pixels, at most; none where that is beyond all bounds.
    fn size(&self) -> Option<u64> {
        if (self.width as u64).saturating_mul(self.height as u64) > PIXELS {
            return None;
        }
        let components = match &self.colours {
            Colours::Direct(components) => *components,
            Colours::Indexed(..) => 1,
            Colours::Unknown => 4,
        };
        let row = self.width.checked_mul(components)?.checked_mul(self.bits)?.div_ceil(8) + 1;
        Some(row.checked_mul(self.height)? as u64)
    }

    /// The pixels as a bitmap.
    fn bitmap(&self, data: &[u8]) -> Option<Vec<u8>> {
        let data = self.unpredicted(data)?;
        let (components, palette) = match &self.colours {
            Colours::Direct(components) => (*components, None),
            Colours::Indexed(components, palette) => (1, Some((*components, &palette[..]))),
            Colours::Unknown => {
                let row = |components: usize| (self.width * components * self.bits).div_ceil(8);
                let fits =
                    [4, 3, 1].into_iter().find(|components| row(*components) * self.height <= data.len());
                (fits.unwrap_or(1), None)
            }
        };
        let row = (self.width * components * self.bits).div_ceil(8);
        let most = (1_usize << self.bits.min(8)) - 1;
        let sample = |line: &[u8], index: usize| -> usize {
            let at = index * self.bits;
            let byte = usize::from(line.get(at / 8).copied().unwrap_or(0));
            if self.bits >= 8 { byte } else { byte >> (8 - self.bits - at % 8) & most }
        };
        let mut bitmap = header(self.width, self.height)?;
        let padding = (4 - self.width * 3 % 4) % 4;
        for number in 0..self.height {
            let line = data.get(row * number..).unwrap_or_default();
            let line = &line[..line.len().min(row)];
            for pixel in 0..self.width {
                let [red, green, blue] = if let Some((components, palette)) = palette {
                    let index = sample(line, pixel);
                    let colour = palette.get(index * components..(index + 1) * components);
                    colour.map_or([level(index, most); 3], rgb)
                } else {
                    let mut colour = [0; 4];
                    for (at, component) in colour.iter_mut().take(components).enumerate() {
                        *component = level(sample(line, pixel * components + at), most);
                    }
                    rgb(&colour[..components])
                };
                bitmap.extend([blue, green, red]);
            }
            bitmap.extend(&[0; 3][..padding]);
        }
        Some(bitmap)
    }

    /// The data without what a predictor made of it.
    fn unpredicted<'d>(&self, data: &'d [u8]) -> Option<Cow<'d, [u8]>> {
        if self.predictor < 2 {
            return Some(Cow::Borrowed(data));
        }
        let (colours, bits, columns) = self.parameters;
        if !(1..=4).contains(&colours) || ![1, 2, 4, 8, 16].contains(&bits) || columns == 0 {
            return None;
        }
        let pixel = (colours * bits).div_ceil(8);
        let row = columns.checked_mul(colours)?.checked_mul(bits)?.div_ceil(8);
        let mut plain: Vec<u8> = Vec::with_capacity(data.len());
        if self.predictor == 2 {
            plain.extend(data);
            for line in plain.chunks_mut(row).filter(|_| bits == 8) {
                for at in pixel..line.len() {
                    line[at] = line[at].wrapping_add(line[at - pixel]);
                }
            }
            return Some(plain.into());
        }
        for line in data.chunks(row + 1) {
            let (kind, line) = line.split_first()?;
            let first = plain.len();
            for (at, &byte) in line.iter().enumerate() {
                let left = if at < pixel { 0 } else { plain[first + at - pixel] };
                let above = if first < row { 0 } else { plain[first - row + at] };
                let corner = if first < row || at < pixel { 0 } else { plain[first - row + at - pixel] };
                let guess = match kind {
                    1 => left,
                    2 => above,
                    3 => u8::midpoint(left, above),
                    4 => paeth(left, above, corner),
                    _ => 0,
                };
                plain.push(byte.wrapping_add(guess));
            }
        }
        Some(plain.into())
    }
}

/// The colours of a colour space.
fn colours(walk: &mut Walk<'_>, objects: &Objects<'_>, space: &[u8]) -> Result<Colours, Stop> {
    let list = space.strip_prefix(b"[").unwrap_or(space).trim_ascii_start();
    let Some(name) = list.strip_prefix(b"/") else { return Ok(Colours::Unknown) };
    let (name, rest) = name.split_at(word(name));
    let rest = rest.trim_ascii_start();
    Ok(match name {
        b"Indexed" | b"I" => return indexed(walk, objects, rest),
        _ => components(objects, name, rest).map_or(Colours::Unknown, Colours::Direct),
    })
}

/// How many components a colour space of this name has; `rest` stands behind it in its list.
fn components(objects: &Objects<'_>, name: &[u8], rest: &[u8]) -> Option<usize> {
    match name {
        b"DeviceGray" | b"CalGray" | b"G" | b"Separation" => Some(1),
        b"DeviceRGB" | b"CalRGB" | b"RGB" | b"Lab" => Some(3),
        b"DeviceCMYK" | b"CMYK" => Some(4),
        b"ICCBased" => {
            let profile = head(objects.get(reference(rest)?)?);
            number(value(profile, b"/N")?).filter(|number| [1, 3, 4].contains(number))
        }
        _ => None,
    }
}

/// A palette: the space of its colours, the highest number, and the colours.
fn indexed(walk: &mut Walk<'_>, objects: &Objects<'_>, rest: &[u8]) -> Result<Colours, Stop> {
    let of_list = |list: &[u8]| {
        let name = list.trim_ascii_start().strip_prefix(b"/")?;
        components(objects, &name[..word(name)], name[word(name)..].trim_ascii_start())
    };
    // The space of the colours is a name, a list, or an object.
    let (base, rest) = if let Some(list) = rest.strip_prefix(b"[") {
        let end = memchr::memchr(b']', list).unwrap_or(list.len());
        (of_list(&list[..end]), list.get(end + 1..).unwrap_or_default())
    } else if reference(rest).is_some() {
        let end = memchr::memchr(b'R', rest).map_or(rest.len(), |at| at + 1);
        let space = objects.resolved(rest);
        (of_list(space.strip_prefix(b"[").unwrap_or(space)), &rest[end..])
    } else {
        let end = 1 + word(rest.get(1..).unwrap_or_default());
        (of_list(rest), rest.get(end..).unwrap_or_default())
    };
    let rest = rest.trim_ascii_start();
    let colours = rest[word(rest)..].trim_ascii_start();
    let palette = match reference(colours).and_then(|wanted| objects.get(wanted)) {
        Some(object) => stream(walk, object)?,
        None => string(colours),
    };
    Ok(Colours::Indexed(base.unwrap_or(3), palette))
}

/// What the stream of an object holds, or its string.
fn stream(walk: &mut Walk<'_>, object: &[u8]) -> Result<Vec<u8>, Stop> {
    let text = head(object);
    let Some(data) = object[text.len()..].strip_prefix(b"stream") else { return Ok(string(text)) };
    let data = data.strip_prefix(b"\r").unwrap_or(data);
    let data = data.strip_prefix(b"\n").unwrap_or(data);
    let data = &data[..data.len().min(PALETTE_STREAM)];
    let data = &data[..memmem::find(data, b"endstream").unwrap_or(data.len())];
    if is_deflated_by(dictionary(text)) {
        return walk.inflated(data, PALETTE as u64);
    }
    Ok(data[..data.len().min(PALETTE)].to_vec())
}

/// A string at the start of a text, in digits or in letters.
fn string(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(digits) = text.strip_prefix(b"<") {
        let digits: Vec<u8> = digits
            .iter()
            .take_while(|byte| **byte != b'>')
            .filter_map(|byte| char::from(*byte).to_digit(16))
            .filter_map(|digit| u8::try_from(digit).ok())
            .take(2 * PALETTE)
            .collect();
        bytes.extend(digits.chunks(2).map(|two| two[0] << 4 | two.get(1).unwrap_or(&0)));
        return bytes;
    }
    let Some(mut rest) = text.strip_prefix(b"(") else { return bytes };
    let mut depth = 0;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            b'\\' => {
                let octal = rest.iter().take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
                if octal > 0 {
                    let value =
                        rest[..octal].iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
                    bytes.push(value.to_le_bytes()[0]);
                    rest = &rest[octal..];
                    continue;
                }
                let Some((&escaped, behind)) = rest.split_first() else { break };
                rest = behind;
                bytes.extend(match escaped {
                    b'n' => Some(b'\n'),
                    b'r' => Some(b'\r'),
                    b't' => Some(b'\t'),
                    b'b' => Some(8),
                    b'f' => Some(12),
                    b'\n' | b'\r' => None,
                    other => Some(other),
                });
                continue;
            }
            _ => {}
        }
        bytes.push(byte);
        if bytes.len() >= PALETTE {
            break;
        }
    }
    bytes
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |byte: u8| (guess - i16::from(byte)).abs();
    match (distance(left), distance(above), distance(corner)) {
        (a, b, c) if a <= b && a <= c => left,
        (_, b, c) if b <= c => above,
        _ => corner,
    }
}

/// A number from 0 to `most` as one from 0 to 255.
fn level(number: usize, most: usize) -> u8 {
    u8::try_from(number * 255 / most.max(1)).unwrap_or(u8::MAX)
}

/// Red, green and blue of a colour with 1, 3 or 4 components.
fn rgb(colour: &[u8]) -> [u8; 3] {
    match *colour {
        [red, green, blue] => [red, green, blue],
        [cyan, magenta, yellow, black] => [cyan, magenta, yellow].map(|ink| 255 - ink.saturating_add(black)),
        [grey, ..] => [grey; 3],
        [] => [0; 3],
    }
}

/// The header of a bitmap with 24 bits a pixel, whose rows come from the top.
fn header(width: usize, height: usize) -> Option<Vec<u8>> {
    let size = (width * 3).next_multiple_of(4).checked_mul(height)?;
    let mut bytes = Vec::with_capacity(size.checked_add(54)?);
    bytes.extend(b"BM");
    bytes.extend(u32::try_from(size + 54).ok()?.to_le_bytes());
    for number in [0, 54, 40, u32::try_from(width).ok()?] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend((-i32::try_from(height).ok()?).to_le_bytes());
    bytes.extend([1, 0, 24, 0]);
    bytes.extend([0; 24]);
    Some(bytes)
}

#[cfg(test)]
mod tests;
