//! Which characters a recogniser takes for which, and how often.
//!
//! Measured with Tesseract 5.3 (the model `eng` of Debian) on 1,200 random keys in eleven
//! fonts of 11 to 18 pixels at single and double size, as they are and as JPEG; pairs that
//! were not met there and that look alike in other fonts have a low share.

use std::sync::LazyLock;

use crate::model::Glyph;

/// Of a thousand of the character before the colon, how many are read as others.
const READ_AS: &str = "\
    0: O190 @150 Q16 d5 G5 o5 6_2 9_2 8_2 U1 D2 ©2 e1 ø5 Ø5\n\
    1: i29 l28 I10 L4 |3 !2 t1 T1 7_2 ]1 j1 /1\n\
    2: Z3 z2\n\
    3: S1 5_1 8_1 i1 J1\n\
    4: A1 d1\n\
    5: S65 s4 3_1\n\
    6: é19 G3 b2 E3 e2 o1 &2\n\
    7: /10 T2 ?1 1_2 Z1 y1 ’1\n\
    8: S7 s6 B4 é3 &2 3_1 $1 6_1\n\
    9: S13 g4 q2 3_1 o1 5_1\n\
    A: 4_1 a1 R1\n\
    B: 8_3 E1 R1 3_1\n\
    C: G2 c15 ¢1 (1 O1 e1\n\
    D: O5 0_2 B1 b1\n\
    E: F1 B1 e1 £1\n\
    F: f8 E1 P1 T1\n\
    G: 6_4 C2 g2 O1 e1\n\
    H: K1 N1 h1\n\
    I: l117 i30 1_18 T12 |8 L3 J2 !2 j1 ]2 t1\n\
    J: I49 j17 )10 ]7 }5 i2 f1 l2 1_2 d1\n\
    K: k31 X2 R1 H1\n\
    L: i2 l2 I1 1_1 t1 E1\n\
    M: m2 N1 W1\n\
    N: n2 M1 W1 H1\n\
    O: 0_263 o6 Q5 @5 D4 G1 ©1 d1 C1 U1\n\
    P: p5 F1 R1\n\
    Q: O16 0_5 g4 @2 9_1 o1 q1 a1\n\
    R: K1 P1 B1 A1\n\
    S: s9 5_6 $2 8_3 §1 9_1 3_1\n\
    T: I7 i4 l3 t3 7_1 Y1 1_1\n\
    U: u10 V1 L1 0_1\n\
    V: v5 ¥1 Y1 y1 W1 U1\n\
    W: w60 N1 M1 H1 v1\n\
    X: x49 K2 Y1 %1\n\
    Y: y7 ¥6 V2 v1\n\
    Z: 2_4 z4 7_1\n\
    a: e1 o1 g1 q1 d1 s1\n\
    b: D4 6_1 h1 o1 B1 p1\n\
    c: C12 e9 ¢1 o1 (1 G1\n\
    d: G3 a1 o1 D1 l1\n\
    e: c1 E1 é2 o1 a1 6_1\n\
    f: F55 T7 t2 P1 r1 ¢1\n\
    g: q9 e6 G5 ¢2 2_4 9_3 y1 8_1 p1 a1\n\
    h: H4 A3 b1 n1 R1\n\
    i: 1_12 t12 I9 l5 L4 j2 !1 T1 .1 |1 ;1 f1\n\
    j: J12 ]8 i5 }2 )1 |2 /2 ;1 l1 y1 f1 1_1\n\
    k: K62 x1 h1 R1 X1\n\
    l: 1_220 L198 I121 i16 |10 t3 !2 ]2 j1 T1 J1 /1\n\
    m: M10 n1 r1 w1\n\
    n: N6 m1 h2 r1 A1 a1\n\
    o: 0_93 O14 a1 e1 c1 D1 ©1 6_1 @1 °1\n\
    p: P5 y1 D1 o1 b1\n\
    q: g66 a5 Q4 9_3 G2 d1 @1\n\
    r: n1 t1 f1 F1 i1 y1\n\
    s: S39 5_2 $1 8_2 e1 a1 z1\n\
    t: E3 i3 f1 l1 r1 1_1 F1 c1 T1\n\
    u: U48 v2 y1 l1 w1 ü1\n\
    v: V44 y2 Y1 u2 w1 ¥1\n\
    w: W37 v1 m1 N1 u1\n\
    x: X18 K1 z1 %1 *1\n\
    y: Y8 v2 g1 V1 ¥1\n\
    z: Z99 2_2 7_1 x1";

/// How often, of a thousand, a character is read as one that is not known to be like it.
const OTHER: f32 = 0.15;
/// Letters and digits that a key is made of.
pub(super) const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters that are taken for each other, whatever their case: the first stands for all.
const FOLDS: [&str; 7] = ["0odqg69ce", "1lijtf7", "5s8b3", "2z", "vyu", "wm", "nhk"];

/// A character that is read as another, and the logarithm of how often.
type Row = Vec<(char, f32)>;

/// For each of [`ALPHABET`], what it is read as.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = vec![Vec::new(); ALPHABET.len()];
    for line in READ_AS.lines() {
        let Some((letter, others)) = line.trim().split_once(':') else { continue };
        let Some(at) = letter.bytes().next().and_then(index) else { continue };
        let mut rest = 1000.0;
        for other in others.split_whitespace() {
            let mut characters = other.chars();
            let Some(read) = characters.next() else { continue };
            let share: f32 = characters.as_str().trim_start_matches('_').parse().unwrap_or(OTHER);
            rows[at].push((read, (share / 1000.0).ln()));
            rest -= share;
        }
        rows[at].push((char::from(ALPHABET[at]), (rest / 1000.0).ln()));
    }
    rows
});

/// The place of `letter` in [`ALPHABET`].
pub(super) fn index(letter: u8) -> Option<usize> {
    match letter {
        b'0'..=b'9' => Some(usize::from(letter - b'0')),
        b'A'..=b'Z' => Some(usize::from(letter - b'A') + 10),
        b'a'..=b'z' => Some(usize::from(letter - b'a') + 36),
        _ => None,
    }
}

/// The logarithm of how often the character at `at` of [`ALPHABET`] is read as `read`.
pub(super) fn share(at: usize, read: char) -> f32 {
    let row = &ROWS[at];
    row.iter().find(|(other, _)| *other == read).map_or((OTHER / 1000.0).ln(), |(_, share)| *share)
}

/// `letter` as it is looked at: quotes, dashes and dots in their plain form.
pub(super) fn plain(letter: char) -> char {
    match letter {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '`' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{b7}' | '\u{2022}' | '\u{2219}' | '\u{22c5}' | '\u{2027}' => '.',
        other => other,
    }
}

/// What it costs to take `glyph` for a letter or digit.
pub(super) fn as_alnum(glyph: &Glyph) -> f32 {
    let Some(&(best, _)) = glyph.choices.first() else { return NEVER };
    let could_be = || glyph.choices.iter().any(|(other, sure)| other.is_ascii_alphanumeric() && *sure > 0);
    match best {
        _ if best.is_ascii_alphanumeric() => 0.0,
        '@' | '|' | '\u{e9}' | '\u{a5}' | '\u{a2}' | '\u{a9}' | '\u{a7}' | '\u{d8}' | '\u{f8}' | '\u{a3}'
        | '\u{20ac}' | '\u{ae}' => 0.5,
        '$' | '&' | '!' | ']' | '}' | ')' | '[' | '(' | '/' | '?' | '%' => {
            if could_be() {
                1.2
            } else {
                1.6
            }
        }
        _ if best.is_alphabetic() => 1.0,
        '"' | '\'' | '=' | '*' | '+' | '<' | '>' | '\u{201c}' | '\u{201d}' => NEVER,
        _ if could_be() => 2.5,
        _ => NEVER,
    }
}

/// What it costs to take `glyph` for the dot of a key.
pub(super) fn as_dot(glyph: &Glyph) -> f32 {
    let Some(&(best, _)) = glyph.choices.first() else { return NEVER };
    match plain(best) {
        '.' => 0.0,
        ',' => 0.6,
        '-' | '_' | ':' | ';' | '\'' | '~' | '\u{b0}' if has(glyph, '.') => 1.0,
        '-' | '_' | ':' | ';' | '\'' | '~' | '\u{b0}' => 2.0,
        _ if glyph.choices.iter().any(|&(other, sure)| other == '.' && sure > 20) => 2.0,
        _ => NEVER,
    }
}

/// What it costs to take `glyph` for `literal`, a character of a prefix.
pub(super) fn as_literal(glyph: &Glyph, literal: u8) -> f32 {
    let Some(&(best, _)) = glyph.choices.first() else { return NEVER };
    let wanted = char::from(literal);
    if plain(best) == wanted {
        return 0.0;
    }
    let is_like = match index(literal) {
        Some(at) => share(at, best) > (0.8_f32 / 1000.0).ln(),
        None => matches!(plain(best), '-' | '.' | ',' | '~' | '='),
    };
    let sure = glyph.choices.iter().find(|(other, _)| *other == wanted).map(|(_, sure)| *sure);
    match sure {
        _ if is_like => 0.7,
        Some(1..) => 1.0,
        Some(0) => 2.0,
        None => 3.5,
    }
}

/// What it costs to take a character for what it is not like at all.
pub(super) const NEVER: f32 = 6.0;

fn has(glyph: &Glyph, wanted: char) -> bool {
    glyph.choices.iter().any(|(letter, _)| *letter == wanted)
}

/// Whether `a` and `b` are the same letter, or taken for each other.
pub(super) fn is_alike(a: char, b: char) -> bool {
    fold(a) == fold(b)
}

/// What stands for `letter` and all that is taken for it.
pub(super) fn fold(letter: char) -> char {
    let letter = match plain(letter).to_ascii_lowercase() {
        '|' | '!' | ']' | ')' | '}' | '/' => '1',
        '@' | '\u{e9}' | '\u{a9}' | '\u{f8}' => '0',
        '$' | '\u{a7}' | '&' => '5',
        '\u{a5}' => 'y',
        other => other,
    };
    let class = FOLDS.iter().find(|class| class.contains(letter));
    class.and_then(|class| class.chars().next()).unwrap_or(letter)
}

/// All letters and digits that `letter` is taken for, itself among them.
pub(super) fn folds_with(letter: u8) -> impl Iterator<Item = u8> {
    let own = fold(char::from(letter));
    ALPHABET.iter().copied().filter(move |other| fold(char::from(*other)) == own)
}
