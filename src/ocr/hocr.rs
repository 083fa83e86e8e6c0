//! What the recogniser writes: hOCR, with a box for every letter and what else it may be.
//!
//! Only the few things that are needed are read, and whatever is not understood is passed
//! over: it is no parser of HTML.

/// A letter on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Letter {
    /// What it may be, the likeliest first, each with how sure that is, 0 to 100.
    pub(super) choices: Vec<(char, u8)>,
    /// Left, top, right and bottom, in pixels of the page.
    pub(super) area: [u32; 4],
}

/// A page: its lines, of words, of letters.
pub(super) type Page = Vec<Vec<Vec<Letter>>>;

/// Most letters that are read from one answer, and most choices of a letter.
const MOST_LETTERS: usize = 400_000;
const MOST_CHOICES: usize = 12;

/// Reads an answer of `pages` pages.
pub(super) fn pages(answer: &str, pages: usize) -> Vec<Page> {
    let mut all: Vec<Page> = vec![Page::new(); pages];
    let mut at = None;
    let mut letters = 0;
    for tag in answer.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap_or((tag, ""));
        if !(tag.starts_with("div ") || tag.starts_with("span ")) {
            continue;
        }
        let class = attribute(tag, "class=").unwrap_or("");
        let title = attribute(tag, "title=").unwrap_or("");
        if class == "ocr_page" {
            at = property(title, "ppageno").and_then(|number| number.parse().ok()).filter(|&at| at < pages);
        }
        let Some(page) = at.and_then(|at: usize| all.get_mut(at)) else { continue };
        match class {
            "ocr_line" | "ocr_header" | "ocr_caption" | "ocr_textfloat" => page.push(Vec::new()),
            "ocrx_word" => {
                if page.is_empty() {
                    page.push(Vec::new());
                }
                if let Some(line) = page.last_mut() {
                    line.push(Vec::new());
                }
            }
            "ocrx_cinfo" if letters < MOST_LETTERS => {
                if let Some(word) = page.last_mut().and_then(|line| line.last_mut()) {
                    letters += add(word, title, text);
                }
            }
            _ => {}
        }
    }
    all
}

/// Adds a letter, or a choice of the last one, to a word; returns how many letters that are.
fn add(word: &mut Vec<Letter>, title: &str, text: &str) -> usize {
    let read = unescaped(text.trim_end_matches(['\n', '\r', ' ']));
    if let Some(area) = property(title, "x_bboxes").and_then(numbers) {
        let sure = percent(property(title, "x_conf"));
        let count = u32::try_from(read.len()).unwrap_or(1).max(1);
        let wide = area[2].saturating_sub(area[0]) / count;
        for (nth, &letter) in (0..).zip(&read) {
            let left = area[0] + wide * nth;
            let right = if nth + 1 == count { area[2] } else { left + wide };
            word.push(Letter { choices: vec![(letter, sure)], area: [left, area[1], right, area[3]] });
        }
        return read.len();
    }
    if let (Some(last), [choice]) = (word.last_mut(), &read[..])
        && let sure @ Some(_) = property(title, "x_confs")
        && last.choices.len() < MOST_CHOICES
        && last.choices.iter().all(|(known, _)| known != choice)
    {
        last.choices.push((*choice, percent(sure)));
    }
    0
}

/// The value of an attribute in single or double quotes.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let rest = &tag[tag.find(name)? + name.len()..];
    let quote = rest.chars().next().filter(|&quote| quote == '\'' || quote == '"')?;
    rest[1..].split_once(quote).map(|(value, _)| value)
}

/// The value of a property in a title, such as `1 2 3 4` of `bbox 1 2 3 4; x_wconf 7`.
fn property<'t>(title: &'t str, name: &str) -> Option<&'t str> {
    let mut properties = title.split(';').map(str::trim);
    properties.find_map(|property| property.strip_prefix(name)?.strip_prefix(' '))
}

/// Four numbers of pixels, of which the third and fourth are not less than the first and second.
fn numbers(text: &str) -> Option<[u32; 4]> {
    let mut numbers = text.split_ascii_whitespace().map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok().filter(|&number| number < 1 << 24);
    let area = [next()?, next()?, next()?, next()?];
    (area[0] <= area[2] && area[1] <= area[3]).then_some(area)
}

/// A share in percent, rounded; nothing where it is no number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is held between 0 and 100")]
fn percent(text: Option<&str>) -> u8 {
    let share: f32 = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0.0);
    if share.is_finite() { share.clamp(0.0, 100.0).round() as u8 } else { 0 }
}

/// The letters of a text with the references that hOCR has.
fn unescaped(text: &str) -> Vec<char> {
    const KNOWN: [(&str, char); 5] =
        [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&#39;", '\'')];
    let mut rest = text;
    let mut letters = Vec::new();
    while let Some(first) = rest.chars().next() {
        let known = KNOWN.iter().find(|(written, _)| rest.starts_with(written));
        let (letter, length) =
            known.map_or((first, first.len_utf8()), |(written, letter)| (*letter, written.len()));
        if !letter.is_control() && !letter.is_whitespace() {
            letters.push(letter);
        }
        rest = &rest[length..];
    }
    letters
}
