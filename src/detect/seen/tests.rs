//! Keys and what only looks like one, drawn as a recogniser reads them: letters mistaken, gaps
//! put in, characters read twice. All from seeds; no image is read here.

use super::*;
use crate::model::{Confidence, Glyph, Reason};
use crate::rules::RuleSet;

const LOOKALIKES: &str = include_str!("../../../fixtures/lookalikes.txt");
/// Width of a column and height of a line, in pixels.
const COLUMN: u32 = 9;
const ROW: u32 = 20;

struct Reader {
    random: fastrand::Rng,
    /// How many of a thousand characters are mistaken.
    mistakes: u32,
}

impl Reader {
    fn new(seed: u64, mistakes: u32) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), mistakes }
    }

    fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| self.random.alphanumeric()).collect()
    }

    fn key(&mut self, prefix: &str) -> String {
        format!("{prefix}{}.{}", self.letters(8), self.letters(32))
    }

    fn happens(&mut self, share: u32) -> bool {
        self.random.u32(0..1000) < share
    }

    /// `text` as it is read, each row a line.
    fn page(&mut self, text: &str) -> Vec<TextLine> {
        text.lines()
            .zip(0..)
            .filter(|(line, _)| !line.trim().is_empty())
            .map(|(line, row)| self.line(line, row))
            .collect()
    }

    fn line(&mut self, text: &str, row: u32) -> TextLine {
        let mut glyphs: Vec<Glyph> = Vec::new();
        let mut is_blank = true;
        for (letter, column) in text.chars().zip(0_u32..) {
            let region = place(letter, column, row);
            if letter == ' ' {
                if !is_blank {
                    glyphs.push(Glyph { choices: vec![(' ', 90)], region });
                }
                is_blank = true;
                continue;
            }
            if !is_blank && letter.is_alphanumeric() && self.happens(self.mistakes / 4) {
                glyphs.push(Glyph { choices: vec![(' ', 60)], region: Region { width: 1, ..region } });
            }
            is_blank = false;
            let read = self.mistaken(letter);
            if letter == '_' && self.happens(self.mistakes) {
                glyphs.push(Glyph { choices: vec![(' ', 60)], region });
                is_blank = true;
                continue;
            }
            let mut choices = vec![(read, if read == letter { 94 } else { 82 })];
            if read != letter {
                choices.push((letter, 40));
            }
            glyphs.push(Glyph { choices, region });
            if letter.is_alphabetic() && self.happens(self.mistakes / 8) {
                let other = if letter.is_lowercase() {
                    letter.to_ascii_uppercase()
                } else {
                    letter.to_ascii_lowercase()
                };
                glyphs
                    .push(Glyph { choices: vec![(other, 60)], region: Region { x: region.x + 2, ..region } });
            }
        }
        while glyphs.last().is_some_and(|glyph| glyph.choices[0].0 == ' ') {
            glyphs.pop();
        }
        let region = glyphs.iter().map(|glyph| glyph.region).reduce(Region::join).unwrap_or_default();
        TextLine { glyphs, region }
    }

    /// What `letter` is read as: often as it is, sometimes as what looks like it.
    fn mistaken(&mut self, letter: char) -> char {
        let often = match letter {
            '0' => "OO@Q",
            'O' | 'o' => "0",
            'l' => "1IL|",
            'I' => "l1",
            '1' => "liI",
            '5' => "S",
            'S' | 's' => "s5S",
            '8' => "BS",
            'q' => "g9",
            '6' => "G\u{e9}",
            'Z' | 'z' => "Z2",
            _ if "ckuvwxfp".contains(letter.to_ascii_lowercase()) => "",
            '"' => "\u{201c}'",
            '.' => ".,",
            _ => return letter,
        };
        if !self.happens(4 * self.mistakes) {
            return letter;
        }
        let often: Vec<char> = often.chars().collect();
        match self.random.choice(often) {
            Some(read) => read,
            None if letter.is_lowercase() => letter.to_ascii_uppercase(),
            None => letter.to_ascii_lowercase(),
        }
    }
}

/// The box of `letter` in its cell.
fn place(letter: char, column: u32, row: u32) -> Region {
    let (x, y) = (20 + column * COLUMN, 20 + row * ROW);
    match letter {
        '.' => Region { x: x + 3, y: y + 11, width: 3, height: 3 },
        '_' => Region { x, y: y + 14, width: 8, height: 2 },
        'a' | 'c' | 'e' | 'g' | 'm'..='s' | 'u'..='z' => Region { x: x + 1, y: y + 4, width: 7, height: 10 },
        'i' | 'l' | 'I' | '1' | '|' | '!' => Region { x: x + 3, y, width: 3, height: 14 },
        _ => Region { x: x + 1, y, width: 7, height: 14 },
    }
}

fn page<'p>(lines: &'p [TextLine], path: &'p [u8]) -> Page<'p> {
    Page { provenance: Provenance { shown: path, relative: path }, size: (2000, 2000), lines }
}

/// What is found in `lines` where reading again gives the same.
fn scan(detector: &Detector, lines: &[TextLine]) -> Vec<Finding> {
    let mut findings = Vec::new();
    detector.scan_page(page(lines, b"shot.png"), &mut |_| Vec::new(), &mut findings);
    findings
}

fn detector() -> Detector {
    Detector::new(RuleSet::builtin())
}

fn regions(finding: &Finding) -> &[Region] {
    &finding.sight.as_ref().expect("what is on a page has a place").regions
}

/// The keys that are found in `text` when it is read without a mistake.
fn check(text: &str, expect: &[&str]) -> Vec<Finding> {
    let findings = scan(&detector(), &Reader::new(1, 0).page(text));
    let keys: Vec<&str> = findings.iter().map(|finding| &*finding.key).collect();
    assert_eq!(keys, expect, "of a page of {} lines", text.lines().count());
    findings
}

#[test]
fn a_key_is_found_where_it_stands() {
    let key = Reader::new(2, 0).key("b10_");
    let findings = check(&format!("$ cat .env\nAPI_KEY=\"{key}\"\n"), &[&key[..12]]);
    let [finding] = &findings[..] else { panic!("there is one") };
    assert_eq!((finding.secret.expose(), finding.confidence), (key.as_bytes(), Confidence::High));
    assert_eq!(finding.reasons, [Reason::Shape, Reason::ReadInImage]);
    assert_eq!(finding.snippet.before, "API_KEY=\"");
    assert_eq!(finding.snippet.after, "\"");
    let [region] = regions(finding) else { panic!("it stands on one line") };
    let letters = place('b', 9, 1).join(place('X', 53, 1));
    assert_eq!(region.join(letters), *region, "all of it is in the region");
    assert!(region.width < letters.width + 20 && region.height < letters.height + 20);
}

#[test]
fn an_old_key_needs_a_word_of_baseten_or_a_clear_reading() {
    let key = Reader::new(3, 0).key("");
    let name = &key[..8];
    let named = check(&format!("BASETEN_API_KEY={key}"), &[name]);
    assert_eq!(named[0].confidence, Confidence::High);
    let alone = check(&format!("value = {key}"), &[name]);
    assert_eq!(alone[0].confidence, Confidence::Low);
    check(&format!("baseten {key}_\nline"), &[name]);
    check(&format!("{key}aB3x"), &[]);
    check(&format!("x{key}"), &[]);
    check(&format!("Zz8.{key}.Zz8"), &[]);
    let row = ["XKxKKKKA", "KkAAKIMI", "KNiIHXKX", "KAxXKAKM"].concat();
    check(&format!("API_KEY=b10_{}.{row}", "XXxX".repeat(2)), &[]);
    let digest = "0123456789abcdef".repeat(2).chars().rev().collect::<String>();
    check(&format!("baseten abcd1234.{digest}"), &[]);
}

#[test]
fn a_wrapped_key_has_a_region_for_each_line() {
    let key = Reader::new(4, 0).key("b10_");
    let findings = check(&format!("$ export K={}\n{}\n$ ls\n", &key[..30], &key[30..]), &[&key[..12]]);
    assert_eq!(findings[0].secret.expose(), key.as_bytes());
    assert_eq!(regions(&findings[0]).len(), 2);
    assert!(!findings[0].snippet.after.contains(&key[30..]));
}

#[test]
fn what_is_read_beside_a_wrapped_key_is_none_of_it() {
    for prefix in ["b10_", ""] {
        let key = Reader::new(12, 0).key(prefix);
        let name = &key[..prefix.len() + 8];
        let (head, rest) = key.split_at(30);
        check(&format!("baseten_api_key = {head}\n| {rest}\n| more"), &[name]);
        check(&format!("baseten_api_key = {head}-\n-{rest}_\nmore"), &[name]);
        check(&format!("baseten_api_key = {head}\nmore words\n{rest}"), &[]);
    }
}

#[test]
fn a_word_close_by_is_none_of_a_key() {
    let key = Reader::new(13, 0).key("");
    // A blank that is too narrow for the font may be none.
    let close = |text: String| {
        let mut lines = Reader::new(1, 0).page(&text);
        let glyphs = &mut lines[0].glyphs;
        let at = text.rfind(' ').expect("there is one");
        for glyph in &mut glyphs[at + 1..] {
            glyph.region.x -= COLUMN * 3 / 5;
        }
        scan(&detector(), &lines).len()
    };
    assert_eq!(close(format!("baseten {key} Copy")), 1);
    assert_eq!(close(format!("baseten {key} aB3x")), 0);
    assert_eq!(close(format!("baseten Bearer {key}")), 1);
    assert_eq!(close(format!("baseten x8Kq {key}")), 0);
}

#[test]
fn a_key_shown_twice_is_found_twice_and_once_in_each_place() {
    let key = Reader::new(5, 0).key("b10_");
    let findings = check(&format!("a {key}\nb {key}"), &[&key[..12], &key[..12]]);
    assert_ne!(regions(&findings[0]), regions(&findings[1]));
    let mut lines = Reader::new(1, 0).page(&format!("a {key}"));
    lines.push(lines[0].clone());
    assert_eq!(scan(&detector(), &lines).len(), 1);
}

#[test]
fn other_secrets_are_found_in_the_text() {
    let mut random = Reader::new(6, 0);
    let (webhook, gateway) = (random.letters(40), random.letters(12));
    let name = format!("sky_{gateway}");
    let findings = check(&format!("baseten\n{name}.{}\n", random.letters(32)), &[&name]);
    assert_eq!(findings[0].sight.as_ref().map(|sight| &*sight.variants), Some(&[name.clone()][..]));
    let findings = scan(&detector(), &random.page(&format!("baseten webhook\nwhsec_{webhook}")));
    assert_eq!((findings.len(), &*findings[0].rule), (1, "baseten-webhook-secret"));
}

/// How many of `count` keys that are read with mistakes are found, and of how many the name
/// is right or among the variants.
fn recall(prefix: &str, count: usize, mistakes: u32) -> (usize, usize) {
    let detector = detector();
    let mut reader = Reader::new(0x5EE4, mistakes);
    let (mut found, mut named) = (0, 0);
    for _ in 0..count {
        let key = reader.key(prefix);
        let text = format!("$ env | grep BASETEN\nBASETEN_API_KEY=\"{key}\"\n$ exit");
        let lines = reader.page(&text);
        let findings = scan(&detector, &lines);
        let Some(finding) = findings.first() else { continue };
        found += 1;
        let (name, _) = key.split_once('.').expect("a key has a dot");
        let variants = &finding.sight.as_ref().expect("it has a place").variants;
        assert!(variants.len() <= ballot::VARIANTS && variants.first() == Some(&finding.key));
        named += usize::from(variants.iter().any(|variant| variant == name));
    }
    (found, named)
}

#[test]
fn keys_are_found_in_spite_of_mistakes() {
    for prefix in ["b10_", ""] {
        let (found, named) = recall(prefix, 150, 40);
        assert!(found >= 145 && named >= 140, "{prefix}: {found} found and {named} named of 150");
    }
}

#[test]
fn what_only_looks_like_a_key_is_silent() {
    let detector = detector();
    let mut reader = Reader::new(0xDEC0, 40);
    let hex = |reader: &mut Reader, count: usize| -> String {
        (0..count).map(|_| char::from(b"0123456789abcdef"[reader.random.usize(0..16)])).collect()
    };
    let mut pages: Vec<String> = Vec::new();
    let known: Vec<&str> = LOOKALIKES.lines().filter(|line| !line.starts_with('#')).collect();
    pages.extend(known.chunks(12).map(|few| few.join("\n")));
    for _ in 0..10 {
        let mut page = vec!["$ truss push # baseten".to_owned()];
        for _ in 0..4 {
            let jwt: Vec<String> = [36, 74, 43].iter().map(|count| reader.letters(*count)).collect();
            page.extend([
                format!("{}  src/main.rs", hex(&mut reader, 64)),
                format!("{}.{}", hex(&mut reader, 8), hex(&mut reader, 32)),
                format!("Bearer eyJ{}", jwt.join(".")),
                format!("{}==", reader.letters(62)),
                format!("ssh-rsa {}", reader.letters(70)),
                format!("b10_{}.**** {}", reader.letters(8), reader.letters(32)),
                format!("integrity sha512-{}.js", reader.letters(60)),
                format!("at settings.loadSettingsCompatibilityResults({})", reader.letters(4)),
            ]);
        }
        pages.push(page.join("\n"));
    }
    for text in pages {
        let lines = reader.page(&text);
        let found = scan(&detector, &lines);
        let rules: Vec<(&str, &[Region])> =
            found.iter().map(|finding| (&*finding.rule, regions(finding))).collect();
        assert!(rules.is_empty(), "{rules:?} on a page of {} lines", lines.len());
    }
}

#[test]
fn mistakes_do_not_change_the_fingerprint_and_the_digest() {
    let swap = |letter: char| match letter {
        '0' => 'O',
        'O' => '0',
        'l' => 'I',
        'I' => '1',
        '5' => 'S',
        'S' => 's',
        'z' => 'Z',
        'x' => 'X',
        'q' => 'g',
        other => other,
    };
    let key = Reader::new(11, 0).key("b10_");
    let (prefix, rest) = key.split_at(4);
    let other = prefix.to_owned() + &rest.chars().map(swap).collect::<String>();
    assert_ne!(key, other);
    let detector = detector();
    let of = |key: &str| {
        let found = scan(&detector, &Reader::new(1, 0).page(&format!("KEY={key}"))).pop();
        found.map(|found| (found.fingerprint, found.digest))
    };
    assert!(of(&key).is_some());
    assert_eq!(of(&key), of(&other));
}

#[test]
fn nothing_of_a_secret_is_shown_and_all_of_it_is_covered() {
    let mut reader = Reader::new(8, 30);
    let detector = detector();
    for prefix in ["b10_", ""] {
        let (key, token) = (reader.key(prefix), reader.letters(36));
        let text = format!("x: {token} BASETEN={key} password=hunter2horse");
        let lines = Reader::new(1, 0).page(&text);
        let findings = scan(&detector, &lines);
        let [finding] = &findings[..] else { panic!("there is one") };
        let snippet = format!("{:?} {:?}", finding.snippet, finding.location);
        for secret in [&key[key.len() - 32..], &token, "hunter2horse"] {
            assert!(!snippet.contains(&secret[..8]), "of what is {} long", secret.len());
        }
        let covered = detector.suspect_regions(page(&lines, b"shot.png"));
        for secret in [&*key, &token, "hunter2horse"] {
            let at = u32::try_from(text.find(secret).expect("it is there")).expect("a line is short");
            let last = at + u32::try_from(secret.len()).expect("a key is short") - 1;
            let own = place('X', at, 0).join(place('X', last, 0));
            assert!(covered.iter().any(|region| region.join(own) == *region), "{own}");
        }
    }
}

#[test]
fn other_readings_correct_the_first() {
    let key = Reader::new(9, 0).key("b10_");
    let clear = Reader::new(1, 0).page(&format!("  {key}"));
    let mut blurred = clear.clone();
    for glyph in blurred[0].glyphs.iter_mut().skip(4).step_by(5) {
        glyph.choices.insert(0, ('x', 60));
    }
    let mut findings = Vec::new();
    let mut asked = 0;
    let mut reread = |_: Region| {
        asked += 1;
        vec![clear[0].clone(), clear[0].clone(), clear[0].clone()]
    };
    detector().scan_page(page(&blurred, b"shot.png"), &mut reread, &mut findings);
    assert_eq!((asked, findings.len()), (1, 1));
    assert_eq!(findings[0].secret.expose(), key.as_bytes());
}

#[test]
fn half_a_neighbour_is_no_letter_of_a_key() {
    let key = Reader::new(14, 0).key("");
    let first = Reader::new(1, 0).page(&format!("baseten={key}"));
    let again = Reader::new(1, 0).page(&format!("       s{key}l"));
    let mut findings = Vec::new();
    let mut reread = |_: Region| vec![again[0].clone(); 5];
    detector().scan_page(page(&first, b"shot.png"), &mut reread, &mut findings);
    let [finding] = &findings[..] else { panic!("there is one") };
    assert_eq!(finding.secret.expose(), key.as_bytes());
}

#[test]
fn hostile_pages_are_bounded() {
    let detector = detector();
    for text in ["1".repeat(20_000), "b10_".repeat(4000), "a.".repeat(8000), "1\n".repeat(4000)] {
        let lines = Reader::new(1, 0).page(&text);
        let mut asked = 0;
        let mut findings = Vec::new();
        let mut reread = |_: Region| {
            asked += 1;
            Vec::new()
        };
        detector.scan_page(page(&lines, b"shot.png"), &mut reread, &mut findings);
        assert!(findings.is_empty() && asked <= 3 * READ_AGAIN);
    }
    let nothing = [TextLine {
        glyphs: vec![Glyph { choices: Vec::new(), region: Region::default() }],
        ..TextLine::default()
    }];
    assert!(scan(&detector, &nothing).is_empty());
}
