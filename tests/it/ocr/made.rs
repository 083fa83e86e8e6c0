//! Pictures of keys, drawn at run time, and what carries them.

use std::env;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _};
use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, GrayImage, ImageFormat, Luma, RgbImage};

use crate::sandbox::key;

/// The font that they are drawn with; of Debian's package fonts-dejavu-core.
const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf";
/// Pixels of the em.
const SIZE: f32 = 30.0;

/// A drawn picture, and the key in it.
pub(super) struct Shot {
    pub(super) image: GrayImage,
    pub(super) key: String,
}

/// Whether Tesseract and the font are here: a failure where `BASELEAK_TEST_ALL` says that
/// every test is to run.
#[track_caller]
pub(super) fn is_possible() -> bool {
    let works =
        Command::new("tesseract").arg("--version").output().is_ok_and(|output| output.status.success());
    if works && Path::new(FONT).is_file() {
        return true;
    }
    let what = "tesseract, or the font DejaVu Sans Mono, is not installed";
    let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(!is_needed, "{what}, and BASELEAK_TEST_ALL is set; .ci/run installs them");
    tell(&format!("{what}: this test is passed over"));
    false
}

#[expect(clippy::print_stderr, reason = "who runs the tests is to know")]
fn tell(what: &str) {
    eprintln!("{what}");
}

/// Lines of text in black on white.
fn drawn(lines: &[&str]) -> GrayImage {
    let font = FontVec::try_from_vec(std::fs::read(FONT).expect("it is installed")).expect("it is a font");
    let font = font.as_scaled(PxScale::from(SIZE));
    let step = font.h_advance(font.glyph_id('m'));
    let columns = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let (line_height, margin) = (42_u16, 24_u16);
    let width = f32::from(margin) * 2.0 + step * f32::from(u16::try_from(columns).expect("it is short"));
    let height = usize::from(margin) * 2 + usize::from(line_height) * lines.len();
    let mut image =
        GrayImage::from_pixel(rounded(width), u32::try_from(height).expect("it is small"), Luma([255]));
    for (row, line) in (0_u16..).zip(lines) {
        let baseline = f32::from(margin + row * line_height) + font.ascent();
        for (column, letter) in (0_u16..).zip(line.chars()) {
            let place = ab_glyph::point(f32::from(margin) + step * f32::from(column), baseline);
            let glyph = font.glyph_id(letter).with_scale_and_position(SIZE, place);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                let (x, y) = (rounded(corner.x) + x, rounded(corner.y) + y);
                if x < image.width() && y < image.height() {
                    let before = f32::from(image.get_pixel(x, y).0[0]);
                    let shade = u8::try_from(rounded(before * (1.0 - cover))).unwrap_or(u8::MAX);
                    image.put_pixel(x, y, Luma([shade]));
                }
            });
        }
    }
    image
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is small and not negative")]
fn rounded(number: f32) -> u32 {
    number.round().max(0.0) as u32
}

/// A terminal with the key of this number in it.
pub(super) fn shot(number: usize) -> Shot {
    let key = key(number);
    let line = format!("export BASETEN_API_KEY={key}");
    let image = drawn(&["$ cat baseten.env", &line, "$ python deploy.py", "deployed the model"]);
    Shot { image, key }
}

/// What no key is in: a gradient with noise, as a photograph has.
pub(super) fn photograph() -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    let image = RgbImage::from_fn(320, 240, |x, y| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let noise = state % 24;
        image::Rgb([x * 200 / 320 + noise, y * 200 / 240 + noise, (x + y) * 200 / 560 + noise].map(byte))
    });
    encoded(&image.into(), ImageFormat::Png)
}

fn byte(number: u32) -> u8 {
    u8::try_from(number.min(255)).expect("it was made to fit")
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).expect("a vector takes everything");
    bytes.into_inner()
}

impl Shot {
    pub(super) fn png(&self) -> Vec<u8> {
        encoded(&self.image.clone().into(), ImageFormat::Png)
    }

    pub(super) fn bmp(&self) -> Vec<u8> {
        encoded(&self.image.clone().into(), ImageFormat::Bmp)
    }

    pub(super) fn jpeg(&self) -> Vec<u8> {
        encoded(&self.image.clone().into(), ImageFormat::Jpeg)
    }

    /// An animation of nothing, and then this.
    pub(super) fn gif(&self) -> Vec<u8> {
        let (width, height) = self.image.dimensions();
        let empty = GrayImage::from_pixel(width, height, Luma([255]));
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for image in [empty, self.image.clone()] {
            let frame = Frame::new(DynamicImage::from(image).into_rgba8());
            encoder.encode_frame(frame).expect("a vector takes everything");
        }
        drop(encoder);
        bytes
    }

    /// A PDF with it as deflated pixels.
    pub(super) fn pdf(&self) -> Vec<u8> {
        let (width, height) = self.image.dimensions();
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(self.image.as_raw()).expect("a vector takes everything");
        let data = encoder.finish().expect("a vector takes everything");
        let text = format!(
            "%PDF-1.4\n1 0 obj\n<< /Type /XObject /Subtype /Image /Width {width} /Height {height} \
             /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode >>\nstream\n"
        );
        [text.as_bytes(), &data, b"\nendstream\nendobj\n%%EOF\n"].concat()
    }
}

/// An icon with one PNG in it.
pub(super) fn icon(png: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0];
    bytes.extend(u32::try_from(png.len()).expect("it is small").to_le_bytes());
    bytes.extend(22_u32.to_le_bytes());
    bytes.extend(png);
    bytes
}

/// A notebook whose one cell shows `output` and has `attached`, both in base64.
pub(super) fn notebook(output: &str, attached: &str) -> String {
    let lines = output.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
    let output = lines.collect::<Vec<_>>().join("\\n") + "\\n";
    format!(
        "{{\"cells\": [{{\"cell_type\": \"markdown\", \"metadata\": {{}}, \"source\": [\"![a](attachment:a.png)\"], \
         \"attachments\": {{\"a.png\": {{\"image/png\": \"{attached}\"}}}}}},\n \
         {{\"cell_type\": \"code\", \"execution_count\": 1, \"metadata\": {{}}, \"source\": [\"show()\"], \
         \"outputs\": [{{\"output_type\": \"display_data\", \"metadata\": {{}},\n \
         \"data\": {{\"image/png\": \"{output}\", \"text/plain\": [\"<Figure>\"]}}}}]}}],\n \
         \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5}}\n"
    )
}
