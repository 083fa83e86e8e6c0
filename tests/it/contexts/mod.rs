//! Places a key is pasted into: a template each, filled with random keys and
//! random surroundings, the same for the same seed.
//!
//! The templates are data in [`code`], [`config`] and [`text`]; what must stay
//! silent is in [`decoys`]. Nothing here knows how detection works: the one file
//! that names the library is [`finder`].
//!
//! **Invariant:** no key stands in any of these files; each is made at run time.

mod code;
mod config;
pub(crate) mod decoys;
pub(crate) mod finder;
pub(crate) mod keys;
pub(crate) mod rng;
mod text;
pub(crate) mod words;

pub(crate) use keys::Kind;
pub(crate) use rng::Rng;

use words::{lines_of_code, lines_of_log, word};

/// A text with one key in it.
pub(crate) struct Sample {
    /// Path of the file, with `/`.
    pub(crate) path: String,
    /// The whole file.
    pub(crate) text: Vec<u8>,
    /// Byte offset of the key.
    pub(crate) at: usize,
}

/// Whether the surroundings say whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    /// A word of Baseten's stands on the line of the key or within five lines.
    Baseten,
    /// No word of Baseten's stands in the file or its path; generic names such as `api_key` stay.
    Bare,
}

impl Voice {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Baseten => "baseten",
            Self::Bare => "bare",
        }
    }

    const fn pick(self, baseten: &'static str, bare: &'static str) -> &'static str {
        match self {
            Self::Baseten => baseten,
            Self::Bare => bare,
        }
    }
}

/// A place, as a template. Slots are written `«name»`; `«key»` stands exactly once.
pub(crate) struct Context {
    /// Its name in reports.
    pub(crate) name: &'static str,
    path: &'static str,
    template: &'static str,
}

impl Context {
    const fn new(name: &'static str, path: &'static str, template: &'static str) -> Self {
        Self { name, path, template }
    }

    /// Every place there is.
    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        [code::CONTEXTS, config::CONTEXTS, text::CONTEXTS].into_iter().flatten()
    }

    /// The place with `key` in it and random surroundings.
    pub(crate) fn sample(&self, rng: &mut Rng, key: &str, voice: Voice) -> Sample {
        let (path, _) = fill(self.path, rng, key, voice);
        let (text, at) = fill(self.template, rng, key, voice);
        let path = String::from_utf8(path).expect("the templates of paths have no slot for raw bytes");
        Sample { path, text, at: at.expect("every template has a slot for the key") }
    }
}

/// The template with its slots filled, and where the key went.
fn fill(template: &str, rng: &mut Rng, key: &str, voice: Voice) -> (Vec<u8>, Option<usize>) {
    let mut out = Vec::with_capacity(template.len() * 2);
    let mut at = None;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('«') {
        let (slot, after) = after.split_once('»').expect("every slot is closed");
        out.extend_from_slice(before.as_bytes());
        if slot == "key" {
            assert!(at.replace(out.len()).is_none(), "two keys in one template");
            out.extend_from_slice(key.as_bytes());
        } else {
            out.extend_from_slice(&slot_value(slot, rng, voice));
        }
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    (out, at)
}

fn slot_value(slot: &str, rng: &mut Rng, voice: Voice) -> Vec<u8> {
    match slot {
        "owner" => voice.pick("baseten", "acme").into(),
        "Owner" => voice.pick("Baseten", "Acme").into(),
        "OWNER" => voice.pick("BASETEN", "ACME").into(),
        "sdk" => voice.pick("truss", "acmesdk").into(),
        "scheme" => voice.pick("Api-Key", "Bearer").into(),
        "option" => voice.pick("api-key", "token").into(),
        "host" => voice.pick("inference.baseten.co", "inference.example.com").into(),
        "api" => voice.pick("api.baseten.co", "api.example.com").into(),
        "app" => voice.pick("app.baseten.co", "app.example.com").into(),
        "word" => word(rng).into(),
        "n" => rng.within(1..=9999).to_string().into(),
        "id" => rng.string(rng::LOWER_ALNUM, 8).into(),
        "hex7" => rng.string(rng::LOWER_HEX, 7).into(),
        "hex40" => rng.string(rng::LOWER_HEX, 40).into(),
        "time" => rng.within(1_500_000_000..=1_799_999_999).to_string().into(),
        "code" => lines_of_code(rng, 0..=12).into(),
        "gap" => lines_of_code(rng, 1..=3).into(),
        "log" => lines_of_log(rng, 0..=6).into(),
        "long" => long_text(rng),
        "bom" => "\u{feff}".into(),
        "esc" => vec![0x1b],
        "nul" => vec![0],
        "latin1" => vec![b'c', b'l', 0xE9, b' '],
        _ => unreachable!("no slot is called {slot}"),
    }
}

/// 8 to 40 KiB of minified program text without a line break.
fn long_text(rng: &mut Rng) -> Vec<u8> {
    let length = rng.within(8 << 10..=40 << 10);
    let mut out = Vec::with_capacity(length + 64);
    while out.len() < length {
        let (name, member, callee) = (word(rng), word(rng), word(rng));
        out.extend_from_slice(format!("{name}.{member}=function(e,t){{return {callee}(e)}};").as_bytes());
    }
    out
}
