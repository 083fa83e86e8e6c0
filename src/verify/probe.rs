//! The way that sends the leaked key: Baseten is asked whether it takes it.
//!
//! Before, and for each shape of key, the same is asked with a random key of that
//! shape, which cannot be live. What stands between here and Baseten (a proxy, a captive
//! portal) answers that key as it would answer any, and so gives itself away: after a
//! 200 nothing is proven, and no leaked key is sent; after a 403 a refusal proves
//! nothing; only after a 401 does a 401 mean that the key is not known.
//!
//! Only 200 with the documented answer is life. Death is 401 from both APIs: one of
//! them may know a key that the other does not. A 403 is neither: a key that is known
//! and may not do this is answered so, and by some of Baseten's APIs an unknown one too.
//!
//! **Invariant:** each leaked key is sent to the two hosts of the remote, and only
//! where the answer to the random key was that of an API. What was read in images only is
//! sent to nobody.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Inventory, Leak, Shape};
use crate::baseten::{Answer, ApiError, Client, Remote, Transport};
use crate::model::{Attribution, Death, Proof, Reach, Secret, Validity};

/// How many keys are probed at a time; the transport holds them all to its rate.
const THREADS: usize = 4;

/// What was answered, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// 200 and the documented answer.
    Yes,
    /// 401 of an API.
    Unknown,
    /// 403 of an API.
    Forbidden,
    /// 200, and not what is documented.
    Strange(String),
    /// Anything else.
    Nothing(String),
}

/// Which API is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Management,
    Inference,
}

impl Api {
    const fn name(self) -> &'static str {
        match self {
            Self::Management => "the management API",
            Self::Inference => "the models API",
        }
    }

    fn ask(self, client: &Client<'_>) -> Said {
        said(match self {
            Self::Management => client.probe_management(),
            Self::Inference => client.probe_inference(),
        })
    }
}

/// What a random key was answered by both APIs.
struct Control {
    management: Said,
    inference: Said,
}

/// Settles what `validities` leave open and a probe can settle; of the rest it adds
/// why there was no probe.
pub(super) fn probe(leaks: &[Leak], validities: &mut [Validity], transport: &Transport, remote: &Remote) {
    let (mut due, mut controls) = (Vec::new(), Vec::new());
    for (at, (leak, validity)) in leaks.iter().zip(validities.iter_mut()).enumerate() {
        let Validity::Unknown(reason) = validity else { continue };
        match probed(leak) {
            Ok(secret) => due.push((at, secret, leak)),
            Err(why) => add(reason, why),
        }
    }
    for (_, secret, leak) in &due {
        if controls.iter().all(|(shape, _)| *shape != leak.shape()) {
            let client = Client::new(transport, remote, random_like(secret));
            let [management, inference] = [Api::Management, Api::Inference].map(|api| api.ask(&client));
            controls.push((leak.shape(), Control { management, inference }));
        }
    }
    let (next, settled) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((at, secret, leak)) = due.get(next.fetch_add(1, Ordering::Relaxed)) {
            let control = controls.iter().find(|(shape, _)| *shape == leak.shape());
            let (_, control) = control.expect("there is one for each shape that is due");
            let client = Client::new(transport, remote, (*secret).clone());
            let validity = judge(&client, control, leak);
            settled.lock().expect("no thread panics with the lock").push((*at, validity));
        }
    };
    thread::scope(|scope| (0..THREADS.min(due.len())).for_each(|_| drop(scope.spawn(work))));
    for (at, validity) in settled.into_inner().expect("no thread panicked") {
        match (&mut validities[at], validity) {
            (Validity::Unknown(reason), Validity::Unknown(why)) => add(reason, &why),
            (open, validity) => *open = validity,
        }
    }
}

/// The secret to probe with, or why there is no probe.
fn probed(leak: &Leak) -> Result<&Secret, &'static str> {
    match leak.shape() {
        // Why is said already.
        Shape::Webhook | Shape::Other => return Err(""),
        _ if leak.attribution == Attribution::Other => {
            return Err("not probed: what stands near it says that it is another vendor's key");
        }
        _ if leak.reading.is_some() => {
            return Err("not probed: it was read in an image, and nobody is asked with a guess");
        }
        Shape::New | Shape::Old | Shape::Gateway => {}
    }
    leak.secret.as_ref().ok_or(
        "not probed: a report holds no secrets; `baseleak scan --verify --probe` of the same place has them at hand",
    )
}

fn add(reason: &mut String, more: &str) {
    if !reason.is_empty() && !more.is_empty() {
        reason.push_str("; ");
    }
    reason.push_str(more);
}

/// The verdict on one key.
fn judge(client: &Client<'_>, control: &Control, leak: &Leak) -> Validity {
    let unknown = |why: String| Validity::Unknown(format!("the probe proves nothing: {why}"));
    let apis = [(Api::Management, &control.management), (Api::Inference, &control.inference)];
    for (api, said) in apis {
        if matches!(said, Said::Yes | Said::Strange(_)) {
            return unknown(format!(
                "{} answers a random key with 200, so that something else may have answered; the leaked key was not sent",
                api.name()
            ));
        }
    }
    let mut refusals = Vec::new();
    for (api, random) in apis {
        if let Said::Nothing(why) = random {
            refusals.push(format!(
                "{} did not answer a random key as an API does ({why}), and was not asked",
                api.name()
            ));
            continue;
        }
        match (api.ask(client), api) {
            (Said::Yes, Api::Management) => return Validity::Active(reach(client, leak)),
            (Said::Yes, Api::Inference) => return Validity::Active(Reach::of(Proof::Inference)),
            (Said::Unknown, _) if *random == Said::Unknown => {}
            (Said::Unknown, _) => refusals.push(format!("{} says 401, and 403 to a random key", api.name())),
            (Said::Forbidden, _) if *random == Said::Forbidden => {
                refusals.push(format!("{} says 403, as it does to a random key", api.name()));
            }
            (Said::Forbidden, _) => {
                refusals.push(format!("{} says 403, which a live key may be told as well", api.name()));
            }
            (Said::Strange(why) | Said::Nothing(why), _) => {
                return unknown(format!("{}: {why}", api.name()));
            }
        }
    }
    if refusals.is_empty() { Validity::Inactive(Death::Rejected) } else { unknown(refusals.join("; ")) }
}

/// What a key that the management API takes may see of itself. The list holds more,
/// other people's addresses among it, and all but the row of the key is dropped.
fn reach(client: &Client<'_>, leak: &Leak) -> Reach {
    let known = Inventory::ask(client).ok().and_then(|inventory| inventory.reach(leak.prefix()?));
    Reach { proof: Proof::Management, ..known.unwrap_or_else(|| Reach::of(Proof::Management)) }
}

fn said(answer: Result<Answer, ApiError>) -> Said {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return Said::Nothing(error.to_string()),
    };
    match answer.status {
        200 if answer.is_documented => Said::Yes,
        200 if answer.is_html => {
            Said::Strange("a page for people (200): a captive portal or proxy".to_owned())
        }
        200 => Said::Strange("200, and not the documented answer".to_owned()),
        status @ 300..=399 => {
            let host = answer.redirect.map(|host| format!(" to {host}")).unwrap_or_default();
            Said::Nothing(format!("a redirect ({status}){host}, which is not followed"))
        }
        status if answer.is_html => {
            Said::Nothing(format!("a page for people ({status}): a captive portal or proxy"))
        }
        401 => Said::Unknown,
        403 => Said::Forbidden,
        429 => Said::Nothing("too many requests (429)".to_owned()),
        status => Said::Nothing(format!("status {status}")),
    }
}

/// A random key that looks like `key`: letters and digits are others, and what is
/// neither, with the word before the first `_`, stays.
fn random_like(key: &Secret) -> Secret {
    const WORD: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let key = key.expose();
    let kept = key.iter().position(|&byte| byte == b'_').map_or(0, |at| at + 1);
    // Each state is seeded by the system, and its hashes are random enough for this.
    let state = RandomState::new();
    let random = |at: usize| {
        let index = state.hash_one(at) % WORD.len() as u64;
        WORD[usize::try_from(index).expect("it is below 62")]
    };
    let other = |(at, &byte): (usize, &u8)| {
        if at >= kept && byte.is_ascii_alphanumeric() { random(at) } else { byte }
    };
    Secret::new(&key.iter().enumerate().map(other).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_key_has_the_shape_and_nothing_else_of_the_key() {
        for (prefix, id, secret) in [("b10_", 8, 32), ("", 8, 32), ("sky_", 12, 20)] {
            let text = format!("{prefix}{}.{}", "a".repeat(id), "b".repeat(secret));
            let random = random_like(&Secret::new(text.as_bytes()));
            let other = str::from_utf8(random.expose()).expect("it is ASCII");
            assert_eq!(other.len(), text.len());
            assert!(other.starts_with(prefix) && other.as_bytes()[prefix.len() + id] == b'.', "{other}");
            assert_ne!(other, text);
            assert_ne!(random_like(&Secret::new(text.as_bytes())), random);
        }
    }

    fn check(status: u16, is_json_object: bool, is_html: bool, is_documented: bool, expect: &str) {
        let answer = Answer { status, is_json_object, is_html, is_documented, redirect: None };
        let got = format!("{:?}", said(Ok(answer)));
        assert!(got.starts_with(expect), "{status}: {got}");
    }

    #[test]
    fn only_a_documented_200_is_a_yes_and_only_an_api_says_401() {
        check(200, true, false, true, "Yes");
        check(200, true, false, false, "Strange");
        check(200, false, true, false, "Strange");
        check(201, true, false, false, "Nothing");
        check(302, false, false, false, "Nothing");
        check(401, true, false, false, "Unknown");
        check(401, false, false, false, "Unknown");
        check(401, false, true, false, "Nothing");
        check(403, true, false, false, "Forbidden");
        check(403, false, true, false, "Nothing");
        check(404, true, false, false, "Nothing");
        check(429, true, false, false, "Nothing");
        check(503, false, false, false, "Nothing");
    }
}
