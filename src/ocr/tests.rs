//! Whole looks at drawn images, with the recogniser where it is installed; and what is kept of
//! them, covered and budgeted, without it.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is drawn is small"
)]

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ab_glyph::{Font as _, FontVec, PxScale, ScaleFont as _};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::clock::Clock;
use super::layout::layout;
use super::memory::Memory;
use super::picture::Picture;
use super::tesseract::{Failure, Tesseract};
use super::{Frame, Looked, Ocr, OcrError, Settings, crop};
use crate::model::{Region, TextLine};

const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf";

/// Says what a test does without; with `BASELEAK_TEST_ALL=1` it may do without nothing.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn missing(what: &str) {
    let all = std::env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(!all, "{what} is missing, and BASELEAK_TEST_ALL=1 asks for all tests");
    eprintln!("skipped: {what} is missing");
}

fn font() -> Option<FontVec> {
    let font = std::fs::read(FONT).ok().and_then(|bytes| FontVec::try_from_vec(bytes).ok());
    if font.is_none() {
        missing(FONT);
    }
    font
}

fn ocr(settings: Settings) -> Option<Ocr> {
    let ocr = Ocr::new(settings).ok();
    if ocr.is_none() {
        missing("tesseract");
    }
    ocr
}

/// Lines of text on a background, in letters of this size.
fn drawn(font: &FontVec, lines: &[&str], size: f32, text: [u8; 3], back: [u8; 3]) -> RgbImage {
    let mut image = RgbImage::from_pixel(900, 40 + lines.len() as u32 * 40, Rgb(back));
    let scaled = font.as_scaled(PxScale::from(size));
    for (nth, line) in lines.iter().enumerate() {
        let mut pen = ab_glyph::point(12.0, 20.0 + nth as f32 * 40.0 + scaled.ascent());
        for letter in line.chars() {
            let mut glyph = scaled.scaled_glyph(letter);
            glyph.position = pen;
            pen.x += scaled.h_advance(glyph.id);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|x, y, cover| {
                let pixel = image.get_pixel_mut(bounds.min.x as u32 + x, bounds.min.y as u32 + y);
                for (part, ink) in pixel.0.iter_mut().zip(text) {
                    *part = (f32::from(*part) * (1.0 - cover) + f32::from(ink) * cover) as u8;
                }
            });
        }
    }
    image
}

fn png(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(image.clone()).write_to(&mut bytes, ImageFormat::Png).expect("it can be written");
    bytes.into_inner()
}

fn picture(image: &RgbImage) -> Picture {
    let (width, height) = image.dimensions();
    Picture::new(width as usize, height as usize, image.as_raw().clone()).expect("the size fits")
}

/// A key of which no letter is easily taken for another.
fn key() -> String {
    format!("b10_{}.{}", "aBdEfGhK", "mNpRtAeHkLdFbGrTaEnMhYfRdKbTeAgH")
}

#[test]
fn lines_with_long_words_are_wanted() {
    let Some(font) = font() else { return };
    let key = key();
    let themes =
        [([212, 212, 212], [30, 30, 30]), ([36, 41, 46], [255, 255, 255]), ([106, 153, 85], [0, 43, 54])];
    for (text, back) in themes {
        for size in [12.0, 16.0, 25.0, 33.0] {
            let shown = [&format!("KEY={key}")[..], "two rather short words", "", "and then it is at an end"];
            let layout = layout(&picture(&drawn(&font, &shown, size, text, back)));
            // What follows a key at the end of a line may be the rest of it.
            assert_eq!((layout.wanted.first(), layout.wanted[2..].contains(&true)), (Some(&true), false));
        }
    }
}

#[test]
fn the_few_letters_that_a_wrapped_key_ends_with_are_wanted() {
    let Some(font) = font() else { return };
    let key = key();
    for (size, rest) in [(19.0, 2), (24.0, 4), (30.0, 7)] {
        let (head, rest) = key.split_at(key.len() - rest);
        let shown = ["some words of a text", &format!("KEY={head}"), rest, "", "other words of it"];
        let layout = layout(&picture(&drawn(&font, &shown, size, [212; 3], [30; 3])));
        let wanted: Vec<_> = layout.lines.iter().zip(&layout.wanted).filter(|(_, wanted)| **wanted).collect();
        let [(long, _), (short, _)] = wanted[..] else { panic!("{} wanted at {size}", wanted.len()) };
        assert!(short.area.width() * 4 < long.area.width() && short.area.left < long.area.left + 4, "{size}");
    }
}

#[test]
fn a_line_with_wide_blanks_is_one() {
    let Some(font) = font() else { return };
    for size in [20.0, 26.0, 31.0] {
        let shown = ["12:44,121 DEBUG xYz: Azx: Xy b10_x0BFERqWs.qyj", "axz = b10_adU2xCGG.S"];
        let layout = layout(&picture(&drawn(&font, &shown, size, [216, 222, 233], [46, 52, 64])));
        assert_eq!(layout.lines.len(), 2, "{size}");
    }
}

/// Draws a box behind what stands in these columns of the line `nth`.
fn boxed(image: &mut RgbImage, text: [u8; 3], colours: [[u8; 3]; 2], columns: std::ops::Range<u32>) {
    let back = *image.get_pixel(0, 0);
    for y in 16..44 {
        for x in columns.clone() {
            let pixel = image.get_pixel_mut(x, y);
            // The share of ink in a letter drawn on the page goes over to the box.
            let full = i32::from(text[0]) - i32::from(back.0[0]);
            let ink = (i32::from(pixel.0[0]) - i32::from(back.0[0])) as f32 / full as f32;
            for (at, part) in pixel.0.iter_mut().enumerate() {
                *part =
                    (f32::from(colours[0][at]) * (1.0 - ink) + f32::from(colours[1][at]) * ink).round() as u8;
            }
        }
    }
}

#[test]
fn a_key_in_a_box_is_read_like_the_line_around_it() {
    let (Some(font), Some(ocr)) = (font(), ocr(Settings::default())) else { return };
    let key = key();
    let line = format!("API = {key} and so on");
    let boxes = [
        ([46, 160, 67], [255, 255, 255]),
        ([0, 120, 215], [255, 255, 255]),
        ([36, 41, 47], [255, 255, 255]),
        ([255, 150, 50], [0, 0, 0]),
    ];
    for colours in boxes {
        for columns in [58..438, 58..95] {
            let mut image = drawn(&font, &[&line], 16.0, [0; 3], [255; 3]);
            boxed(&mut image, [0; 3], [colours.0, colours.1], columns.clone());
            let looked = ocr.look(&png(&image));
            let Looked::Read(frames) = &*looked else { panic!("{looked:?}") };
            let read: String = frames[0].lines.iter().map(TextLine::text).collect();
            let (_, name) = read.split_once("= ").unwrap_or_default();
            assert!(name.starts_with(&key[..12]), "{colours:?} {columns:?}: {read}");
        }
    }
}

#[test]
fn a_name_comes_before_the_value_in_its_row() {
    let Some(font) = font() else { return };
    // The name has no tall letter, so that its row of pixels begins lower.
    let row = format!("axes-are-some-more-names {}Bearer fb10_aBdE", " ".repeat(20));
    for lines in [&[&row[..]][..], &["", &row]] {
        let layout = layout(&picture(&drawn(&font, lines, 13.0, [36, 41, 46], [255; 3])));
        let lefts: Vec<usize> = layout.lines.iter().map(|line| line.area.left).collect();
        assert!(lefts.len() == 2 && lefts[0] < lefts[1], "{lefts:?}");
    }
}

#[test]
fn what_is_no_text_has_no_line() {
    let mut seed = 7_u32;
    let mut noise = |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
    };
    let images = [
        RgbImage::from_fn(640, 480, &mut noise),
        RgbImage::from_fn(640, 480, |x, y| Rgb([(x / 3) as u8, (y / 2) as u8, 90])),
        RgbImage::from_fn(
            640,
            480,
            |x, y| if (x / 8 + y / 8) % 2 == 0 { Rgb([0; 3]) } else { Rgb([255; 3]) },
        ),
        RgbImage::new(1, 1),
        RgbImage::new(3000, 1),
        RgbImage::new(1, 3000),
    ];
    for (nth, image) in images.iter().enumerate() {
        assert!(!layout(&picture(image)).wanted.contains(&true), "image {nth}");
    }
}

#[test]
fn a_key_is_read_where_it_stands() {
    let (Some(font), Some(ocr)) = (font(), ocr(Settings::default())) else { return };
    let key = key();
    let shown = ["# the baseten client", &format!("KEY={key}"), "end"];
    let bytes = png(&drawn(&font, &shown, 26.0, [220, 220, 220], [30, 30, 30]));
    let Looked::Read(frames) = &*ocr.look(&bytes) else { panic!("it was not read") };
    let [Frame { index: 0, size: (900, 160), lines }] = &frames[..] else { panic!("{frames:?}") };
    let at = lines.iter().position(|line| distance(&line.text(), &format!("KEY={key}")) <= 5);
    let region = lines
        [at.unwrap_or_else(|| panic!("{:?}", lines.iter().map(TextLine::text).collect::<Vec<_>>()))]
    .region;
    assert!(region.y >= 60 && region.bottom() <= 95 && region.x <= 14 && region.right() > 600, "{region}");
    assert!(lines.iter().any(|line| line.text().contains("baseten")), "what stands around is read");

    let again = ocr.reread(&bytes, 0, region).expect("there is time");
    assert!(again.len() >= 3);
    assert!(again.iter().all(|line| line.region.y >= 60 && line.region.bottom() <= 95));
    assert_eq!((ocr.reread(&bytes, 1, region), ocr.reread(b"", 0, region)), (Ok(vec![]), Ok(vec![])));
    assert!(ocr.identity().starts_with("tesseract "));
}

/// How many letters must be changed, added or taken away.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, letter) in (1..).zip(one.chars()) {
        let mut before = std::mem::replace(&mut row[0], at);
        for (to, different) in (1..).zip(other.chars().map(|other| usize::from(other != letter))) {
            let best = (before + different).min(row[to] + 1).min(row[to - 1] + 1);
            before = std::mem::replace(&mut row[to], best);
        }
    }
    row[row.len() - 1]
}

#[test]
fn the_budget_holds() {
    let settings = Settings { budget: Some(Duration::ZERO), program: None };
    let (Some(font), Some(ocr)) = (font(), ocr(settings)) else { return };
    let bytes = png(&drawn(&font, &[&key()], 20.0, [0; 3], [255; 3]));
    let looked = ocr.look(&bytes);
    assert!(matches!(&*looked, Looked::Skipped(why) if why == "the budget of 0 s ran out"), "{looked:?}");
    let again = ocr.reread(&bytes, 0, Region { x: 0, y: 0, width: 900, height: 60 });
    assert_eq!(again, Err("the budget of 0 s ran out".into()));
    let clock = Clock::new(Some(Duration::from_millis(1)));
    assert!(clock.until().is_ok());
    thread::sleep(Duration::from_millis(5));
    assert_eq!(clock.until(), Err("the budget of 1 ms ran out".into()));
}

#[test]
fn a_program_that_is_none_is_told() {
    let new = |program: &Path| Ocr::new(Settings { program: Some(PathBuf::from(program)), budget: None });
    assert!(matches!(new(Path::new("/nowhere/tesseract")), Err(OcrError::Missing)));
    let own = std::env::current_exe().expect("a test has a path");
    if !cfg!(windows) {
        assert!(matches!(new(Path::new("/bin/echo")), Err(OcrError::Broken { .. })));
        assert!(matches!(new(&own.with_file_name("")), Err(OcrError::Broken { .. })));
    }
}

/// A program may be a script that starts the real one, which goes on when the script is killed.
#[cfg(unix)]
#[test]
fn what_takes_too_long_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let program = folder.path().join("tesseract");
    // Written by another process: one that this process holds open cannot be run by it.
    let script = "printf '%s\\n' '#!/bin/sh' 'case $1 in --version) echo tesseract 5.3.0;; --list-langs) echo eng;; \
                  *) sleep 90; true;; esac' > \"$1\" && chmod +x \"$1\"";
    let written = std::process::Command::new("sh").args(["-c", script, "sh"]).arg(&program).status();
    assert!(written.expect("there is a shell").success());
    let tesseract = Tesseract::find(Some(program)).expect("it says that it is one");
    let began = Instant::now();
    let read = tesseract.read(vec![0; 1 << 20], None, began + Duration::from_millis(200));
    assert_eq!(read, Err(Failure::TimedOut));
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn the_same_image_is_looked_at_once() {
    let memory = Memory::default();
    let looks = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                memory.remember(b"same", || {
                    looks.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(20));
                    Looked::Plain
                })
            });
        }
    });
    assert_eq!(looks.load(Ordering::Relaxed), 1);
}

#[test]
fn the_same_part_is_read_again_once() {
    let memory = Memory::default();
    let reads = AtomicUsize::new(0);
    let read = |bytes: &[u8], frame, x, lines: Option<usize>| {
        let region = Region { x, y: 1, width: 2, height: 3 };
        let all = memory.remember_part((bytes, frame, region), || {
            reads.fetch_add(1, Ordering::Relaxed);
            lines.map(|lines| vec![TextLine::default(); lines]).ok_or_else(String::new)
        });
        (all.ok().map(|all| all.len()), reads.load(Ordering::Relaxed))
    };
    assert_eq!(read(b"a", 0, 0, Some(2)), (Some(2), 1));
    assert_eq!(read(b"a", 0, 0, Some(3)), (Some(2), 1));
    assert_eq!(read(b"a", 1, 0, Some(1)), (Some(1), 2));
    assert_eq!(read(b"a", 0, 9, Some(1)), (Some(1), 3));
    assert_eq!(read(b"b", 0, 0, None), (None, 4));
    assert_eq!(read(b"b", 0, 0, Some(0)), (Some(0), 5), "that it was not read is not kept");
    assert_eq!(read(b"b", 0, 0, Some(1)), (Some(0), 5));
}

#[test]
fn what_is_kept_is_bounded() {
    let memory = Memory::default();
    let large = || {
        let lines = vec![TextLine::default(); 600_000];
        Looked::Read(vec![Frame { lines, ..Frame::default() }])
    };
    memory.remember(b"small", || Looked::Plain);
    for nth in 0..4_u8 {
        memory.remember(&[nth], large);
    }
    let mut again = false;
    memory.remember(b"small", || {
        again = true;
        Looked::Plain
    });
    assert!(again, "the oldest is forgotten");
}

#[test]
fn what_is_covered_leaves_no_pixel() {
    let back = [200, 200, 200];
    for (width, height) in [(300, 60), (2400, 700), (50, 900)] {
        let mut image = RgbImage::from_pixel(width, height, Rgb(back));
        let secret = Region { x: width / 3, y: height / 3, width: width / 4, height: height / 5 };
        for y in secret.y..secret.bottom() {
            for x in secret.x..secret.right() {
                image.put_pixel(x, y, if (x + y) % 2 == 0 { Rgb([255, 0, 0]) } else { Rgb([0, 255, 0]) });
            }
        }
        let whole = Region { x: 0, y: 0, width: width + 9, height: height + 9 };
        let shown = crop(&png(&image), 0, whole, &[secret]).expect("it can be shown");
        let shown = image::load_from_memory(&shown).expect("it is a PNG").into_rgb8();
        assert!(shown.width() <= 900 && shown.height() <= 240);
        // Grey throughout: nothing of the red and the green of what is covered.
        assert!(shown.pixels().all(|Rgb([red, green, _])| red.abs_diff(*green) < 12), "{width} by {height}");
        assert!(shown.pixels().any(|pixel| pixel.0 == back));
    }
    assert!(crop(b"", 0, Region::default(), &[]).is_none());
    let image = png(&RgbImage::new(9, 9));
    assert!(crop(&image, 0, Region { x: 9, y: 0, width: 5, height: 5 }, &[]).is_none());
}
