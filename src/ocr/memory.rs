//! What images came to, by their content, so that each is looked at once.
//!
//! It holds no image, and of the lines that were read no more than a bounded part.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest as _, Sha256};

use super::Looked;
use crate::model::{Glyph, TextLine};

/// Most memory of what is kept, in bytes, roughly.
const MOST: usize = 64 << 20;
/// Most images that are known; one takes about 150 bytes without its lines.
const MOST_IMAGES: usize = 400_000;

type Hash = [u8; 32];

/// What was looked at.
#[derive(Debug, Default)]
pub(super) struct Memory {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    images: HashMap<Hash, Arc<OnceLock<Arc<Looked>>>>,
    /// The order in which they are forgotten, with their sizes.
    order: VecDeque<(Hash, usize)>,
    size: usize,
}

impl Memory {
    /// What `bytes` came to, looking at them if nobody has; whoever asks meanwhile waits.
    pub(super) fn remember(&self, bytes: &[u8], look: impl FnOnce() -> Looked) -> Arc<Looked> {
        let hash: Hash = Sha256::digest(bytes).into();
        let place = Arc::clone(self.lock().images.entry(hash).or_default());
        let mut is_new = false;
        let looked = place.get_or_init(|| {
            is_new = true;
            Arc::new(look())
        });
        if is_new {
            self.keep(hash, looked);
        }
        Arc::clone(looked)
    }

    fn keep(&self, hash: Hash, looked: &Looked) {
        let mut known = self.lock();
        let size = size(looked);
        known.size += size;
        known.order.push_back((hash, size));
        while known.size > MOST || known.order.len() > MOST_IMAGES {
            let Some((oldest, size)) = known.order.pop_front() else { break };
            known.size -= size;
            known.images.remove(&oldest);
        }
    }

    /// The table is whole after every statement, also where a thread panicked.
    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Roughly what an answer takes, in bytes.
fn size(looked: &Looked) -> usize {
    let line = |line: &TextLine| {
        let choices: usize = line.glyphs.iter().map(|glyph| glyph.choices.len() * 8).sum();
        size_of::<TextLine>() + line.glyphs.len() * size_of::<Glyph>() + choices
    };
    let frames = match looked {
        Looked::Read(frames) | Looked::Partly(frames, _) => &frames[..],
        Looked::Plain | Looked::Skipped(_) => &[],
    };
    let lines = frames.iter().flat_map(|frame| &frame.lines).map(line).sum::<usize>();
    150 + size_of_val(frames) + lines
}
