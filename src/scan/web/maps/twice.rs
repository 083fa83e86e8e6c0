//! What is one leak and came in several exchanges: a document that is written into another, and
//! a cookie that the browser keeps and sends.
//!
//! Only what is there by the other's doing is left out: a bundle under two addresses stays two.

use std::collections::HashSet;

use super::Entry;
use crate::model::{ExchangePart, Finding, PathName};
use crate::web::name;

/// What the cookies that a browser keeps are called.
const COOKIE: &str = "cookie";

/// Marks as told what another of `entries` tells.
pub(super) fn tell_once(entries: &mut [Entry]) {
    let (mut held, mut kept) = (HashSet::new(), HashSet::new());
    for Entry { finding, .. } in &*entries {
        let digest = finding.digest.clone();
        match part(finding) {
            Some(ExchangePart::Body) => drop(held.insert((path(finding).to_owned(), digest))),
            Some(ExchangePart::Storage(what)) if what == COOKIE => {
                kept.extend(name::host(path(finding)).map(|host| (digest, host)));
            }
            _ => {}
        }
    }
    for Entry { finding, is_told, .. } in entries {
        *is_told |= match part(finding) {
            Some(ExchangePart::Body) => {
                holders(finding).any(|holder| held.contains(&(holder.to_owned(), finding.digest.clone())))
            }
            Some(ExchangePart::RequestHeader(header)) if header == COOKIE => is_kept(finding, &kept),
            _ => false,
        };
    }
}

fn part(finding: &Finding) -> Option<&ExchangePart> {
    finding.deployed.as_ref().map(|deployed| &deployed.part)
}

fn path(finding: &Finding) -> &str {
    finding.location.path.file_and_member().0
}

/// The documents that a finding in what was made up in a page may be from: the one that holds
/// it, and those on the way. None of a document that has an address of its own.
fn holders(finding: &Finding) -> impl Iterator<Item = &str> {
    let path = path(finding);
    let is_made_up = path.starts_with("data:") || path.starts_with("blob:");
    let holder = path.rsplit_once(" in ").map(|(_, holder)| holder);
    let via = finding.deployed.iter().flat_map(|deployed| deployed.via.iter());
    let all = holder.into_iter().chain(via.map(PathName::as_str));
    all.filter(move |holder| is_made_up && *holder != path)
}

/// Whether the secret that a request carries as a cookie is one that the same site keeps.
fn is_kept(finding: &Finding, kept: &HashSet<(String, String)>) -> bool {
    let is_sent = finding.deployed.as_ref().is_some_and(|deployed| deployed.is_sent_to_baseten);
    let Some(host) = name::host(path(finding)).filter(|_| !is_sent) else { return false };
    let is_same = |own: &str| name::is_within(&host, own) || name::is_within(own, &host);
    kept.iter().any(|(digest, own)| *digest == finding.digest && is_same(own))
}
