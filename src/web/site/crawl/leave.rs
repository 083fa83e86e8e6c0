//! What `robots.txt` lets be fetched of each origin.
//!
//! A file that is not there allows everything; one that a server fails to give, nothing
//! (RFC 9309, 2.3.1). A redirect to another site counts as not there.

use url::Url;

use super::Crawl;
use super::fetched::{Fetched, is_markup};
use super::job::{Job, addresses};
use super::round::Post;
use crate::web::Exchange;
use crate::web::site::client::Failure;
use crate::web::site::names::{Need, Reference, Role};
use crate::web::site::robots::Robots;
use crate::web::site::scope;

/// Most redirects that are followed to the file.
const HOPS: usize = 5;

/// What an origin lets be fetched.
#[derive(Debug)]
pub(super) enum Leave {
    /// What the file says.
    Rules(Robots),
    /// Nothing: why.
    Nothing(String),
}

impl Crawl<'_> {
    /// Those of the jobs that may be done; the others are told of.
    pub(super) fn with_leave(&mut self, jobs: Vec<Job>, post: &Post) -> Vec<Job> {
        // Its rules do not hold then, but the sitemaps that it names are wanted.
        if self.settings.ignore_robots && !self.settings.crawl {
            return jobs;
        }
        let mut asked: Vec<(String, Job)> = Vec::new();
        for job in &jobs {
            let origin = scope::origin(&job.url);
            let is_new =
                !self.leaves.contains_key(&origin) && !asked.iter().any(|(other, _)| *other == origin);
            if let Some(robots) = Job::robots(&job.url).filter(|_| is_new) {
                asked.push((origin, robots));
            }
        }
        let mut round: Vec<Job> = asked.into_iter().map(|(_, job)| job).collect();
        // Each step of the way may be asked for twice.
        for _ in 0..2 * (HOPS + 1) {
            if round.is_empty() {
                break;
            }
            self.round(std::mem::take(&mut round), post, false);
            // What was redirected waits with the others.
            for queued in self.queue.values_mut() {
                round.extend(queued.extract_if(.., |job| job.is_robots));
            }
        }
        self.queue.retain(|_, queued| !queued.is_empty());
        if self.settings.ignore_robots {
            return jobs;
        }
        jobs.into_iter().filter(|job| self.may(job)).collect()
    }

    /// Whether a job may be done.
    fn may(&mut self, job: &Job) -> bool {
        match self.leaves.get(&scope::origin(&job.url)) {
            Some(Leave::Rules(robots)) if robots.allows(&job.url) => true,
            Some(Leave::Rules(_)) if job.is_named => {
                let text =
                    "robots.txt asks programs not to fetch it; --ignore-robots fetches it all the same";
                self.receiver.skipped(job.address(), text);
                false
            }
            Some(Leave::Rules(_)) => {
                self.receiver.disallowed(job.address());
                false
            }
            Some(Leave::Nothing(why)) => {
                let text = why.clone();
                if job.need != Need::Guess {
                    self.receiver.skipped(job.address(), &text);
                }
                false
            }
            // The time was over before the file was asked for.
            None => {
                self.enqueue(job.clone());
                false
            }
        }
    }

    /// Keeps what came of asking for the file.
    pub(super) fn keep(&mut self, job: Job, result: Result<Fetched, Failure>) {
        let origin =
            job.hops.first().and_then(|first| Url::parse(first).ok()).unwrap_or_else(|| job.url.clone());
        let unread = |why: &dyn std::fmt::Display| {
            Leave::Nothing(format!(
                "robots.txt of this origin was not read ({why}), so nothing was fetched; --ignore-robots fetches all \
                 the same"
            ))
        };
        let leave = match result {
            Err(Failure::Refused(why)) => Leave::Nothing(why),
            Err(Failure::Failed(why)) if job.tries == 0 && !self.client.limits.is_late() => {
                drop(why);
                return self.enqueue(Job { tries: 1, ..job });
            }
            Err(failure) => unread(&failure),
            Ok(fetched) => match fetched.answer.status {
                200..300 => self.rules(&job, &fetched),
                300..400 => match self.redirected_robots(&job, &fetched) {
                    Some(next) => return self.enqueue(next),
                    None => Leave::Rules(Robots::default()),
                },
                500.. => unread(&format!("it answers {}", fetched.answer.status)),
                _ => Leave::Rules(Robots::default()),
            },
        };
        if self.settings.crawl {
            let named = match &leave {
                Leave::Rules(robots) => robots.sitemaps.clone(),
                Leave::Nothing(_) => Vec::new(),
            };
            self.sitemaps(&job, &named);
        }
        self.leaves.insert(scope::origin(&origin), leave);
    }

    /// What the file says. It is a document of the site, but where a page came in place of it.
    fn rules(&mut self, job: &Job, fetched: &Fetched) -> Leave {
        let answer = &fetched.answer;
        if fetched.role != Role::Page && !is_markup(&answer.body) {
            self.receiver.exchange(Exchange {
                address: job.address().to_owned(),
                via: addresses(job.via.as_ref()),
                method: "GET".to_owned(),
                status: answer.status,
                headers: answer.headers.clone(),
                body: answer.body.clone(),
                ..Exchange::default()
            });
            if let Some(cut) = &answer.cut {
                self.receiver.skipped(job.address(), &cut.to_string());
            }
        }
        Leave::Rules(Robots::read(&answer.body))
    }

    /// The job that a redirect makes, within the site.
    fn redirected_robots(&mut self, job: &Job, fetched: &Fetched) -> Option<Job> {
        let target = job.url.join(fetched.answer.header("location")?).ok().and_then(scope::normal)?;
        let mut hops = job.hops.clone();
        hops.push(job.address().to_owned());
        let is_followed =
            self.scope.holds(&target) && hops.len() <= HOPS && !hops.contains(&target.to_string());
        is_followed.then(|| Job { url: target, hops, tries: 0, ..job.clone() })
    }

    /// Has the sitemaps of an origin asked for: those that are named, and the usual one.
    fn sitemaps(&mut self, job: &Job, named: &[String]) {
        let (via, page) = (job.way(), job.page.clone());
        let usual = job.url.join("/sitemap.xml").ok().map(|url| (url, Need::Guess));
        let named = named.iter().filter_map(|written| Some((job.url.join(written).ok()?, Need::Named)));
        for (url, need) in named.chain(usual).collect::<Vec<_>>() {
            if let Some(url) = scope::normal(url) {
                self.follow(Reference { url, role: Role::Sitemap, need }, job, &via, &page);
            }
        }
    }
}
