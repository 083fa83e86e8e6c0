//! From the bytes of an image to its pictures, one after another.
//!
//! What is broken off is read as far as it goes. Sizes are looked at before anything is
//! decoded, and decoders may not take more memory than [`MOST_MEMORY`]. Pictures come the way
//! up that they are shown: what the metadata says of how the camera was held is done.

mod jpeg;
mod kind;
mod pages;
mod smooth;

use std::io::Cursor;
use std::ops::ControlFlow;

use image::codecs::webp::WebPDecoder;
use image::codecs::{
    bmp::BmpDecoder, gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, tiff::TiffDecoder,
};
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageError, ImageResult, Limits, RgbImage,
};

use super::picture::Picture;

pub(super) use kind::{Kind, kind};

/// Most pixels of a picture: eight screens of 4K at double scale.
const MOST_PIXELS: u64 = 100_000_000;
/// Most memory of a decoder, in bytes.
const MOST_MEMORY: u64 = 512 << 20;
/// Most pictures of an image, and most pixels of all of them: a few bytes can say the same
/// large picture many times.
const MOST_FRAMES: u32 = 2_000;
const MOST_FRAME_PIXELS: u64 = 2_000_000_000;

/// What is said of what breaks off.
const TOO_EARLY: &str = "it ends too early";

/// What is given each picture, with its number.
pub(super) type Visit<'v> = dyn FnMut(u32, Picture) -> ControlFlow<()> + 'v;

/// Decodes `bytes` and gives each picture to `visit`, until it breaks off.
///
/// # Errors
/// What could not be decoded, and why; pictures may have been given before.
pub(super) fn pictures(bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), String> {
    let kind = kind(bytes).ok_or("it is no image of a known format")?;
    let visit: &mut Visit<'_> = &mut |index, picture| visit(index, smooth::smoothed(picture));
    let told = match kind {
        Kind::Png => png(bytes, visit),
        Kind::Jpeg => {
            let read = JpegDecoder::new(Cursor::new(bytes)).map_err(told).and_then(|it| still(it, visit));
            // Its decoder makes grey of what is missing.
            read.and_then(|()| if jpeg::is_whole(bytes) { Ok(()) } else { Err(TOO_EARLY.into()) })
        }
        Kind::Bmp => BmpDecoder::new(Cursor::new(bytes)).map_err(told).and_then(|it| still(it, visit)),
        Kind::Gif => {
            let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(told)?;
            check(decoder.dimensions())?;
            decoder.set_limits(limits()).map_err(told)?;
            frames(decoder.into_frames(), visit)
        }
        Kind::WebP => {
            let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(told)?;
            check(decoder.dimensions())?;
            if decoder.has_animation() { frames(decoder.into_frames(), visit) } else { still(decoder, visit) }
        }
        Kind::Tiff => pages(bytes, visit),
    };
    told.map_err(|why| format!("it cannot be read as {kind}: {why}"))
}

/// Width and height by the header, without decoding; none where that is broken.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let bytes = Cursor::new(bytes);
    let size = match kind(bytes.get_ref())? {
        Kind::Png => PngDecoder::with_limits(bytes, limits()).ok()?.dimensions(),
        Kind::Jpeg => JpegDecoder::new(bytes).ok()?.dimensions(),
        Kind::Bmp => BmpDecoder::new(bytes).ok()?.dimensions(),
        Kind::Gif => GifDecoder::new(bytes).ok()?.dimensions(),
        Kind::WebP => WebPDecoder::new(bytes).ok()?.dimensions(),
        // Its pages may have other sizes than the first.
        Kind::Tiff => return None,
    };
    Some(size)
}

/// One picture of an image.
pub(super) fn picture(bytes: &[u8], frame: u32) -> Option<Picture> {
    let mut wanted = None;
    // What is broken behind it is not its matter.
    let _ = pictures(bytes, &mut |at, picture| {
        if at == frame {
            wanted = Some(picture);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    wanted
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

/// Why something was not decoded: what a decoder says, in one short line.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn told(error: ImageError) -> String {
    match error {
        ImageError::Limits(_) => "it needs more memory than it may".into(),
        ImageError::Unsupported(_) => "a feature of the format is not supported".into(),
        ImageError::IoError(_) => TOO_EARLY.into(),
        _ => "it is broken".into(),
    }
}

/// Refuses what is too large.
fn check((width, height): (u32, u32)) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(format!("{width} by {height} pixels are more than {MOST_PIXELS}"));
    }
    if pixels == 0 { Err("it has no pixels".into()) } else { Ok(()) }
}

fn png(bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), String> {
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(told)?;
    check(decoder.dimensions())?;
    if decoder.is_apng().map_err(told)? {
        return frames(decoder.apng().map_err(told)?.into_frames(), visit);
    }
    still(decoder, visit)
}

/// Decodes a picture; where the bytes break off, what is there of it is given all the same.
fn still(mut decoder: impl ImageDecoder, visit: &mut Visit<'_>) -> Result<(), String> {
    let (width, height) = decoder.dimensions();
    check((width, height))?;
    decoder.set_limits(limits()).map_err(told)?;
    let colour = decoder.color_type();
    let length = decoder.total_bytes();
    // What it says of that may be broken, and the picture be whole.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    if length > MOST_MEMORY {
        return Err(told_of_memory());
    }
    let mut buffer = vec![0_u8; usize::try_from(length).map_err(|_| told_of_memory())?];
    let outcome = decoder.read_image(&mut buffer);
    if outcome.is_ok() || buffer.iter().any(|&byte| byte != 0) {
        let picture = rgb(width, height, colour, buffer).ok_or("its colours are not supported")?;
        let _ = visit(0, upright(picture, orientation).ok_or_else(told_of_memory)?);
    }
    outcome.map_err(told)
}

/// Turns a picture the way that it is shown.
fn upright(picture: Picture, orientation: Orientation) -> Option<Picture> {
    if orientation == Orientation::NoTransforms {
        return Some(picture);
    }
    let (width, height) = picture.size();
    let mut image = DynamicImage::from(RgbImage::from_raw(width, height, picture.rgb)?);
    image.apply_orientation(orientation);
    let (width, height) = (image.width() as usize, image.height() as usize);
    Picture::new(width, height, image.into_rgb8().into_raw())
}

fn told_of_memory() -> String {
    "it needs more memory than it may".into()
}

/// The pictures of an animation.
fn frames(frames: Frames<'_>, visit: &mut Visit<'_>) -> Result<(), String> {
    let mut pixels = 0_u64;
    for (at, frame) in (0..).zip(frames) {
        let frame = frame.map_err(told)?.into_buffer();
        let (width, height) = frame.dimensions();
        pixels += u64::from(width) * u64::from(height);
        if at >= MOST_FRAMES || pixels > MOST_FRAME_PIXELS {
            return Err(format!("only the first {at} pictures of the animation are looked at"));
        }
        let picture = on_background(width, height, &frame.into_raw()).ok_or("it is broken")?;
        if visit(at, picture).is_break() {
            break;
        }
    }
    Ok(())
}

/// The pages of a TIFF. The decoder reads the first, so that each is made the first.
fn pages(bytes: &[u8], visit: &mut Visit<'_>) -> Result<(), String> {
    let (pages, is_whole) = pages::pages(bytes).ok_or("its directory is broken")?;
    if pages.is_empty() {
        return Err("it has no page".into());
    }
    let mut bytes = bytes.to_vec();
    let (mut broken, mut pixels) = (Ok(()), 0);
    for (at, page) in (0..).zip(&pages) {
        if at >= MOST_FRAMES || pixels > MOST_FRAME_PIXELS {
            return Err(format!("only the first {at} pages are looked at"));
        }
        pages::make_first(&mut bytes, page);
        let mut goes_on = ControlFlow::Continue(());
        let read = TiffDecoder::new(Cursor::new(&bytes[..])).map_err(told);
        let read = read.and_then(|decoder| {
            still(decoder, &mut |_, picture| {
                pixels += (picture.width * picture.height) as u64;
                goes_on = visit(at, picture);
                goes_on
            })
        });
        broken = broken.and(read);
        if goes_on.is_break() {
            break;
        }
    }
    broken.and(if is_whole { Ok(()) } else { Err(TOO_EARLY.into()) })
}

/// Three bytes a pixel, of whatever the decoder gave.
fn rgb(width: u32, height: u32, colour: image::ColorType, buffer: Vec<u8>) -> Option<Picture> {
    let size = (width as usize, height as usize);
    if colour == image::ColorType::Rgb8 {
        return Picture::new(size.0, size.1, buffer);
    }
    if colour == image::ColorType::Rgba8 {
        return on_background(width, height, &buffer);
    }
    let decoded = Decoded { size: (width, height), colour, buffer };
    let image = DynamicImage::from_decoder(decoded).ok()?;
    if colour.has_alpha() {
        return on_background(width, height, &image.into_rgba8().into_raw());
    }
    Picture::new(size.0, size.1, image.into_rgb8().into_raw())
}

/// Pixels in the form of a decoder, which is the one way to have any kind of them converted.
struct Decoded {
    size: (u32, u32),
    colour: image::ColorType,
    buffer: Vec<u8>,
}

impl ImageDecoder for Decoded {
    fn dimensions(&self) -> (u32, u32) {
        self.size
    }

    fn color_type(&self) -> image::ColorType {
        self.colour
    }

    fn read_image(self, buffer: &mut [u8]) -> ImageResult<()> {
        buffer.copy_from_slice(&self.buffer);
        Ok(())
    }

    fn read_image_boxed(self: Box<Self>, buffer: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buffer)
    }
}

/// Puts what is transparent on white, or on black where most of what is drawn is light.
fn on_background(width: u32, height: u32, rgba: &[u8]) -> Option<Picture> {
    let (mut light, mut drawn) = (0_u64, 0_u64);
    let mut clear = false;
    for pixel in rgba.chunks_exact(4) {
        if pixel[3] > 128 {
            drawn += 3;
            light += pixel[..3].iter().map(|&part| u64::from(part)).sum::<u64>();
        } else {
            clear = true;
        }
    }
    let back: u16 = if clear && light > drawn * 160 { 0 } else { 255 };
    let mut rgb = Vec::with_capacity(rgba.len() / 4 * 3);
    for pixel in rgba.chunks_exact(4) {
        let alpha = u16::from(pixel[3]);
        let mix = |part: u8| (u16::from(part) * alpha + back * (255 - alpha)) / 255;
        rgb.extend(pixel[..3].iter().map(|&part| u8::try_from(mix(part)).unwrap_or(u8::MAX)));
    }
    Picture::new(width as usize, height as usize, rgb)
}
