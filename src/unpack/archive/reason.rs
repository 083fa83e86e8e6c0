//! Why something in an archive was not read, in whole or in part.
//!
//! It names no path: the path is said beside it.

/// Why an archive or a member of one was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Reason {
    /// The reader that was handed in failed.
    #[error("cannot be read")]
    Io,
    /// It ends before it should.
    #[error("ends too early")]
    Truncated,
    /// Its bytes contradict the format.
    #[error("damaged")]
    Broken,
    /// It inflates to more or less than it declares; what it holds was read.
    #[error("not of the size it declares")]
    Size,
    /// A password would be needed.
    #[error("encrypted")]
    Encrypted,
    /// A zip method that is not known, by its number.
    #[error("compressed with the unknown method {0}")]
    UnknownMethod(u16),
    /// The program was built without what it takes.
    #[error("compressed with a method that this program was built without")]
    NotBuilt,
    /// It inflates to far more than it weighs. Its beginning was read.
    #[error("inflates to far more than its size, as a bomb does")]
    Bomb,
    /// Members of a zip share their bytes. The first of them were read.
    #[error("its members overlap, as those of a bomb do")]
    Overlap,
    /// Archives in archives, more than the budget allows.
    #[error("nested too deep")]
    TooDeep,
    /// More inflated bytes than the budget allows. What follows was not read.
    #[error("inflates to more than is read of one input")]
    TooManyBytes,
    /// More members than the budget allows. What follows was not read.
    #[error("holds more members than are read of one input")]
    TooManyMembers,
    /// It would have to be held in memory and is too large for that.
    #[error("too large to be taken apart in memory")]
    TooLarge,
    /// Its compression asks for more memory than it may have.
    #[error("its compression asks for too much memory")]
    Window,
    /// A picture of a kind that is not decoded.
    #[error("a picture that is compressed or coloured in a way that is not decoded")]
    Picture,
    /// A git bundle that its visitor did not read.
    #[error("a git bundle within others")]
    GitBundle,
    /// A git bundle whose objects are not named by SHA-1.
    #[error("a git bundle with another format of object names")]
    ObjectFormat,
}
