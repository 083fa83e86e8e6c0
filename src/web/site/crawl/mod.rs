//! From the pages that were named to all that belongs to them: what is asked for, in which
//! order, and what becomes of each answer.
//!
//! Jobs are done in rounds, nearest first, certain ones before guesses; what a round names is the
//! next. Threads fetch and read; everything is decided, and the receiver told, on one.
//!
//! **Invariant:** every address is asked for once, and again only where a server fails or asks to wait; what is part of the
//! site and was not got is told, if only by its number.

mod fetched;
mod job;
mod judge;
mod leave;
mod round;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use url::Url;

use super::body::size;
use super::client::Client;
use super::names::{Need, Reference, Role};
use super::scope::Scope;
use super::settings::Settings;
use crate::web::Receiver;
use job::{Job, Way};
use leave::Leave;
use round::{Next, Pace, Post, Round};

/// Most addresses that are told of one by one when a limit is reached.
const TOLD: usize = 50;

/// Most addresses on other sites that are counted.
const FOREIGN: usize = 100_000;

/// The state of a run.
pub(super) struct Crawl<'a> {
    settings: &'a Settings,
    client: &'a Client,
    scope: Scope,
    receiver: &'a mut dyn Receiver,
    queue: BTreeMap<(bool, u32), Vec<Job>>,
    /// What was asked for or will be, and how much it is needed.
    seen: HashMap<String, Need>,
    /// What was not there and nobody was told of, and why.
    silent: HashMap<String, String>,
    foreign: HashSet<String>,
    leaves: HashMap<String, Leave>,
    pace: Pace,
    asked: u64,
    /// What the user named first, which stands for all where a number is told.
    first: String,
    is_crowded: bool,
}

impl<'a> Crawl<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        client: &'a Client,
        scope: Scope,
        receiver: &'a mut dyn Receiver,
    ) -> Self {
        Self {
            pace: Pace::new(settings.rate),
            settings,
            client,
            scope,
            receiver,
            queue: BTreeMap::new(),
            seen: HashMap::new(),
            silent: HashMap::new(),
            foreign: HashSet::new(),
            leaves: HashMap::new(),
            asked: 0,
            first: String::new(),
            is_crowded: false,
        }
    }

    /// Fetches the pages and what belongs to them.
    pub(super) fn run(mut self, pages: &[Url]) {
        self.first = pages.first().map(ToString::to_string).unwrap_or_default();
        for page in pages {
            if self.seen.insert(page.to_string(), Need::Needed).is_none() {
                self.enqueue(Job::page(page));
            }
        }
        let threads = self.settings.connections.max(1);
        let (out, inbox) = mpsc::channel();
        let (back, results) = mpsc::channel();
        let inbox = Mutex::new(inbox);
        let client = self.client;
        thread::scope(|scope| {
            for _ in 0..threads {
                let (back, inbox) = (back.clone(), &inbox);
                scope.spawn(move || round::work(client, inbox, &back));
            }
            drop(back);
            // The threads end when the way out is dropped.
            let post = Post { out, back: results, threads };
            self.rounds(&post);
        });
    }

    /// Round by round, until there is nothing more or a limit is reached.
    fn rounds(&mut self, post: &Post) {
        loop {
            if let Some(why) = self.over() {
                return self.give_up(&why);
            }
            let Some((_, jobs)) = self.queue.pop_first() else { return };
            let jobs = self.with_leave(jobs, post);
            self.round(jobs, post, true);
        }
    }

    /// Does jobs, as far as the limits allow. What is left goes back to the queue.
    fn round(&mut self, jobs: Vec<Job>, post: &Post, counts: bool) {
        let mut round = Round::new(jobs, post);
        loop {
            let room = if counts { self.settings.documents.saturating_sub(self.asked) } else { u64::MAX };
            if (counts && self.over().is_some()) || self.client.limits.is_late() {
                for job in round.left() {
                    self.enqueue(job);
                }
            } else {
                let begun = round.begin(&mut self.pace, room);
                self.asked += if counts { begun } else { 0 };
            }
            match round.next(self.client) {
                Next::Done(done) => self.judge(done.0, done.1),
                Next::Wait => {}
                Next::End => return,
            }
        }
    }

    /// Why nothing more may be asked for, if so.
    fn over(&self) -> Option<String> {
        if self.client.limits.is_late() {
            Some(format!(
                "the time of {} s for the whole site is over",
                self.settings.total_time.as_secs_f32()
            ))
        } else if self.client.limits.is_full() {
            Some(format!("the limit of {} for all answers is reached", size(self.settings.total_bytes)))
        } else if self.asked >= self.settings.documents {
            Some(format!("the limit of {} requests is reached", self.settings.documents))
        } else {
            None
        }
    }

    /// Tells of what is not asked for any more.
    fn give_up(&mut self, why: &str) {
        let left: Vec<Job> = std::mem::take(&mut self.queue).into_values().flatten().collect();
        let (guesses, certain): (Vec<_>, Vec<_>) = left.iter().partition(|job| job.need == Need::Guess);
        for job in certain.iter().take(TOLD) {
            self.receiver.skipped(job.address(), &format!("not asked for: {why}"));
        }
        let more = certain.len().saturating_sub(TOLD);
        if more > 0 {
            let text = format!("{more} more addresses of this site were not asked for: {why}");
            self.receiver.skipped(&self.first, &text);
        }
        if !guesses.is_empty() {
            let count = match guesses.len() {
                1 => "one address that may belong to this site was".to_owned(),
                many => format!("{many} addresses that may belong to this site were"),
            };
            let text = format!("{count} not tried: {why}");
            self.receiver.skipped(&self.first, &text);
        }
    }

    /// Puts a job where its turn is.
    fn enqueue(&mut self, job: Job) {
        self.queue.entry(job.rank()).or_default().push(job);
    }

    /// An address on another site, which is not asked for, being policy.
    fn foreign(&mut self, url: &Url) {
        if self.foreign.len() < FOREIGN && self.foreign.insert(url.to_string()) {
            self.receiver.foreign(url.as_str());
        }
    }

    /// What a document names: asked for later, or counted.
    fn follow(&mut self, reference: Reference, from: &Job, via: &Arc<Way>, page: &Arc<Url>) {
        let Reference { url, role, need } = reference;
        let is_link = need == Need::Link;
        let clicks = from.clicks + u32::from(is_link);
        let is_policy = need == Need::Passive
            || (is_link && (!self.settings.crawl || clicks > self.settings.crawl_depth));
        if is_policy || !self.scope.holds(&url) {
            // What is of this site and not asked for is no other site.
            if !self.scope.holds(&url) && !self.seen.contains_key(url.as_str()) {
                self.foreign(&url);
            }
            return;
        }
        if let Some(known) = self.seen.get_mut(url.as_str()) {
            *known = need.max(*known);
            if need >= Need::Loaded
                && let Some(why) = self.silent.remove(url.as_str())
            {
                self.receiver.skipped(url.as_str(), &why);
            }
            return;
        }
        let most = usize::try_from(self.settings.documents).unwrap_or(usize::MAX).saturating_mul(16);
        if self.seen.len() >= most.max(1_000) {
            if !std::mem::replace(&mut self.is_crowded, true) {
                let text = format!(
                    "more than {} addresses are named; those beyond were not asked for",
                    self.seen.len()
                );
                self.receiver.skipped(&self.first.clone(), &text);
            }
            return;
        }
        self.seen.insert(url.to_string(), need);
        let depth = if is_link { 0 } else { from.depth + 1 };
        if depth > self.settings.depth && role != Role::Map {
            let text =
                format!("not asked for: it is more than {} references away from a page", self.settings.depth);
            self.receiver.skipped(url.as_str(), &text);
            return;
        }
        let (via, page) = (Some(Arc::clone(via)), Arc::clone(page));
        let job = Job {
            url,
            role,
            need,
            via,
            page,
            depth,
            clicks,
            hops: Vec::new(),
            tries: 0,
            is_named: false,
            is_robots: false,
        };
        self.enqueue(job);
    }
}
