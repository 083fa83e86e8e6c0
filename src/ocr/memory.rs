//! What images came to, by their content, so that each is looked at once, and each part of one
//! read again once.
//!
//! It holds no image, and of the lines that were read no more than a bounded part.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};

use super::Looked;
use crate::model::{Glyph, Region, TextLine};

/// Most memory of what is kept of each kind, in bytes, roughly.
const MOST: usize = 64 << 20;
/// Most images that are known; one takes about 150 bytes without its lines.
const MOST_IMAGES: usize = 400_000;

type Hash = [u8; 32];
/// A part of a picture of an image: the image, the picture, the part.
type Part = (Hash, u32, Region);

/// What was looked at, and what was read again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    images: Mutex<Known<Hash, Looked>>,
    parts: Mutex<Known<Part, Result<Vec<TextLine>, String>>>,
}

#[derive(Debug)]
struct Known<K, V> {
    all: HashMap<K, Arc<OnceLock<Arc<V>>>>,
    /// The order in which they are forgotten, with their sizes.
    order: VecDeque<(K, usize)>,
    size: usize,
}

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self { all: HashMap::new(), order: VecDeque::new(), size: 0 }
    }
}

impl Memory {
    /// What `bytes` came to, looking at them if nobody has; whoever asks meanwhile waits.
    pub(super) fn remember(&self, bytes: &[u8], look: impl FnOnce() -> Looked) -> Arc<Looked> {
        remember(&self.images, hash(bytes), look, |looked| Some(size(looked)))
    }

    /// What a part of a picture was read as the second time, reading it if nobody has. That
    /// it was not read is not kept.
    pub(super) fn remember_part(
        &self,
        (bytes, frame, region): (&[u8], u32, Region),
        read: impl FnOnce() -> Result<Vec<TextLine>, String>,
    ) -> Result<Vec<TextLine>, String> {
        let part = (hash(bytes), frame, region);
        let size = |read: &Result<Vec<TextLine>, String>| {
            read.as_ref().ok().map(|lines| 150 + lines.iter().map(size_of_line).sum::<usize>())
        };
        Result::clone(&remember(&self.parts, part, read, size))
    }
}

fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// What is known of `key`, making it if nobody has; what has no size is not kept.
fn remember<K: Copy + Eq + std::hash::Hash, V>(
    known: &Mutex<Known<K, V>>,
    key: K,
    make: impl FnOnce() -> V,
    size: impl FnOnce(&V) -> Option<usize>,
) -> Arc<V> {
    let place = Arc::clone(lock(known).all.entry(key).or_default());
    let mut is_new = false;
    let value = place.get_or_init(|| {
        is_new = true;
        Arc::new(make())
    });
    if is_new {
        match size(value) {
            Some(size) => lock(known).keep(key, size),
            None => drop(lock(known).all.remove(&key)),
        }
    }
    Arc::clone(value)
}

/// The table is whole after every statement, also where a thread panicked.
fn lock<T>(known: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Copy + Eq + std::hash::Hash, V> Known<K, V> {
    fn keep(&mut self, key: K, size: usize) {
        self.size += size;
        self.order.push_back((key, size));
        while self.size > MOST || self.order.len() > MOST_IMAGES {
            let Some((oldest, size)) = self.order.pop_front() else { break };
            self.size -= size;
            self.all.remove(&oldest);
        }
    }
}

/// Roughly what an answer takes, in bytes.
fn size(looked: &Looked) -> usize {
    let frames = match looked {
        Looked::Read(frames) | Looked::Partly(frames, _) => &frames[..],
        Looked::Plain | Looked::Skipped(_) => &[],
    };
    let lines = frames.iter().flat_map(|frame| &frame.lines).map(size_of_line).sum::<usize>();
    150 + size_of_val(frames) + lines
}

/// Roughly what a line takes, in bytes.
fn size_of_line(line: &TextLine) -> usize {
    let choices: usize = line.glyphs.iter().map(|glyph| glyph.choices.len() * 8).sum();
    size_of::<TextLine>() + line.glyphs.len() * size_of::<Glyph>() + choices
}
