//! Images that are whole, broken, hostile or too large.

use std::io::Cursor;
use std::ops::ControlFlow;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::decode::{kind, picture, pictures, size};
use super::picture::Picture;

const FORMATS: [ImageFormat; 6] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::WebP,
    ImageFormat::Gif,
    ImageFormat::Tiff,
    ImageFormat::Bmp,
];

/// Some stripes of a known size.
fn drawn(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if (x / 3 + y / 5) % 2 == 0 { Rgb([250, 250, 250]) } else { Rgb([20, 30, 40]) }
    })
}

fn file(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image.clone()).write_to(&mut bytes, format).expect("it can be written");
    bytes.into_inner()
}

/// How many pictures there are, and why there are no more.
fn count(bytes: &[u8]) -> (usize, Option<String>) {
    let mut count = 0;
    let outcome = pictures(bytes, &mut |_, _| {
        count += 1;
        ControlFlow::Continue(())
    });
    (count, outcome.err())
}

#[test]
fn formats_are_told_by_their_first_bytes() {
    for format in FORMATS {
        let bytes = file(&drawn(40, 30), format);
        let kind = kind(&bytes[..30]).expect("it is an image").to_string();
        assert_eq!(kind.to_lowercase(), format!("{format:?}").to_lowercase());
        assert!(size(&bytes).is_none_or(|size| size == (40, 30)), "{format:?}");
        let read = picture(&bytes, 0).expect("it can be decoded");
        assert_eq!((read.width, read.height), (40, 30), "{format:?}");
        assert!(picture(&bytes, 1).is_none());
    }
    let heads: [&[u8]; 9] = [
        b"",
        b"BM",
        b"BMW is a car that someone drives in some text",
        b"\x89PNG\n\x1a\n",
        b"GIF88a",
        b"RIFF\0\0\0\0WAVE",
        b"II*",
        b"<svg",
        b"\xff\xd8",
    ];
    for head in heads {
        assert_eq!(kind(head), None, "{head:?}");
    }
}

#[test]
fn what_breaks_off_is_read_as_far_as_it_goes() {
    for (format, is_partly) in [
        (ImageFormat::Png, true),
        (ImageFormat::Jpeg, true),
        (ImageFormat::Bmp, true),
        (ImageFormat::WebP, false),
    ] {
        let whole = file(&drawn(300, 300), format);
        let (pictures, why) = count(&whole[..whole.len() * 3 / 4]);
        assert_eq!(pictures, usize::from(is_partly), "{format:?} {why:?}");
        assert!(why.is_some(), "{format:?}");
    }
}

#[test]
fn a_jpeg_ends_with_its_own_marker() {
    let whole = file(&drawn(300, 300), ImageFormat::Jpeg);
    let (start, rest) = whole.split_at(2);
    let small = [&b"\xff\xe1\x00\x08"[..], b"\xff\xd8\xff\xd9oo"].concat();
    let inside = [start, &small, rest].concat();
    let behind = [&inside[..], b"and what a camera writes behind it"].concat();
    let filled = [&whole[..whole.len() / 2], &[0; 4000]].concat();
    for (bytes, is_whole) in [
        (&whole[..], true),
        (&inside, true),
        (&behind, true),
        (&whole[..whole.len() - 1], false),
        (&inside[..inside.len() * 9 / 10], false),
        (&filled, false),
    ] {
        assert_eq!(count(bytes).1.is_none(), is_whole, "{} bytes", bytes.len());
    }
}

#[test]
fn pictures_are_turned_as_they_are_shown() {
    let mut image = RgbImage::from_pixel(40, 30, Rgb([250; 3]));
    // The upper left of what is shown, in a picture that was taken with the camera on its side.
    image::imageops::replace(&mut image, &RgbImage::new(10, 10), 0, 20);
    let whole = file(&image, ImageFormat::Jpeg);
    for (orientation, size, dark) in [(1, (40, 30), (5, 25)), (6, (30, 40), (5, 5)), (3, (40, 30), (35, 5))] {
        let entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
        let exif = [&b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01"[..], &entry, &[0; 4]].concat();
        let bytes = [&whole[..2], &exif, &whole[2..]].concat();
        let Picture { width, height, rgb } = picture(&bytes, 0).expect("it can be decoded");
        assert_eq!((width, height), size, "orientation {orientation}");
        assert!(rgb[(dark.1 * width + dark.0) * 3] < 60, "orientation {orientation}");
    }
}

#[test]
fn broken_images_are_no_danger() {
    let mut seed = 0x5EED_u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 40).expect("it has 24 bits")
    };
    let mut files: Vec<Vec<u8>> = FORMATS.map(|format| file(&drawn(48, 20), format)).to_vec();
    files.push(animation(3));
    for whole in files {
        for _ in 0..120 {
            let mut bytes = whole.clone();
            for _ in 0..=next() % 4 {
                let at = next() % if next() % 2 == 0 { bytes.len() } else { bytes.len().min(64) };
                bytes[at] = u8::try_from(next() % 256).expect("it is a byte");
            }
            if next() % 4 == 0 {
                bytes.truncate(next() % bytes.len());
            }
            let _ = (size(&bytes), count(&bytes));
        }
    }
}

#[test]
fn what_is_too_large_is_refused_by_its_header() {
    let mut bytes = file(&drawn(40, 30), ImageFormat::Bmp);
    bytes[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    bytes[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
    let (pictures, why) = count(&bytes);
    assert_eq!(pictures, 0);
    assert!(why.is_some_and(|why| why.contains("60000 by 60000 pixels")));
}

/// An animation with so many pictures.
fn animation(pictures: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for nth in 0..pictures {
        let image = RgbaImage::from_pixel(20, 10, Rgba([nth * 40, 0, 0, 255]));
        encoder.encode_frame(Frame::new(image)).expect("it can be written");
    }
    drop(encoder);
    bytes
}

#[test]
fn animations_and_pages_have_many_pictures() {
    assert_eq!(count(&animation(5)), (5, None));
    assert_eq!(picture(&animation(5), 3).expect("there are five").rgb[0], 120);
    let grey = |value| image::GrayImage::from_pixel(30, 20, image::Luma([value]));
    let tiff = super::sheet::tiff(&[grey(10), grey(20), grey(30)]);
    assert_eq!(count(&tiff), (3, None));
    assert_eq!(picture(&tiff, 2).expect("there are three").rgb[..3], [30, 30, 30]);
    // Cut off before the directory of the last page, to which that of the second leads.
    let (pages, why) = count(&tiff[..tiff.len() - 150]);
    assert_eq!((pages, why.as_deref()), (2, Some("it cannot be read as TIFF: it ends too early")));
}

#[test]
fn a_tiff_whose_pages_go_in_circles_ends() {
    let page = image::GrayImage::from_pixel(30, 20, image::Luma([9]));
    let mut tiff = super::sheet::tiff(&[page]);
    let (first, end) = (tiff[4..8].to_vec(), tiff.len());
    tiff[end - 4..].copy_from_slice(&first);
    // The decoder refuses it, or it has one page; either way it ends.
    assert!(count(&tiff).0 <= 1);
}

#[test]
fn the_transparent_is_put_on_what_lets_text_be_seen() {
    for (ink, back) in [([0, 0, 0, 255], 255), ([255, 255, 255, 255], 0)] {
        let mut image = RgbaImage::from_pixel(8, 4, Rgba([9, 9, 9, 0]));
        image.put_pixel(0, 0, Rgba(ink));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).expect("it can be written");
        let Picture { rgb, .. } = picture(&bytes.into_inner(), 0).expect("it can be decoded");
        assert_eq!((rgb[0], rgb[3]), (ink[0], back));
    }
}

#[test]
fn colours_that_are_made_of_dots_become_plain() {
    // A dark grey of dots, with a white bar on it.
    let dotted = RgbImage::from_fn(60, 40, |x, y| match (x, (x + y * 3) % 5) {
        (30..=32, _) => Rgb([255; 3]),
        (_, 0 | 2) => Rgb([51; 3]),
        _ => Rgb([0; 3]),
    });
    let Picture { rgb, .. } = picture(&file(&dotted, ImageFormat::Png), 0).expect("it can be decoded");
    let row: Vec<u8> = rgb[20 * 60 * 3..][..60 * 3].chunks(3).map(|pixel| pixel[0]).collect();
    assert!(row[2..28].iter().all(|&grey| (14..=27).contains(&grey)), "{row:?}");
    assert_eq!(row[30..=32], [255; 3]);
    // Stripes of a few colours, which is what text looks like, are left as they are.
    let plain = drawn(60, 40);
    let Picture { rgb, .. } = picture(&file(&plain, ImageFormat::Png), 0).expect("it can be decoded");
    assert!(rgb.chunks(3).all(|pixel| pixel[0] == 250 || pixel[0] == 20));
}
