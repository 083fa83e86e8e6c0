//! What can be wrong with an object database, by file and offset.
//!
//! Nothing is repaired here: what this room cannot read, another reader must.

use std::io;
use std::path::Path;
use std::sync::Arc;

/// Why a file of the object database, or one object in it, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The system refused.
    #[error("{}: cannot be read", .path.display())]
    Io {
        /// The file or folder.
        path: Arc<Path>,
        /// What the system said.
        source: io::Error,
    },
    /// The file as a whole cannot be used.
    #[error("{}: {fault}", .path.display())]
    File {
        /// The file.
        path: Arc<Path>,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// One object cannot be decoded.
    #[error("{} at offset {offset}: {fault}", .path.display())]
    Object {
        /// The pack, or the file of a loose object.
        path: Arc<Path>,
        /// Where its entry starts, in bytes.
        offset: u64,
        /// What is wrong with it.
        fault: ObjectFault,
    },
}

/// What is wrong with a file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Shorter or longer than its own tables say.
    #[error("its length does not fit what it declares")]
    Length,
    /// A signature or version that is not git's, or is too new.
    #[error("not of a kind and version that is known")]
    Kind,
    /// The table of counts of an index runs backwards or disagrees with the names.
    #[error("its tables contradict each other")]
    Tables,
    /// Pack and index carry different checksums or counts.
    #[error("pack and index do not belong together")]
    Mismatch,
    /// An index beside which there is no pack.
    #[error("an index without its pack")]
    NoPack,
    /// A pack beside which there is no index of its own.
    #[error("a pack without an index of its own")]
    NoIndex,
    /// A line of `info/alternates` that is quoted in a way that is not known.
    #[error("a line that cannot be read")]
    Alternate,
    /// Packs come and go faster than they can be listed.
    #[error("git keeps changing it; try again when it is done")]
    Restless,
    /// Alternates of alternates, deeper than git itself follows.
    #[error("alternates are nested too deep")]
    TooDeep,
}

/// What is wrong with one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectFault {
    /// Its entry lies outside the pack.
    #[error("lies outside the file")]
    Outside,
    /// Its header is cut short or says something that is not known.
    #[error("malformed header")]
    Header,
    /// Its packed bytes do not have the checksum that the index remembers.
    #[error("checksum mismatch")]
    Checksum,
    /// It declares a size that its compressed bytes cannot hold.
    #[error("declares more than it can hold")]
    Absurd,
    /// Its compressed bytes are no zlib stream.
    #[error("damaged compressed data")]
    Inflate,
    /// It is larger than the reader's limit: so many bytes, by its own account.
    #[error("too large to be held in memory: {0} bytes")]
    Large(u64),
    /// It is not what its name says: another object stands in its place.
    #[error("not the object that its name says")]
    Name,
    /// It inflates to another size than it declares.
    #[error("not of the size it declares")]
    Size,
    /// Its delta is malformed or does not fit its base.
    #[error("malformed delta")]
    Delta,
    /// The object that it is a delta of cannot be decoded.
    #[error("its delta base cannot be decoded")]
    Base,
    /// The object that it is a delta of is not in this pack.
    #[error("its delta base is not in this pack")]
    BaseElsewhere,
    /// It is, over others, a delta of itself.
    #[error("a delta of itself")]
    Cycle,
}
