//! Images in which no key is: code, terminals and logs full of what looks like one, and pictures.

use std::fmt::Write as _;

use crate::contexts::Rng;
use crate::contexts::decoys::{DECOYS, FRAMES};
use crate::contexts::rng::{ALNUM, BASE64, BASE64_URL, LOWER_ALNUM, LOWER_HEX};
use crate::contexts::words::{Case as Letters, identifier, lines_of_code, word};

use super::canvas::Smoothing;
use super::capture::{self, Crop, Zoom};
use super::{Case, Look, Shot, editor, photo, terminal};

/// Strings of the shape of an old key that public software has.
const LOOKALIKES: &str = include_str!("../../../fixtures/lookalikes.txt");

/// A maker of text without a key.
type Maker = fn(&mut Rng) -> String;

/// What texts are made of, by their names in reports.
pub(crate) const TEXTS: [(&str, Maker); 20] = [
    ("code", |rng| lines_of_code(rng, 20..=35)),
    ("identifiers", |rng| {
        many(rng, 18, |rng| {
            format!(
                "{}.{}({});",
                identifier(rng, 8, Letters::Camel),
                identifier(rng, 32, Letters::Camel),
                word(rng)
            )
        })
    }),
    ("look-alikes", |rng| many(rng, 20, lookalike)),
    ("git log", |rng| {
        many(rng, 20, |rng| {
            format!("{} {} the {} of {}", rng.string(LOWER_HEX, 40), word(rng), word(rng), word(rng))
        })
    }),
    ("sums", |rng| {
        many(rng, 18, |rng| format!("{}  {}-{}.tar.gz", rng.string(LOWER_HEX, 64), word(rng), word(rng)))
    }),
    ("md5 sums", |rng| {
        many(rng, 18, |rng| {
            format!(
                "{}  ./{}/{}.{}",
                rng.string(LOWER_HEX, 32),
                word(rng),
                word(rng),
                rng.pick(&["js", "css", "py"])
            )
        })
    }),
    ("assets", |rng| {
        many(rng, 16, |rng| {
            format!(
                "asset {}.{}.js 14{} KiB [emitted] [immutable]",
                rng.string(LOWER_HEX, 8),
                rng.string(LOWER_HEX, 32),
                rng.below(10)
            )
        })
    }),
    ("identifiers of requests", |rng| many(rng, 16, |rng| format!("{} {}", uuid(rng), word(rng)))),
    ("base64", |rng| many(rng, 18, |rng| rng.string(BASE64, 76))),
    ("certificate", |rng| {
        format!(
            "-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----",
            many(rng, 20, |rng| rng.string(BASE64, 64))
        )
    }),
    ("tokens", |rng| {
        many(rng, 8, |rng| {
            format!(
                "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.{}.{}",
                rng.string(BASE64_URL, 60),
                rng.string(BASE64_URL, 43)
            )
        })
    }),
    ("paths", |rng| {
        many(rng, 20, |rng| {
            format!(
                "/usr/lib/{}/{}-{}.{}/{}_{}.so.{}",
                word(rng),
                word(rng),
                rng.below(9),
                rng.below(40),
                word(rng),
                word(rng),
                rng.below(9)
            )
        })
    }),
    ("dump", |rng| many(rng, 20, hex_line)),
    ("minified", |rng| {
        many(rng, 14, |rng| {
            let mut out = String::new();
            for _ in 0..8 {
                let name = identifier(rng, 14, Letters::Camel);
                write!(out, "{}.{name}=n({}),", word(rng), rng.below(999))
                    .expect("writing to a string cannot fail");
            }
            out
        })
    }),
    ("dotted names", |rng| {
        many(rng, 18, |rng| {
            format!(
                "2026-10-02 07:1{}:22 WARN com.{}.{}.{}.{}: {}",
                rng.below(10),
                word(rng),
                word(rng),
                identifier(rng, 8, Letters::Lower),
                identifier(rng, 32, Letters::Pascal),
                word(rng)
            )
        })
    }),
    ("keys of others", |rng| many(rng, 10, key_of_others)),
    ("masked keys", |rng| {
        format!(
            "$ baseten org api-key list\n{}",
            many(rng, 10, |rng| format!(
                "{}{}****  {}-{}",
                rng.pick(&["b10_", ""]),
                rng.string(ALNUM, 8),
                word(rng),
                word(rng)
            ))
        )
    }),
    ("placeholders", |rng| many(rng, 8, |rng| format!("export BASETEN_API_KEY={}", placeholder(rng)))),
    ("model code", |rng| {
        format!(
            "import truss\n\n{}\nbaseten = os.environ['BASETEN_API_KEY']\n{}",
            lines_of_code(rng, 8..=16),
            lines_of_code(rng, 8..=16)
        )
    }),
    ("digests of images", |rng| {
        many(rng, 12, |rng| {
            format!("Digest: sha256:{} baseten/{}:v0.{}", rng.string(LOWER_HEX, 64), word(rng), rng.below(40))
        })
    }),
];

fn many(rng: &mut Rng, count: usize, make: fn(&mut Rng) -> String) -> String {
    let mut out = String::new();
    for _ in 0..count {
        writeln!(out, "{}", make(rng)).expect("writing to a string cannot fail");
    }
    out
}

fn lookalike(rng: &mut Rng) -> String {
    let lines: Vec<&str> = LOOKALIKES.lines().filter(|line| !line.starts_with('#')).collect();
    format!("{} = {}", word(rng), lines[rng.below(lines.len())].replace("[.]", "."))
}

fn placeholder(rng: &mut Rng) -> String {
    let written = ["YOUR_API_KEY", "<YOUR_API_KEY>", "paste-your-api-key-here", "${BASETEN_KEY}"];
    match rng.below(3) {
        0 => ["b10_", &"x".repeat(8), ".", &"x".repeat(32)].concat(),
        1 => ["*".repeat(8), "*".repeat(32)].join("."),
        _ => rng.pick(&written).to_owned(),
    }
}

fn uuid(rng: &mut Rng) -> String {
    [8, 4, 4, 4, 12].map(|length| rng.string(LOWER_HEX, length)).join("-")
}

fn hex_line(rng: &mut Rng) -> String {
    let mut out = format!("{:08x}:", rng.below(1 << 20) * 16);
    for _ in 0..8 {
        write!(out, " {}", rng.string(LOWER_HEX, 4)).expect("writing to a string cannot fail");
    }
    out + "  " + &rng.string(LOWER_ALNUM, 16).replace(['a', 'e', '4'], ".")
}

fn key_of_others(rng: &mut Rng) -> String {
    match rng.below(8) {
        0 => format!("OPENAI_API_KEY=sk-proj-{}", rng.string(BASE64_URL, 64)),
        1 => format!("GITHUB_TOKEN=ghp_{}", rng.string(ALNUM, 36)),
        2 => format!("AWS_SECRET_ACCESS_KEY={}", rng.string(BASE64, 40)),
        3 => format!("HF_TOKEN=hf_{}", rng.string(ALNUM, 34)),
        4 => format!("SENDGRID_API_KEY=SG.{}.{}", rng.string(BASE64_URL, 22), rng.string(BASE64_URL, 43)),
        5 => format!("STRIPE_KEY=sk_live_{}", rng.string(ALNUM, 24)),
        6 => format!("ZAI_API_KEY={}.{}", rng.string(LOWER_HEX, 32), rng.string(ALNUM, 16)),
        _ => format!("ANTHROPIC_API_KEY=sk-ant-api03-{}", rng.string(BASE64_URL, 80)),
    }
}

/// Image number `index` of `seed`, without a key: by turns text and a picture.
pub(crate) fn negative(seed: u64, index: usize) -> Option<Shot> {
    let mut rng = Rng::of_part(!seed, index);
    if index % 4 == 3 {
        return Some(picture(&mut rng, seed, index));
    }
    let (name, make) = TEXTS[(index - index / 4) % TEXTS.len()];
    let text = make(&mut rng);
    shown(&mut rng, &format!("silent: {name}"), &text, (seed, index))
}

/// An image that shows what is a character away from a key, in Baseten's surroundings.
pub(crate) fn near_miss(seed: u64, index: usize) -> Option<Shot> {
    let mut rng = Rng::of_part(seed ^ 0x5EA1, index);
    let rng = &mut rng;
    let decoy = &DECOYS[index % DECOYS.len()];
    let (_, frame) = FRAMES[rng.below(FRAMES.len())];
    let text = format!("{}{}", lines_of_code(rng, 3..=8), frame.replace("«decoy»", &(decoy.make)(rng)));
    shown(rng, &format!("near miss: {}", decoy.name), &text, (seed, index))
}

/// An image of a piece of `text`, which is a file of somebody's.
pub(crate) fn excerpt(name: &str, text: &str, seed: u64, index: usize) -> Option<Shot> {
    let mut rng = Rng::of_part(seed ^ 0xF11E, index);
    let lines: Vec<String> = text.lines().map(|line| line.chars().take(140).collect()).collect();
    let count = rng.within(15..=45).min(lines.len());
    let start = rng.below(lines.len() - count + 1);
    shown(&mut rng, &format!("file: {name}"), &lines[start..start + count].join("\n"), (seed, index))
}

fn shown(rng: &mut Rng, scene: &str, text: &str, (seed, index): (u64, usize)) -> Option<Shot> {
    let zoom = Zoom::random(rng);
    let look = Look::random(rng, zoom)?;
    let look = Look { wrap: false, ..look };
    let canvas = if rng.one_in(2) {
        terminal::draw(rng, &look, text, None)
    } else {
        editor::draw(rng, &look, "main.py", text, None)
    };
    let taken = capture::take(rng, canvas, zoom, Crop::None);
    let (bytes, format) = capture::encode(rng, &taken.image);
    let case = Case {
        scene: scene.to_owned(),
        font: look.family.name,
        theme: look.theme.name,
        points: look.points,
        zoom,
        format,
        smoothing: look.smoothing,
        lines: 0,
        crop: Crop::None,
        kind: None,
        seed,
        index,
    };
    Some(Shot { bytes, size: taken.image.dimensions(), case, truth: None })
}

fn picture(rng: &mut Rng, seed: u64, index: usize) -> Shot {
    let kind = photo::KINDS[index / 4 % photo::KINDS.len()];
    let image = photo::picture(rng, kind);
    let (bytes, format) = capture::encode(rng, &image);
    let case = Case {
        scene: format!("picture: {kind}"),
        font: "-",
        theme: "-",
        points: 0,
        zoom: Zoom::One,
        format,
        smoothing: Smoothing::Grey,
        lines: 0,
        crop: Crop::None,
        kind: None,
        seed,
        index,
    };
    Shot { bytes, size: image.dimensions(), case, truth: None }
}
