//! What can be measured of a letter, against what the recogniser takes it for.
//!
//! It tells `s` from `S` by the words that it knows, and a key has none. Their height tells
//! them apart; so where a letter is as high as its other case, the choices change places.

#![expect(clippy::cast_precision_loss, reason = "sides of pictures are small")]

use image::GrayImage;

use super::hocr::Letter;

/// A strip with what is known of its letters' edges.
pub(super) struct Gauge<'s> {
    strip: &'s GrayImage,
    /// From and to of the runs of columns that have ink.
    runs: Vec<(u32, u32)>,
    /// The row of the upper edge of capitals, and that below letters.
    cap: f32,
    base: f32,
}

/// The space that a letter takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As an `x`.
    Small,
    /// As an `X`.
    Tall,
    /// As a `p`.
    Low,
}

/// Letters that are one another but for their form.
const ALIKE: [&[char]; 11] = [
    &['c', 'C'],
    &['o', 'O', '0'],
    &['s', 'S', '5'],
    &['u', 'U'],
    &['v', 'V'],
    &['w', 'W'],
    &['x', 'X'],
    &['z', 'Z', '2'],
    &['p', 'P'],
    &['y', 'Y'],
    &['g', 'q', '9'],
];
/// Letters whose form says where small and tall ones end: what they are taken for is right.
const SMALL: &str = "aemnr";
const TALL: &str = "ABDEFGHKLMNRTbdfhkl34678";
/// Darker than this is ink.
const DARK: u8 = 150;

fn form(letter: char) -> Option<Form> {
    match letter {
        'c' | 'o' | 's' | 'u' | 'v' | 'w' | 'x' | 'z' => Some(Form::Small),
        'p' | 'y' | 'g' | 'q' => Some(Form::Low),
        'C' | 'O' | '0' | 'S' | '5' | 'U' | 'V' | 'W' | 'X' | 'Z' | '2' | 'P' | 'Y' | '9' => Some(Form::Tall),
        _ => None,
    }
}

impl<'s> Gauge<'s> {
    /// `cap` and `base` are rows of the strip.
    pub(super) fn new(strip: &'s GrayImage, cap: f32, base: f32) -> Self {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for x in 0..strip.width() {
            if (0..strip.height()).any(|y| strip.get_pixel(x, y).0[0] < DARK) {
                match runs.last_mut() {
                    Some((_, to)) if *to == x => *to = x + 1,
                    _ => runs.push((x, x + 1)),
                }
            }
        }
        Self { strip, runs, cap, base }
    }

    /// Whether there is ink where a letter is said to be: the recogniser takes the end of the
    /// strip for a dash.
    pub(super) fn has_ink(&self, letter: &Letter) -> bool {
        let (Some((first, _)), Some((_, last))) = (self.runs.first(), self.runs.last()) else { return false };
        (*first..*last).contains(&u32::midpoint(letter.area[0], letter.area[2]))
    }

    /// Puts the choices of letters in the order of what they are by their form.
    pub(super) fn judge(&self, letters: &mut [&mut Letter]) {
        let edges: Vec<Option<(f32, f32)>> = (0..letters.len()).map(|at| self.edges(letters, at)).collect();
        let tops = |which: &str| {
            let mut tops: Vec<f32> = letters
                .iter()
                .zip(&edges)
                .filter(|(letter, _)| which.contains(letter.choices[0].0))
                .filter_map(|(_, edges)| Some((*edges)?.0))
                .collect();
            tops.sort_by(f32::total_cmp);
            tops.get(tops.len() / 2).copied()
        };
        let tall = tops(TALL).unwrap_or(self.cap);
        let height = self.base - tall;
        let small = tops(SMALL).filter(|top| top - tall > height / 8.0).unwrap_or(tall + height * 0.26);
        if height <= 4.0 {
            return;
        }
        for (letter, edges) in letters.iter_mut().zip(&edges) {
            let Some((top, bottom)) = *edges else { continue };
            // Too near to the middle to tell.
            let from_middle = top - f32::midpoint(tall, small);
            if from_middle.abs() < (small - tall) * 0.15 {
                continue;
            }
            let form = match (from_middle < 0.0, bottom > self.base + height * 0.13) {
                (true, false) => Form::Tall,
                (false, false) => Form::Small,
                (false, true) => Form::Low,
                (true, true) => continue,
            };
            settle(letter, form);
        }
    }

    /// The upper and lower edge of the ink of a letter; none where it is not told from its
    /// neighbours'.
    fn edges(&self, letters: &[&mut Letter], at: usize) -> Option<(f32, f32)> {
        let middle = |letter: &Letter| u32::midpoint(letter.area[0], letter.area[2]);
        let own = middle(letters[at]);
        let &(mut from, mut to) = self.runs.iter().find(|(from, to)| (*from..*to).contains(&own))?;
        let shares = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_some_and(|letter| (from..to).contains(&middle(letter)))
        };
        if shares(at.checked_sub(1)) || shares(Some(at + 1)) {
            // Letters touch: the middle of its own box is its alone.
            let [left, _, right, _] = letters[at].area;
            let inset = (right - left) / 4;
            (from, to) = (from.max(left + inset), to.min(right.saturating_sub(inset)));
        }
        let inked = |y: u32| (from..to).any(|x| self.strip.get_pixel(x, y).0[0] < DARK);
        let top = (0..self.strip.height()).find(|&y| inked(y))?;
        let bottom = (top..self.strip.height()).rev().find(|&y| inked(y))? + 1;
        Some((top as f32, bottom as f32))
    }
}

/// Makes the likeliest choice one of this form, if its other case has it.
fn settle(letter: &mut Letter, measured: Form) {
    let (first, sure) = letter.choices[0];
    if form(first).is_none_or(|form| form == measured) {
        return;
    }
    let Some(alike) = ALIKE.iter().find(|alike| alike.contains(&first)) else { return };
    let fits = |choice: char| alike.contains(&choice) && form(choice) == Some(measured);
    let known = letter.choices.iter().map(|(choice, _)| *choice).find(|&choice| fits(choice));
    let Some(right) = known.or_else(|| alike.iter().copied().find(|&choice| fits(choice))) else { return };
    letter.choices.retain(|(choice, _)| *choice != right);
    letter.choices.insert(0, (right, sure));
}
