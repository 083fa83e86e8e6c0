//! Screenshots that are drawn with a key are read, and such without one stay silent; a small
//! sample with a fixed seed, where the bench `ocr` reads hundreds.
//!
//! It needs Tesseract and the fonts of `screens/fonts.rs`; where one is missing what needs it is
//! passed over, and fails with `BASELEAK_TEST_ALL=1`. Reports describe cases, never a key.

use std::sync::Mutex;
use std::thread;

use baseleak::model::Region;

use crate::contexts::Kind;
use crate::screens::eye::{Eye, Outcome, Verdict};
use crate::screens::{Shot, fonts, positive, silent};

const SEED: u64 = 0x5EE_2026;
/// Larger ones are for the bench: without optimisation they take their time.
const LARGEST: u32 = 900_000;
/// Screenshots with a key, and how many of their keys must be found. The bench finds more.
const KEYS: usize = 24;
const FLOOR: usize = 18;
/// Images without a key, by turns text and pictures.
const SILENT: usize = 30;

/// None, with a message, where something is not installed; a failure where `BASELEAK_TEST_ALL`
/// says that every test is to run.
#[track_caller]
fn needs(what: &str, is_there: bool) -> Option<()> {
    if is_there {
        return Some(());
    }
    let is_needed = std::env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
    assert!(!is_needed, "not installed, and BASELEAK_TEST_ALL is set; .ci/run installs it: {what}");
    tell(&format!("not installed: {what}; this test is passed over"));
    None
}

#[track_caller]
fn fonts_are_there() -> Option<()> {
    let missing = fonts::missing();
    needs(&missing.join(", "), missing.is_empty())
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// The first `count` of the drawn images that are small.
fn small(count: usize, draw: impl Fn(u64, usize) -> Option<Shot>) -> Vec<Shot> {
    let is_small = |shot: &Shot| shot.size.0 * shot.size.1 <= LARGEST;
    (0..).filter_map(|index| draw(SEED, index)).filter(is_small).take(count).collect()
}

/// Reads all of them on two threads.
fn judge(eye: &Eye, shots: &[Shot]) -> Vec<(usize, Verdict)> {
    let (next, done) = (Mutex::new(0..shots.len()), Mutex::new(Vec::new()));
    let work = || loop {
        let Some(index) = next.lock().expect("no thread panics with it").next() else { break };
        let verdict = eye.judge(&shots[index].bytes, shots[index].truth.as_ref());
        done.lock().expect("no thread panics with it").push((index, verdict));
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    done.into_inner().expect("no thread panicked with it")
}

#[test]
fn keys_in_screenshots_are_found() {
    let Some(()) = fonts_are_there() else { return };
    let eye = Eye::new();
    let Some(()) = needs("Tesseract with the model `eng`", eye.is_some()) else { return };
    let eye = eye.expect("it was just looked at");
    let shots = small(KEYS, positive);
    let judged = judge(&eye, &shots);
    let named = judged.iter().filter(|(_, verdict)| verdict.named).count();
    let missed: Vec<_> = judged
        .iter()
        .filter(|(_, verdict)| !verdict.named)
        .map(|&(index, _)| shots[index].case.to_string())
        .collect();
    let evidence = format!("the prefixes of {named} of {KEYS} are named; not of:\n{}", missed.join("\n"));
    assert!(named >= FLOOR, "{evidence}");
    tell(&evidence);
    for (index, verdict) in &judged {
        let case = &shots[*index].case;
        assert_ne!(verdict.outcome, Outcome::Skipped, "{case}");
        assert_eq!(verdict.false_findings, 0, "{case}");
        assert!(!verdict.placed || verdict.covered > 0.9, "{} covered: {case}", verdict.covered);
        assert!(
            !verdict.placed || (1..=256).contains(&verdict.variants),
            "{} variants: {case}",
            verdict.variants
        );
    }
}

#[test]
fn images_without_a_key_stay_silent() {
    let Some(()) = fonts_are_there() else { return };
    let eye = Eye::new();
    let Some(()) = needs("Tesseract with the model `eng`", eye.is_some()) else { return };
    let eye = eye.expect("it was just looked at");
    let shots = small(SILENT, silent::negative);
    for (index, verdict) in judge(&eye, &shots) {
        let case = &shots[index].case;
        assert_eq!(verdict.false_findings, 0, "{case}");
        assert_ne!(verdict.outcome, Outcome::Skipped, "{case}");
    }
}

/// What the tests and the bench hold the reader to must itself be right.
#[test]
fn what_is_drawn_is_what_it_says() {
    let Some(()) = fonts_are_there() else { return };
    for shot in small(12, positive) {
        let again = positive(SEED, shot.case.index).expect("it was drawn before");
        assert!(shot.bytes == again.bytes, "the same seed draws the same: {}", shot.case);
        let truth = shot.truth.expect("it has a key");
        assert_eq!(truth.key.len(), if shot.case.kind == Some(Kind::New) { 45 } else { 41 });
        assert_eq!(truth.regions.len(), shot.case.lines);
        assert!(!shot.case.to_string().contains(&truth.key), "a case shows no key");
        let image = image::load_from_memory(&shot.bytes).expect("it can be decoded").to_luma8();
        assert_eq!(image.dimensions(), shot.size);
        for Region { x, y, width, height } in truth.regions {
            assert!(x + width <= shot.size.0 && y + height <= shot.size.1, "in the image: {}", shot.case);
            let part = image::imageops::crop_imm(&image, x, y, width, height).to_image();
            let (darkest, lightest) = part
                .pixels()
                .fold((255, 0), |(low, high), pixel| (low.min(pixel.0[0]), high.max(pixel.0[0])));
            assert!(lightest - darkest > 40, "something stands there: {}", shot.case);
        }
    }
}
