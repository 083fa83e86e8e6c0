//! What taking one input apart may cost, and the account of it.
//!
//! **Invariant:** every inflated byte, every member and every large buffer is
//! charged here before it is used, whatever the depth, and what is broken is
//! remembered once, with the layer that it belongs to.

use std::cell::Cell;

use super::reason::Reason;

/// What taking one input apart may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Archives and compressions in one another.
    pub depth: u32,
    /// Bytes inflated, over all layers.
    pub bytes: u64,
    /// Bytes inflated for one byte read, of one member and of the whole input.
    pub ratio: u64,
    /// Inflated bytes below which no ratio is looked at, of one member; of the whole
    /// input twice as many. Text with long runs of one character reaches the ratio of
    /// a bomb, but seldom the size of one.
    pub grace: u64,
    /// Members.
    pub members: u64,
    /// Bytes of one member that is held in memory because its format wants it.
    pub buffer: u64,
    /// Bytes of memory for all windows and buffers at one time.
    pub memory: u64,
}

impl Default for Budget {
    fn default() -> Self {
        let (bytes, buffer, memory) = (8 << 30, 64 << 20, 192 << 20);
        Self { depth: 8, bytes, ratio: 200, grace: 256 << 20, members: 1_000_000, buffer, memory }
    }
}

/// What ended the reading, and the layer that it is about.
pub(super) type Fault = (u32, Reason);

/// The account of one input.
pub(super) struct Ledger {
    pub(super) budget: Budget,
    /// Bytes read of the input.
    pub(super) read: Cell<u64>,
    /// Bytes inflated.
    pub(super) inflated: Cell<u64>,
    pub(super) members: Cell<u64>,
    free: Cell<u64>,
    layers: Cell<u32>,
    /// All above its layer are unwound.
    fault: Cell<Option<Fault>>,
}

impl Ledger {
    /// The layer of the input itself.
    pub(super) const INPUT: u32 = 0;

    pub(super) fn new(budget: Budget) -> Self {
        let (read, inflated, members) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let (free, layers, fault) = (Cell::new(budget.memory), Cell::new(Self::INPUT), Cell::new(None));
        Self { budget, read, inflated, members, free, layers, fault }
    }

    /// A number for a layer that no other has.
    pub(super) fn layer(&self) -> u32 {
        self.layers.set(self.layers.get().wrapping_add(1).max(1));
        self.layers.get()
    }

    /// Remembers what ended the reading, unless something below already did.
    pub(super) fn fail(&self, layer: u32, reason: Reason) {
        if self.fault.get().is_none() {
            self.fault.set(Some((layer, reason)));
        }
    }

    /// Whether the reading has ended, here or below.
    pub(super) fn has_failed(&self) -> bool {
        self.fault.get().is_some()
    }

    /// What ended the reading, if it is this layer's own; it is then forgotten.
    pub(super) fn settle(&self, layer: u32) -> Option<Reason> {
        let (_, reason) = self.fault.get().filter(|(owner, _)| *owner == layer)?;
        self.fault.set(None);
        Some(reason)
    }

    /// Takes what ended the reading away for a while, whomever it belongs to.
    pub(super) fn suspend(&self) -> Option<Fault> {
        self.fault.take()
    }

    /// Charges a member; false when there may be no more.
    pub(super) fn member(&self) -> bool {
        if self.members.get() >= self.budget.members {
            self.fail(Self::INPUT, Reason::TooManyMembers);
            return false;
        }
        self.members.set(self.members.get() + 1);
        true
    }

    /// Charges `bytes` that a layer inflated, which gave `given` for `taken` so
    /// far; false when it may not go on.
    pub(super) fn inflate(&self, layer: u32, bytes: u64, given: u64, taken: u64) -> bool {
        let inflated = self.inflated.get().saturating_add(bytes);
        self.inflated.set(inflated);
        let Budget { ratio, grace, .. } = self.budget;
        let is_bomb = |out: u64, of: u64| out > grace && out / ratio.max(1) > of;
        if inflated > self.budget.bytes {
            self.fail(Self::INPUT, Reason::TooManyBytes);
        } else if is_bomb(given, taken) {
            self.fail(layer, Reason::Bomb);
        } else if is_bomb(inflated.saturating_sub(grace), self.read.get()) {
            self.fail(Self::INPUT, Reason::Bomb);
        }
        !self.has_failed()
    }

    /// Memory that is left.
    pub(super) fn free(&self) -> u64 {
        self.free.get()
    }

    /// Sets `bytes` of memory aside, if there are as many.
    pub(super) fn hold(&self, bytes: u64) -> Option<Hold<'_>> {
        self.free.set(self.free.get().checked_sub(bytes)?);
        Some(Hold { ledger: self, bytes })
    }
}

/// Memory that is set aside until this is dropped.
pub(super) struct Hold<'l> {
    ledger: &'l Ledger,
    bytes: u64,
}

impl Hold<'_> {
    /// Gives back all but `bytes`.
    pub(super) fn shrink(&mut self, bytes: u64) {
        let back = self.bytes.saturating_sub(bytes);
        self.bytes -= back;
        self.ledger.free.set(self.ledger.free.get() + back);
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.shrink(0);
    }
}
