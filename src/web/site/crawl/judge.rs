//! What becomes of an answer: handed over, followed, tried again, told of, or passed over.
//!
//! That something is not there is told where a page cannot be without it. So it is
//! where code loads it by its name; what else code names need not be there, and what is guessed
//! even less; but whoever asks must know where a server failed.

use std::sync::Arc;
use std::time::Duration;

use super::Crawl;
use super::fetched::Fetched;
use super::job::{Job, addresses};
use crate::web::Exchange;
use crate::web::site::client::Failure;
use crate::web::site::names::{List, Need, Role};
use crate::web::site::scope;

/// Most redirects in a row.
const HOPS: usize = 10;

/// How often a server is asked again that asks to wait or breaks off.
const TRIES: u32 = 2;

/// The longest that a server may ask to wait.
const PATIENCE: Duration = Duration::from_secs(30);

impl Crawl<'_> {
    /// Decides on one answer.
    pub(super) fn judge(&mut self, mut job: Job, result: Result<Fetched, Failure>) {
        if job.is_robots {
            return self.keep(job, result);
        }
        // Another document may have come to need it in between.
        job.need = self.seen.get(job.address()).copied().unwrap_or(job.need).max(job.need);
        match result {
            Err(Failure::Failed(_)) if job.tries == 0 && self.over().is_none() => {
                self.enqueue(Job { tries: 1, ..job });
            }
            Err(failure) => self.receiver.skipped(job.address(), &failure.to_string()),
            Ok(fetched) => match fetched.answer.status {
                301 | 302 | 303 | 307 | 308 => self.redirected(&job, fetched),
                429 | 503 if self.again(&job, &fetched) => {}
                300..400 => self.without_content(&job, fetched),
                400.. => self.denied(&job, fetched),
                _ => self.given(&job, fetched),
            },
        }
    }

    /// Asks again later where a server asks for that, and not for long.
    fn again(&mut self, job: &Job, fetched: &Fetched) -> bool {
        let asked = fetched.answer.header("retry-after").and_then(|value| value.trim().parse().ok());
        let wait = Duration::from_secs(asked.unwrap_or(1));
        if job.tries >= TRIES || wait > PATIENCE || self.over().is_some() {
            return false;
        }
        self.pace.pause(scope::origin(&job.url), wait);
        self.enqueue(Job { tries: job.tries + 1, ..job.clone() });
        true
    }

    /// An answer that says no.
    fn denied(&mut self, job: &Job, fetched: Fetched) {
        let status = fetched.answer.status;
        let text = format!("it answers {status}");
        let is_absent = match job.need {
            // A store that must not be listed says 403 for what is not there.
            Need::Guess => (400..500).contains(&status) && status != 429,
            Need::Link | Need::Named => matches!(status, 404 | 410),
            Need::Passive | Need::Loaded | Need::Needed => false,
        };
        if is_absent {
            self.silent.insert(job.address().to_owned(), text);
            return;
        }
        self.receiver.skipped(job.address(), &text);
        if job.need != Need::Guess && !fetched.is_other {
            self.given(job, fetched);
        }
    }

    /// An answer that neither has the content nor says where it is, such as 304, which is for
    /// those who have it already.
    fn without_content(&mut self, job: &Job, fetched: Fetched) {
        let text = format!("it answers {}, without the content", fetched.answer.status);
        if job.need == Need::Guess {
            self.silent.insert(job.address().to_owned(), text);
            return;
        }
        self.receiver.skipped(job.address(), &text);
        if !fetched.is_other {
            self.given(job, fetched);
        }
    }

    /// An answer that is handed over.
    fn given(&mut self, job: &Job, fetched: Fetched) {
        if fetched.answer.is_passive {
            if job.is_named {
                self.receiver.skipped(job.address(), "it is an image or the like, and not a page");
            }
            return;
        }
        if fetched.is_other {
            let cut = fetched.answer.cut.filter(|_| job.need >= Need::Named);
            if let Some(cut) = cut {
                self.receiver.skipped(job.address(), &cut.to_string());
            } else if job.need >= Need::Loaded {
                self.receiver.skipped(job.address(), "a page came in place of it");
            } else {
                self.silent.insert(job.address().to_owned(), "a page came in place of it".to_owned());
            }
            return;
        }
        let Fetched { answer, list, within, is_lost, .. } = fetched;
        let (cut, status, way) = (answer.cut, answer.status, job.way());
        self.receiver.exchange(Exchange {
            address: job.address().to_owned(),
            via: addresses(job.via.as_ref()),
            method: "GET".to_owned(),
            status,
            headers: answer.headers,
            body: answer.body,
            ..Exchange::default()
        });
        if let Some(cut) = cut {
            self.receiver.skipped(job.address(), &cut.to_string());
        }
        if status == 206 {
            self.receiver.skipped(job.address(), "it answers 206, which is only a part of it");
        }
        if is_lost || list.as_ref().is_some_and(|list| list.is_cut) {
            let text = "it names more than is followed, or in a way that is not understood";
            self.receiver.skipped(job.address(), text);
        }
        let is_page = fetched.role == Role::Page;
        let page = match &list {
            Some(list) if is_page => Arc::new(list.base().clone()),
            _ => Arc::clone(&job.page),
        };
        let mut all: Vec<List> = list.into_iter().collect();
        for (number, (embedded, list)) in within.into_iter().enumerate() {
            let number = if number == 0 { String::new() } else { format!(" ({})", number + 1) };
            self.receiver.exchange(Exchange {
                address: format!("data:{}{number} in {}", embedded.media, job.address()),
                via: addresses(Some(&way)),
                method: "GET".to_owned(),
                status: 200,
                headers: vec![("content-type".to_owned(), embedded.media)],
                body: embedded.body,
                ..Exchange::default()
            });
            all.extend(list);
        }
        for reference in all.into_iter().flat_map(List::into_references) {
            self.follow(reference, job, &way, &page);
        }
    }

    /// An answer that leads to another address.
    fn redirected(&mut self, job: &Job, fetched: Fetched) {
        let Some(location) = fetched.answer.header("location").map(str::to_owned) else {
            return self.without_content(job, fetched);
        };
        let target = job.url.join(&location).ok().and_then(scope::normal);
        // What is not there is often answered by leading to the entrance.
        let is_elsewhere = target.as_ref().is_none_or(|target| target.path() != job.url.path());
        if job.need == Need::Guess && is_elsewhere {
            self.silent.insert(job.address().to_owned(), "it redirects to something else".to_owned());
            return;
        }
        self.receiver.exchange(Exchange {
            address: job.address().to_owned(),
            via: addresses(job.via.as_ref()),
            method: "GET".to_owned(),
            status: fetched.answer.status,
            headers: fetched.answer.headers,
            body: fetched.answer.body,
            ..Exchange::default()
        });
        let mut hops = job.hops.clone();
        hops.push(job.address().to_owned());
        let first = hops[0].clone();
        let Some(target) = target else {
            return self.receiver.skipped(&first, "it redirects to what is no address of the web");
        };
        if hops.contains(&target.to_string()) {
            self.receiver.skipped(&first, "it redirects in a circle");
        } else if hops.len() > HOPS {
            self.receiver.skipped(&first, &format!("it redirects more than {HOPS} times"));
        } else if !self.scope.holds(&target) {
            self.foreign(&target);
            if job.need != Need::Link && job.need != Need::Guess {
                let origin = scope::origin(&target);
                let text =
                    format!("it redirects to another site, {origin}; --include-origin {origin} lets it");
                self.receiver.skipped(&first, &text);
            }
        } else if let Some(known) = self.seen.get_mut(target.as_str()) {
            *known = job.need.max(*known);
        } else {
            self.seen.insert(target.to_string(), job.need);
            self.enqueue(Job { url: target, hops, tries: 0, ..job.clone() });
        }
    }
}
