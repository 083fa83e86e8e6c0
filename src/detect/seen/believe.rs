//! Which marks of a page are believed to be a key with the shape that a rule names, and how much.
//!
//! The reading takes its place in the text of the page, and is judged there by the filters
//! and the words around it as a key in a text is.

use crate::model::{Attribution, Confidence, Reason};
use crate::rules::Rule;

use super::super::matcher::{Believed, Candidate, Matcher, Text, applies_at};
use super::align::{self, Shape, Span};
use super::reading::{Reading, Reread};
use super::report::Sighted;
use super::tape::{Mark, Tape};
use super::{Page, doubt, likeness};

/// Places on a page that are looked at more closely, at most: more is no picture of keys.
const ROUGH: usize = 64;
/// What a key with a prefix may cost at first, and one without.
const PREFIXED: f32 = 8.5;
const BARE: f32 = 5.0;
/// What one without a prefix may cost with Baseten's name on its line.
const NAMED: f32 = 6.5;
/// Different characters behind the dot, whatever their case, at least: a row of `x` that is
/// misread has fewer, and of 32 random ones there are 20, fewer than 12 less than once in 50,000.
const DIFFERENT: usize = 12;
/// What any may cost once its line was read again: a line of base64 has something like the
/// prefix now and then.
const AGREED: f32 = 4.0;
/// Letters and digits right before a key, and right behind one, that make it a part of a word:
/// what stands behind may be a button that was read as close by.
const BESIDE: usize = 4;
const BEHIND: usize = 6;
/// From this cost on, what is read as a key is believed less.
const DOUBTFUL: f32 = 4.0;
/// What a key may cost that nothing on the page names.
const CLEAR: f32 = 2.0;

/// Marks that may be a key by the shape of a rule.
#[derive(Debug)]
pub(super) struct Rough {
    /// Index of the rule.
    pub(super) rule: usize,
    pub(super) shape: Shape,
    pub(super) span: Span,
}

/// Who judges the marks of one page.
pub(super) struct Believer<'b> {
    pub(super) matcher: &'b Matcher,
    pub(super) page: Page<'b>,
    pub(super) tape: &'b Tape<'b>,
}

impl Believer<'_> {
    /// What may be a key, in order of the page and disjoint. `looseness` stretches what it may cost.
    pub(super) fn rough(&self, looseness: f32) -> Vec<Rough> {
        let path = Some(self.page.provenance.relative);
        let rules = self.matcher.rules.rules.iter().enumerate();
        let shaped = rules.filter(|(_, rule)| rule.traits.shape.is_some() && applies_at(rule, path));
        let mut all: Vec<(usize, Span, bool)> = Vec::new();
        for (index, rule) in shaped {
            let shape = Self::shape(rule, looseness);
            let spans = align::search(self.tape, &shape);
            all.extend(spans.into_iter().map(|span| (index, span, shape.is_bare)));
        }
        // A prefix is worth something that it costs to read it.
        let worth = |(_, span, is_bare): &(usize, Span, bool)| span.cost + if *is_bare { 5.0 } else { 0.0 };
        all.sort_by(|a, b| worth(a).total_cmp(&worth(b)).then(a.0.cmp(&b.0)));
        let mut kept: Vec<(usize, Span)> = Vec::new();
        for (rule, span, _) in all {
            let is_apart = |(_, other): &(usize, Span)| {
                span.marks.end <= other.marks.start || other.marks.end <= span.marks.start
            };
            if kept.len() < ROUGH && kept.iter().all(is_apart) {
                kept.push((rule, span));
            }
        }
        kept.sort_by_key(|(_, span)| span.marks.start);
        let of = |(rule, span): (usize, Span)| {
            let shape = Self::shape(&self.matcher.rules.rules[rule], looseness);
            Rough { rule, shape, span }
        };
        kept.into_iter().map(of).collect()
    }

    fn shape(rule: &Rule, looseness: f32) -> Shape {
        Shape::dotted(rule.traits.key_prefix.as_deref().unwrap_or_default(), looseness)
    }

    /// What `rough` is worth, its lines read again where there is a way to; `None` if it is
    /// no key after all.
    pub(super) fn believe(&self, rough: &Rough, reread: Option<&mut Reread<'_>>) -> Option<Sighted> {
        if self.is_within_a_word(&rough.span) {
            return None;
        }
        let first = Reading::of(self.tape, &rough.shape, &rough.span, self.page.size, None)?;
        // Most of what has the shape is something else, and reading costs time.
        let believed = self.judge(rough, &first)?;
        let Some(reread) = reread else {
            return (first.cost <= AGREED).then(|| Self::sighted(rough, &first, believed));
        };
        let reading = Reading::of(self.tape, &rough.shape, &rough.span, self.page.size, Some(reread))?;
        let believed = self.judge(rough, &reading)?;
        (reading.cost <= AGREED).then(|| Self::sighted(rough, &reading, believed))
    }

    /// Whether letters and digits go on beside `span`, more than a quote or a frame that was
    /// read as one: a line of base64 holds something like a key now and then.
    fn is_within_a_word(&self, span: &Span) -> bool {
        let marks = &self.tape.marks;
        let is_apart = |mark: &Mark<'_>| mark.lead.blank || mark.lead.line_break;
        let before = marks[..span.marks.start].iter().rev();
        let is_first_apart = marks.get(span.marks.start).is_none_or(is_apart);
        // A mark that is apart from the one before it is the last to count.
        let mut ends = is_first_apart;
        let goes_on = |mark: &&Mark<'_>| {
            let counts = !ends && mark.is_alnum();
            ends |= is_apart(mark);
            counts
        };
        let left = before.take_while(goes_on).count();
        let right =
            marks[span.marks.end..].iter().take_while(|mark| !is_apart(mark) && mark.is_alnum()).count();
        left >= BESIDE || right >= BEHIND
    }

    fn sighted(rough: &Rough, reading: &Reading, mut believed: Believed) -> Sighted {
        if reading.cost > DOUBTFUL {
            believed.verdict.confidence = believed.verdict.confidence.min(Confidence::Medium);
        }
        Sighted {
            rule: rough.rule,
            verdict: believed.verdict,
            marks: rough.span.marks.clone(),
            variants: reading.names(),
            sure: reading.sure,
            secret: reading.secret.clone(),
            is_read: true,
        }
    }

    /// What `reading` is worth in its place on the page.
    fn judge(&self, rough: &Rough, reading: &Reading) -> Option<Believed> {
        let marks = &self.tape.marks[rough.span.marks.clone()];
        let (start, end) = (marks.first()?.text.start, marks.last()?.text.end);
        let rule = &self.matcher.rules.rules[rough.rule];
        if reading.cost > if rough.shape.is_bare { NAMED } else { PREFIXED } {
            return None;
        }
        let dot = reading.secret.iter().position(|&byte| byte == b'.')?;
        let tail = &reading.choices[dot + 1..];
        // What is apart on the page must not touch in the text, whatever was read between.
        let mut text = self.tape.text.as_bytes()[..start].to_vec();
        if text.last().is_some_and(|&byte| Self::is_ground(byte, rough, b"x")) {
            text.push(b' ');
        }
        let secret = text.len()..text.len() + reading.secret.len();
        text.extend(&reading.secret);
        let behind = &self.tape.text.as_bytes()[end..];
        if behind.first().is_some_and(|&byte| Self::is_ground(byte, rough, &behind[1..])) {
            text.push(b' ');
        }
        text.extend(behind);
        let text = Text { bytes: &text, path: Some(self.page.provenance.relative) };
        let candidate = Candidate { rule: rough.rule, whole: secret.clone(), secret };
        if self.is_misread_placeholder(rough.rule, reading) {
            return None;
        }
        let mut believed = self.matcher.settle(text, vec![candidate]).pop()?;
        let is_named = believed.verdict.confidence == Confidence::High;
        if rough.shape.is_bare && !is_named && reading.cost > BARE {
            return None;
        }
        let is_lonely = believed.verdict.confidence == Confidence::Low
            || believed.verdict.attribution != Attribution::Baseten;
        // What a page of Baseten's shows may look like a word where its case was misread.
        if doubt::is_digest(tail) || rough.shape.is_bare && is_lonely && doubt::is_word(rule, tail) {
            return None;
        }
        if rough.shape.is_bare && is_lonely && (reading.cost > CLEAR || doubt::is_too_plain(tail)) {
            return None;
        }
        believed.verdict.reasons.push(Reason::ReadInImage);
        Some(believed)
    }

    /// Whether the reading stands for a secret, where each digit is taken for the letter that
    /// it looks like, or the other way round.
    fn is_misread_placeholder(&self, rule: usize, reading: &Reading) -> bool {
        let as_letters = |byte: &u8| match byte {
            b'0' => b'o',
            b'1' | b'I' | b'|' => b'l',
            b'5' => b's',
            b'8' => b'B',
            other => *other,
        };
        let as_digits = |byte: &u8| match byte {
            b'O' | b'o' => b'0',
            b'l' | b'I' => b'1',
            b'S' | b's' => b'5',
            b'B' => b'8',
            other => *other,
        };
        let folded = |byte: &u8| u8::try_from(likeness::fold(char::from(*byte))).unwrap_or(*byte);
        let forms: [Vec<u8>; 2] =
            [reading.secret.iter().map(as_letters).collect(), reading.secret.iter().map(as_digits).collect()];
        // Judged without their randomness, which is another matter.
        let is_placeholder = |form: &Vec<u8>| super::super::filter::is_placeholder(form);
        let is_run =
            |form: Vec<u8>| form.windows(2).filter(|pair| pair[0] == pair[1]).count() > form.len() / 2;
        let mut different: Vec<u8> =
            reading.secret.rsplit(|&byte| byte == b'.').next().unwrap_or_default().to_ascii_lowercase();
        different.sort_unstable();
        different.dedup();
        self.matcher.rules.rules[rule].traits.placeholders
            && (different.len() < DIFFERENT
                || forms.iter().any(is_placeholder)
                || is_run(reading.secret.iter().map(folded).collect()))
    }

    /// Whether `byte` beside a key, with `rest` behind it, is taken to be none of its word: what
    /// the edges cost has settled that, but for an underscore beside a key without a prefix,
    /// which is the ground where nothing but lines and dots ends its line.
    fn is_ground(byte: u8, rough: &Rough, rest: &[u8]) -> bool {
        let is_line = |byte: &&u8| matches!(byte, b'_' | b'-' | b'.' | b'~');
        let ends = rest.iter().find(|byte| !is_line(byte)).is_some_and(u8::is_ascii_whitespace);
        match byte {
            b'_' | b'-' => !rough.shape.is_bare || ends,
            other => other.is_ascii_alphanumeric(),
        }
    }
}
