//! The budget of time: when recognition must be over.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::tesseract::Failure;

/// The longest run of the recogniser, by the clock.
const RUN: Duration = Duration::from_secs(30);

/// A clock that starts with the first look.
#[derive(Debug)]
pub(super) struct Clock {
    budget: Option<Duration>,
    started: OnceLock<Instant>,
}

impl Clock {
    pub(super) fn new(budget: Option<Duration>) -> Self {
        Self { budget, started: OnceLock::new() }
    }

    /// Until when a run that starts now may take.
    ///
    /// # Errors
    /// When the budget has run out, with words that say so.
    pub(super) fn until(&self) -> Result<Instant, String> {
        let now = Instant::now();
        let Some(budget) = self.budget else { return Ok(now + RUN) };
        let end = *self.started.get_or_init(|| now) + budget;
        if end <= now { Err(self.ran_out()) } else { Ok(end.min(now + RUN)) }
    }

    /// Why a run gave nothing.
    pub(super) fn why(&self, failure: Failure) -> String {
        match (failure, self.until()) {
            (Failure::Broken(why), _) | (Failure::TimedOut, Err(why)) => why,
            (Failure::TimedOut, Ok(_)) => format!("reading it took longer than {} s", RUN.as_secs()),
        }
    }

    fn ran_out(&self) -> String {
        let budget = self.budget.unwrap_or_default();
        if budget.subsec_millis() == 0 {
            format!("the budget of {} s ran out", budget.as_secs())
        } else {
            format!("the budget of {} ms ran out", budget.as_millis())
        }
    }
}
