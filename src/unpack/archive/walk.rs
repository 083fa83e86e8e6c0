//! The descent: what a member is, and who takes it apart.
//!
//! **Invariant:** a fault is told once, at the path of the layer that it belongs
//! to; what stands above that layer is unwound, what stands below it goes on.

use std::cell::Cell;
use std::io::{self, Cursor, Read};

use super::budget::{Fault, Hold, Ledger};
use super::decode::{Packing, Unpacked};
use super::kind::{HEAD, Kind, kind};
use super::reason::Reason;
use super::stream::{Meter, Shield, Source, fill};
use super::{ReadSeek, Visitor, ar, bundle, cpio, pdf, png, tar, zip, zip_stream};

/// Bytes that are read into memory at a time.
const STEP: usize = 64 << 10;

/// Why a format's walk ended early.
#[derive(Debug)]
pub(super) enum Stop {
    /// The format itself, at the path that is open.
    Here(Reason),
    /// A reader below it failed, and the ledger knows why.
    Below,
}

impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        Self::Below
    }
}

/// Where the descent is.
pub(super) struct Walk<'w> {
    pub(super) ledger: &'w Ledger,
    visitor: &'w mut dyn Visitor,
    path: Vec<u8>,
    /// Archives and compressions that are open.
    depth: u32,
    pub(super) skipped: u64,
    /// Whether what is open is a picture that is no file of its own.
    in_picture: bool,
}

impl<'w> Walk<'w> {
    pub(super) fn new(ledger: &'w Ledger, visitor: &'w mut dyn Visitor) -> Self {
        Self { ledger, visitor, path: Vec::new(), depth: 0, skipped: 0, in_picture: false }
    }

    /// Says that what is open was not read to its end.
    pub(super) fn skip(&mut self, reason: Reason) {
        self.skipped += 1;
        if self.in_picture {
            self.visitor.picture_skipped(&self.path, reason);
        } else {
            self.visitor.skipped(&self.path, reason);
        }
    }

    /// Does something with the picture at the open path: what is not read of it is told as such.
    pub(super) fn as_picture<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.in_picture, true);
        let result = act(self);
        self.in_picture = before;
        result
    }

    /// Does something at the path of the member `name`, which is charged for.
    pub(super) fn at<T>(
        &mut self,
        name: &[u8],
        act: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if !self.ledger.member() {
            return Err(Stop::Below);
        }
        let len = self.path.len();
        if len > 0 {
            self.path.push(b'!');
        }
        self.path.extend_from_slice(name);
        let result = act(self);
        self.path.truncate(len);
        result
    }

    /// A member of `size` bytes as it lies in its archive.
    pub(super) fn member(&mut self, name: &[u8], size: u64, content: &mut dyn Read) -> Result<(), Stop> {
        self.at(name, |walk| walk.content(name, Some(size), content))
    }

    /// Content at the open path: an archive to take apart, or for the visitor.
    fn content(&mut self, name: &[u8], size: Option<u64>, content: &mut dyn Read) -> Result<(), Stop> {
        let mut head = [0; HEAD];
        // What was read before a fault is handed out, however little it is.
        let len = fill(&mut Shield(content), &mut head)?;
        if len == 0 && self.ledger.has_failed() {
            return Err(Stop::Below);
        }
        let found = kind(&head[..len], name);
        let mut content = Cursor::new(&head[..len]).chain(content);
        match found {
            None => self.hand_out(size, &mut content),
            // A program is read as it is, and what may stand behind it is not asked.
            Some(Kind::Runnable) if self.depth >= self.ledger.budget.depth => {
                self.hand_out(size, &mut content)
            }
            Some(_) if self.depth >= self.ledger.budget.depth => {
                self.hand_out(size, &mut content)?;
                self.skip(Reason::TooDeep);
                Ok(())
            }
            Some(kind) => self.nested(kind, name, size, &mut content),
        }
    }

    /// A git bundle's pack, which starts at `offset`.
    pub(super) fn bundle(&mut self, offset: u64, content: &mut dyn Read) -> Result<(), Stop> {
        if !self.visitor.bundle(&self.path, offset, &mut Shield(content)) {
            self.skip(Reason::GitBundle);
        }
        if self.ledger.has_failed() { Err(Stop::Below) } else { Ok(()) }
    }

    fn hand_out(&mut self, size: Option<u64>, content: &mut dyn Read) -> Result<(), Stop> {
        self.visitor.member(&self.path, size, &mut Shield(content));
        if self.ledger.has_failed() { Err(Stop::Below) } else { Ok(()) }
    }

    /// An archive that comes as a stream.
    pub(super) fn nested(
        &mut self,
        kind: Kind,
        name: &[u8],
        size: Option<u64>,
        content: &mut dyn Read,
    ) -> Result<(), Stop> {
        let is_inner = !self.path.is_empty() || self.depth > 0;
        self.depth += 1;
        let result = match kind {
            Kind::Zip => self.zip(size, content),
            Kind::Runnable => self.runnable(is_inner, size, content),
            Kind::Pdf | Kind::Png => self.document(kind, is_inner, size, content),
            Kind::Tar => tar::walk(self, content),
            Kind::Ar => ar::walk(self, content),
            Kind::Cpio => cpio::walk(self, content),
            Kind::GitBundle => bundle::walk(self, content),
            Kind::Gzip => self.unpacked(Packing::Gzip, name, None, content),
            Kind::Zlib => self.unpacked(Packing::Zlib, name, None, content),
            Kind::Bzip2 => self.unpacked(Packing::Bzip2, name, None, content),
            Kind::Xz => self.unpacked(Packing::Xz, name, None, content),
            Kind::Lzma => self.unpacked(Packing::Lzma, name, None, content),
            Kind::Zstd => self.unpacked(Packing::Zstd, name, None, content),
            Kind::Lz4 => self.unpacked(Packing::Lz4, name, None, content),
        };
        self.depth -= 1;
        self.told(result)
    }

    /// What can be sought in and is a zip, or may be one if it is a [`Kind::Runnable`].
    pub(super) fn sought(&mut self, kind: Kind, content: &mut dyn ReadSeek) -> Result<(), Stop> {
        self.depth += 1;
        let result = zip::walk(self, content).and_then(|is_zip| {
            if is_zip || kind == Kind::Runnable {
                return Ok(());
            }
            content.rewind()?;
            zip_stream::walk(self, content)
        });
        self.depth -= 1;
        self.told(result)
    }

    /// Tells what ended a walk, if it ended at the open path.
    fn told(&mut self, result: Result<(), Stop>) -> Result<(), Stop> {
        match result {
            Err(Stop::Here(reason)) => {
                self.skip(reason);
                Ok(())
            }
            other => other,
        }
    }

    /// What `content` inflates to, at the open path. `size` is what it declares.
    pub(super) fn unpacked(
        &mut self,
        packing: Packing,
        name: &[u8],
        size: Option<u64>,
        content: &mut dyn Read,
    ) -> Result<(), Stop> {
        let (taken, layer) = (Cell::new(0), self.ledger.layer());
        let source = Source::new(content, &taken);
        let unpacked = Unpacked::new(packing, source, self.ledger);
        let mut meter = Meter::new(unpacked, self.ledger, layer, &taken).free(packing == Packing::Stored);
        let result = self.content(inner_name(packing, name), size, &mut meter);
        if let Some(reason) = self.ledger.settle(layer) {
            self.skip(reason);
            return Ok(());
        }
        if result.is_ok() && meter.is_done && size.is_some_and(|size| size != meter.given) {
            self.skip(Reason::Size);
        }
        result
    }

    /// Whether pictures that are no files of their own are to be handed out.
    pub(super) fn wants_pictures(&self) -> bool {
        self.visitor.wants_pictures()
    }

    /// Hands out a picture at the open path.
    pub(super) fn picture(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.hand_out(Some(bytes.len() as u64), &mut &*bytes)
    }

    /// Hands out the picture that deflated bytes are, at the open path.
    pub(super) fn inflated_picture(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.unpacked(Packing::Zlib, b"", None, &mut &*bytes)
    }

    /// What deflated bytes at the open path inflate to, or `most` bytes of it. Where they
    /// are damaged, that is told, and what came before is there.
    pub(super) fn inflated(&mut self, bytes: &[u8], most: u64) -> Result<Vec<u8>, Stop> {
        let (taken, layer) = (Cell::new(0), self.ledger.layer());
        let mut input = bytes;
        let source = Source::new(&mut input, &taken);
        let unpacked = Unpacked::new(Packing::Zlib, source, self.ledger);
        let meter = Meter::new(unpacked, self.ledger, layer, &taken);
        let Some(_hold) = self.ledger.hold(most) else {
            self.skip(Reason::TooLarge);
            return Ok(Vec::new());
        };
        let (mut inflated, mut step, mut meter) = (Vec::new(), vec![0; STEP], meter.take(most));
        loop {
            let read = fill(&mut Shield(&mut meter), &mut step)?;
            inflated.extend_from_slice(&step[..read]);
            if read < step.len() {
                break;
            }
        }
        if let Some(reason) = self.ledger.settle(layer) {
            self.skip(reason);
        }
        if self.ledger.has_failed() { Err(Stop::Below) } else { Ok(inflated) }
    }

    /// A zip that comes as a stream is held in memory if it is not too large, for
    /// its directory stands at its end; else its members are read as they come.
    fn zip(&mut self, size: Option<u64>, content: &mut dyn Read) -> Result<(), Stop> {
        let (bytes, _hold, is_whole) = self.held(size, content)?;
        // What broke while it was filled does not concern what it was filled with.
        let fault = self.ledger.suspend();
        let result = self.held_zip(bytes, is_whole, content);
        self.resumed(fault, result)
    }

    fn held_zip(&mut self, bytes: Vec<u8>, is_whole: bool, content: &mut dyn Read) -> Result<(), Stop> {
        if is_whole && zip::walk(self, &mut Cursor::new(&bytes))? {
            return Ok(());
        }
        if is_whole && !bytes.starts_with(b"PK") {
            // Only its name said that it is a zip.
            return self.hand_out(Some(bytes.len() as u64), &mut &bytes[..]);
        }
        zip_stream::walk(self, &mut Cursor::new(bytes).chain(content))
    }

    /// A program with a zip behind it, which is held in memory if it is not too large.
    /// It is handed out up to the zip where nobody has read it yet.
    fn runnable(&mut self, is_inner: bool, size: Option<u64>, content: &mut dyn Read) -> Result<(), Stop> {
        let (bytes, _hold, is_whole) = self.held(size, content)?;
        let first = if is_whole { zip::first(&bytes) } else { None };
        if is_inner {
            let prefix = first.map_or(bytes.len(), |first| first.min(bytes.len()));
            let mut rest = Cursor::new(&bytes[..prefix]).chain(content);
            self.visitor.member(&self.path, size, &mut Shield(&mut rest));
        }
        let fault = self.ledger.suspend();
        let result = match first {
            Some(_) => zip::walk(self, &mut Cursor::new(&bytes)).map(drop),
            None => Ok(()),
        };
        self.resumed(fault, result)
    }

    /// A document is text itself, and holds compressed text.
    fn document(
        &mut self,
        kind: Kind,
        is_inner: bool,
        size: Option<u64>,
        content: &mut dyn Read,
    ) -> Result<(), Stop> {
        let (bytes, _hold, is_whole) = self.held(size, content)?;
        if is_inner {
            self.visitor.member(&self.path, size, &mut Shield(&mut Cursor::new(&bytes).chain(content)));
        }
        let fault = self.ledger.suspend();
        let result = match kind {
            _ if !is_whole => Err(Stop::Here(Reason::TooLarge)),
            Kind::Pdf => pdf::walk(self, &bytes),
            _ => png::walk(self, &bytes),
        };
        self.resumed(fault, result)
    }

    /// Goes on to unwind for what broke before, once what could be read was read.
    fn resumed(&mut self, fault: Option<Fault>, result: Result<(), Stop>) -> Result<(), Stop> {
        let Some(fault) = fault else { return result };
        // That it ends early is the same fault, seen from above.
        if matches!(result, Err(Stop::Below)) {
            return result;
        }
        self.ledger.fail(fault.0, fault.1);
        Err(Stop::Below)
    }

    /// As much of `content` as may be held, and whether that is all of it.
    fn held(&mut self, size: Option<u64>, content: &mut dyn Read) -> Result<(Vec<u8>, Hold<'w>, bool), Stop> {
        // An eighth is left for the windows of what is inside.
        let free = self.ledger.free();
        let most = self.ledger.budget.buffer.min(free - free / 8);
        let mut hold = self.ledger.hold(most).ok_or(Stop::Here(Reason::TooLarge))?;
        // The room is set aside at once, so that growing does not hold it twice; the
        // system gives it page by page, as it is filled.
        let room = size.map_or(most, |size| most.min(size.saturating_add(1)));
        let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
        let mut content = Shield(content);
        while (bytes.len() as u64) < most {
            // Step by step: `read_to_end` at times clears all of the room beforehand.
            let len = bytes.len();
            let step = usize::try_from(most - len as u64).unwrap_or(STEP).min(STEP);
            bytes.resize(len + step, 0);
            let read = fill(&mut content, &mut bytes[len..])?;
            bytes.truncate(len + read);
            if read < step {
                break;
            }
        }
        let is_whole = (bytes.len() as u64) < most;
        if is_whole {
            hold.shrink(bytes.len() as u64);
        }
        Ok((bytes, hold, is_whole))
    }
}

/// A name that decided for a compression must not do so again for what is inside.
fn inner_name(packing: Packing, name: &[u8]) -> &[u8] {
    if packing == Packing::Lzma { b"" } else { name }
}
