//! Scans deployed front ends: every exchange, and in it the content, the address, the headers,
//! what was posted and what the page stored.
//!
//! What is fetched, and how, is for `web` to say; what comes is taken as it comes. A bundle and
//! the source map that leads from it to its sources are two exchanges, so that nothing is told
//! of before all are there; `maps` joins them.
//!
//! **Invariant:** every exchange is scanned whole, and what did not come is skipped in the
//! coverage.

mod maps;
#[cfg(test)]
mod tests;

use crate::detect::Detector;
use crate::model::{
    Attribution, Blob, Confidence, Coverage, Deployed, ExchangePart, Finding, Note, NoteKind, PathName,
    Provenance, Reason, Report, SkipReason, Skipped,
};
use crate::source::{Content, Packed};
use crate::web::{Exchange, Receiver, name};

use super::unpacked::{self, Eye, Opener};
use super::{Opening, Ordering, Progress};
use maps::Kept;

/// The method of an exchange that is a page as its scripts left it, and what that is called.
const AFTER: &str = "DOM";
const RENDERED: &str = "page after its scripts ran";
/// Why a finding is certain that a browser sent to Baseten.
const SENT: &str = "a browser sent it to a host of Baseten's";

/// Scans what `read` hands out, in archives, notebooks, source maps and images as well if these
/// are to be opened.
///
/// # Errors
/// Those of `read`.
#[doc(hidden)]
pub fn scan_web<E>(
    read: impl FnOnce(&mut dyn Receiver) -> Result<(), E>,
    opening: Opening<'_>,
    detector: &Detector,
    progress: &Progress<'_>,
) -> Result<Report, E> {
    let mut front = Front {
        detector,
        progress,
        opener: opening.unpack.then(|| Opener::new(detector, opening)),
        eye: Eye::new(detector, opening),
        kept: Kept::new(detector),
        coverage: Coverage::default(),
    };
    read(&mut front)?;
    let Front { kept, coverage, .. } = front;
    let findings = kept.finish();
    if let Some(observer) = progress.observer {
        findings.iter().for_each(observer);
    }
    Ok(super::report(findings, coverage, detector))
}

/// Receives a front end and scans it.
struct Front<'d> {
    detector: &'d Detector,
    progress: &'d Progress<'d>,
    /// None where nothing is opened.
    opener: Option<Opener<'d>>,
    /// Looks at images, if they are looked at.
    eye: Option<Eye<'d>>,
    kept: Kept<'d>,
    coverage: Coverage,
}

/// A document of an exchange, and what is said of every finding in it.
struct Document<'e> {
    provenance: Provenance<'e>,
    via: Vec<PathName>,
    /// Whether a browser sent the request, and to a host of Baseten's.
    is_sent_to_baseten: bool,
    /// A line that says whose host it is, for what is judged by the words around it.
    host: String,
}

impl Document<'_> {
    /// Says of `found` where it stands.
    fn place(&self, part: &ExchangePart, found: &mut [Finding]) {
        let is_request = matches!(
            part,
            ExchangePart::Address | ExchangePart::RequestHeader(_) | ExchangePart::RequestBody
        );
        for finding in found {
            let mut deployed = Deployed::new(self.via.clone(), part.clone());
            deployed.is_sent_to_baseten = is_request && self.is_sent_to_baseten;
            if deployed.is_sent_to_baseten {
                finding.confidence = Confidence::High;
                finding.attribution = Attribution::Baseten;
                finding
                    .reasons
                    .retain(|reason| !matches!(reason, Reason::NoContext | Reason::RivalNearer(_)));
                finding.reasons.insert(0, Reason::KnownPlace(SENT.into()));
            }
            finding.deployed = Some(Box::new(deployed));
        }
    }
}

impl Front<'_> {
    /// What stands in a content, that is opened if there is something in it.
    fn content(&mut self, provenance: Provenance<'_>, bytes: &[u8]) -> Vec<Finding> {
        let mut found = self.text(provenance, bytes);
        if let Some(eye) = &mut self.eye {
            eye.look(&Blob::whole(bytes, provenance), &mut found, &mut self.coverage);
        }
        if let Some(opener) = &mut self.opener
            && let Some(form) = unpacked::form_of(provenance.relative, bytes)
        {
            let packed = Packed { provenance, content: Content::Bytes(bytes), is_named: false };
            self.coverage.merge(opener.open(form, packed, &mut found));
        }
        found
    }

    /// What stands in a text.
    fn text(&mut self, provenance: Provenance<'_>, bytes: &[u8]) -> Vec<Finding> {
        let mut found = Vec::new();
        if !self.detector.scan(&Blob::whole(bytes, provenance), &mut found) {
            let path = self.detector.path_name(provenance.shown);
            self.coverage.notes.push(Note { path, kind: NoteKind::Encoded });
        }
        found
    }

    /// Scans a line of a request or an answer, which is judged with the host beside it.
    fn line(&mut self, document: &Document<'_>, line: &str, part: &ExchangePart) {
        let text = [line, &*document.host].concat();
        let mut found = self.text(document.provenance, text.as_bytes());
        document.place(part, &mut found);
        self.kept.add(found);
    }

    fn documents(&mut self, exchange: &Exchange, document: &Document<'_>) {
        let provenance = document.provenance;
        let mut found = Vec::new();
        self.detector.scan_name(&provenance, &mut found);
        // What is told by its path alone; a key in the address is found in all of it below.
        found.retain(|finding| finding.secret.expose().is_empty());
        found.append(&mut self.content(provenance, &exchange.body));
        if exchange.method == AFTER {
            document.place(&ExchangePart::Storage(RENDERED.to_owned()), &mut found);
            return self.kept.rendered(found);
        }
        document.place(&ExchangePart::Body, &mut found);
        self.kept.document(exchange, found);
        if !exchange.posted.is_empty() {
            let mut found = if document.host.is_empty() {
                self.content(provenance, &exchange.posted)
            } else {
                self.content(provenance, &[&exchange.posted, document.host.as_bytes()].concat())
            };
            document.place(&ExchangePart::RequestBody, &mut found);
            self.kept.add(found);
        }
    }
}

impl Receiver for Front<'_> {
    fn exchange(&mut self, exchange: Exchange) {
        let shown = name::shown(&exchange.address);
        let relative = name::relative(&exchange.address);
        let provenance = Provenance { shown: shown.as_bytes(), relative: relative.as_bytes() };
        let host = name::host(&exchange.address).unwrap_or_default();
        let is_baseten = name::is_baseten(&host);
        let via = exchange.via.iter().map(|address| self.detector.path_name(name::shown(address).as_bytes()));
        let document = Document {
            provenance,
            via: via.collect(),
            is_sent_to_baseten: is_baseten && !(exchange.sent.is_empty() && exchange.posted.is_empty()),
            host: if is_baseten { format!("\n\nhost: {host}\n") } else { String::new() },
        };
        self.line(&document, &shown, &ExchangePart::Address);
        for address in &exchange.addresses {
            self.line(&document, &name::shown(address), &ExchangePart::Address);
        }
        // It is not shown with the rest, and may be a key all the same.
        if let Some(user) = name::user(&exchange.address) {
            self.line(&document, user, &ExchangePart::Address);
        }
        for (name, value) in &exchange.sent {
            self.line(&document, &format!("{name}: {value}"), &ExchangePart::RequestHeader(name.clone()));
        }
        for (name, value) in &exchange.headers {
            self.line(&document, &format!("{name}: {value}"), &ExchangePart::ResponseHeader(name.clone()));
        }
        for (what, text) in &exchange.stored {
            self.line(&document, text, &ExchangePart::Storage(what.clone()));
        }
        self.documents(&exchange, &document);
        let is_new = exchange.method != AFTER;
        let has_come = is_new && (!exchange.body.is_empty() || (200..300).contains(&exchange.status));
        let bytes = (exchange.body.len() + exchange.posted.len()) as u64;
        self.coverage.documents += u64::from(has_come);
        self.coverage.bytes += bytes;
        self.progress.files.fetch_add(u64::from(has_come), Ordering::Relaxed);
        self.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn skipped(&mut self, address: &str, why: &str) {
        let path = self.detector.path_name(name::shown(address).as_bytes());
        let reason = SkipReason::Unreadable(self.detector.concealed(why));
        self.coverage.skipped.push(Skipped { path, reason });
    }

    fn foreign(&mut self, _: &str) {
        self.coverage.foreign += 1;
    }

    fn disallowed(&mut self, _: &str) {
        self.coverage.disallowed += 1;
    }
}
