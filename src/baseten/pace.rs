//! When a request may start: the rate of all threads, and the waits between tries.
//!
//! **Invariant:** requests of one [`Pace`] start at least its interval apart,
//! whoever makes them. It never sleeps itself.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The numbers behind waiting. Tests use smaller ones.
#[derive(Debug, Clone)]
pub(super) struct Waits {
    /// Between the starts of two requests.
    pub(super) interval: Duration,
    /// Longest wait before the first retry; doubled for each one more.
    pub(super) base: Duration,
    /// Longest wait before any retry.
    pub(super) cap: Duration,
    /// Longest wait that the API may ask for; the call is given up where it asks for more.
    pub(super) asked: Duration,
    /// Longest time of a call, with all that it waits.
    pub(super) call: Duration,
}

/// Most retries of a call.
pub(super) const RETRIES: u32 = 3;

impl Default for Waits {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(100),
            base: Duration::from_millis(250),
            cap: Duration::from_secs(5),
            asked: Duration::from_secs(60),
            call: Duration::from_secs(120),
        }
    }
}

impl Waits {
    /// How long to wait before retry number `retry`, from 0: anything up to a bound
    /// that doubles, so that clients that failed together do not come back together.
    /// `chance` lies in `0..1`.
    pub(super) fn back_off(&self, retry: u32, chance: f64) -> Duration {
        self.base.saturating_mul(1 << retry.min(16)).min(self.cap).mul_f64(chance)
    }
}

/// The rate of all requests.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, next: Mutex::new(None) }
    }

    /// Takes the next free start from `now` on; whoever took it waits until then.
    pub(super) fn turn(&self, now: Instant) -> Instant {
        // A thread that panicked here left a valid instant behind.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let start = next.map_or(now, |next| next.max(now));
        *next = Some(start + self.interval);
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_an_interval_apart() {
        let pace = Pace::new(Duration::from_millis(100));
        let zero = Instant::now();
        let at = |millis| zero + Duration::from_millis(millis);
        let table = [(0, 0), (0, 100), (10, 200), (150, 300), (1000, 1000), (1001, 1100), (1300, 1300)];
        for (asked, expect) in table {
            assert_eq!(pace.turn(at(asked)), at(expect), "asked at {asked}");
        }
    }

    #[test]
    fn threads_share_the_rate() {
        let pace = Pace::new(Duration::from_millis(100));
        let now = Instant::now();
        let mut starts: Vec<Instant> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| (0..25).map(|_| pace.turn(now)).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no thread panics")).collect()
        });
        starts.sort();
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == Duration::from_millis(100)));
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits = Waits::default();
        for (retry, millis) in [(0, 250), (1, 500), (2, 1000), (4, 4000), (5, 5000), (40, 5000)] {
            assert_eq!(waits.back_off(retry, 1.0), Duration::from_millis(millis), "retry {retry}");
            assert_eq!(waits.back_off(retry, 0.0), Duration::ZERO, "retry {retry}");
        }
    }
}
