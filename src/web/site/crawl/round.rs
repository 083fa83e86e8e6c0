//! Has the threads do many jobs, at the rate that a site is owed, and takes the answers in the
//! order of the jobs, so that what is found does not depend on which answer is the fastest.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver as Inbox, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::fetched::{Fetched, fetch};
use super::job::Job;
use crate::web::site::client::{Client, Failure};
use crate::web::site::scope;

/// What a thread sends back.
pub(super) type Done = (usize, Job, Result<Fetched, Failure>);

/// The ways to the threads and back.
pub(super) struct Post {
    pub(super) out: Sender<(usize, Job)>,
    pub(super) back: Inbox<Done>,
    pub(super) threads: usize,
}

/// When each origin may be asked again.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: HashMap<String, Instant>,
}

impl Pace {
    /// So many requests a second.
    pub(super) fn new(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1), next: HashMap::new() }
    }

    /// Takes the turn of an origin, where it is its turn.
    fn turn(&mut self, origin: &str, now: Instant) -> bool {
        let is_due = self.next.get(origin).is_none_or(|next| *next <= now);
        if is_due {
            self.next.insert(origin.to_owned(), now + self.interval);
        }
        is_due
    }

    /// Asks an origin not before `wait` is over.
    pub(super) fn pause(&mut self, origin: String, wait: Duration) {
        let until = Instant::now() + wait;
        let next = self.next.entry(origin).or_insert(until);
        *next = (*next).max(until);
    }
}

/// What a thread does: jobs, until there are no more.
pub(super) fn work(client: &Client, inbox: &Mutex<Inbox<(usize, Job)>>, back: &Sender<Done>) {
    loop {
        let job = inbox.lock().map(|inbox| inbox.recv());
        let Ok(Ok((index, job))) = job else { return };
        // What a server sends may make a parser panic, and whoever waits for the answer must not
        // wait for ever.
        let fetched = catch_unwind(AssertUnwindSafe(|| fetch(client, &job)));
        let lost = |_| Err(Failure::Failed("it could not be read".to_owned()));
        let result = fetched.unwrap_or_else(lost);
        if back.send((index, job, result)).is_err() {
            return;
        }
    }
}

/// Jobs that are done together.
pub(super) struct Round<'a> {
    post: &'a Post,
    waiting: BTreeMap<usize, Job>,
    under_way: BTreeSet<usize>,
    came: BTreeMap<usize, (Job, Result<Fetched, Failure>)>,
    is_stopped: bool,
}

impl<'a> Round<'a> {
    pub(super) fn new(jobs: Vec<Job>, post: &'a Post) -> Self {
        let waiting = jobs.into_iter().enumerate().collect();
        Self { post, waiting, under_way: BTreeSet::new(), came: BTreeMap::new(), is_stopped: false }
    }

    /// The jobs that were not begun.
    pub(super) fn left(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.waiting).into_values().collect()
    }

    /// Begins what may begin, at most `room` jobs, and says how many it were.
    pub(super) fn begin(&mut self, pace: &mut Pace, room: u64) -> u64 {
        let (now, mut begun) = (Instant::now(), 0);
        // What comes early waits for what is late, so not too much may come early.
        let first = self.first();
        let window = first..first.saturating_add(self.post.threads * 2);
        let near: Vec<usize> = self.waiting.range(window).map(|(index, _)| *index).collect();
        for index in near {
            if self.under_way.len() >= self.post.threads || begun >= room {
                break;
            }
            let origin = scope::origin(&self.waiting[&index].url);
            if pace.turn(&origin, now) {
                let Some(job) = self.waiting.remove(&index) else { continue };
                self.under_way.insert(index);
                begun += 1;
                if self.post.out.send((index, job)).is_err() {
                    self.under_way.remove(&index);
                }
            }
        }
        begun
    }

    /// The first job that is not done.
    fn first(&self) -> usize {
        let waiting = self.waiting.keys().next().copied().unwrap_or(usize::MAX);
        waiting.min(self.under_way.first().copied().unwrap_or(usize::MAX))
    }

    /// The next answer in the order of the jobs; waits for a moment where there is none. The end
    /// comes when nothing is waiting or under way.
    pub(super) fn next(&mut self, client: &Client) -> Next {
        let first = self.first();
        if let Some(entry) = self.came.first_entry()
            && *entry.key() < first
        {
            let (job, result) = entry.remove();
            return Next::Done(Box::new((job, result)));
        }
        if self.waiting.is_empty() && self.under_way.is_empty() {
            return Next::End;
        }
        let patience = Duration::from_millis(if self.waiting.is_empty() { 250 } else { 20 });
        match self.post.back.recv_timeout(patience) {
            Ok((index, job, result)) => {
                self.under_way.remove(&index);
                self.came.insert(index, (job, result));
            }
            Err(RecvTimeoutError::Timeout) => {}
            // No thread is left to wait for.
            Err(RecvTimeoutError::Disconnected) => return Next::End,
        }
        if client.limits.is_late() && !self.is_stopped {
            client.stop();
            self.is_stopped = true;
        }
        Next::Wait
    }
}

/// What comes next in a round.
pub(super) enum Next {
    /// An answer.
    Done(Box<(Job, Result<Fetched, Failure>)>),
    /// Nothing yet.
    Wait,
    /// Nothing more.
    End,
}
