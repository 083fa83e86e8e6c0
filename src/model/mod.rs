//! The vocabulary that every stage speaks: pure data, no input or output, no regex.
//!
//! **Invariant:** nothing here names another floor of the house, and no type
//! but [`Secret`] holds the bytes of a secret.

mod blob;
mod coverage;
mod deployed;
mod encoding;
mod exposure;
mod finding;
mod fingerprint;
mod gate;
mod image;
mod location;
mod origin;
mod provenance;
mod report;
mod report_format;
mod secret;
mod suppression;
mod validity;

pub use blob::Blob;
pub use coverage::{Coverage, Note, NoteKind, SkipReason, Skipped};
pub use deployed::{Deployed, ExchangePart, Original};
pub use encoding::Encoding;
pub use exposure::Exposure;
pub use finding::{Attribution, Confidence, Finding, Reason, Seen, Snippet};
pub use fingerprint::Fingerprint;
#[doc(hidden)]
pub use fingerprint::hex;
pub use gate::{FailOn, Gate};
pub use image::{Glyph, Region, Sight, TextLine};
pub use location::{Location, Place, Position};
pub use origin::{CommitSummary, Holder, ObjectKind, Origin};
pub use provenance::{PathName, Provenance};
pub use report::{Report, Repository, RuleSummary};
pub use report_format::ReportFormat;
pub use secret::Secret;
pub use suppression::{EntryNote, EntryState, InlineComment, Suppressed, Suppression, SuppressionKind};
pub use validity::{Death, LeakPlace, Proof, Reach, ReachedModel, Validity, Verdict};
