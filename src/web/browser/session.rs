//! A browser from its start to its end, and one page after the other in between.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use super::super::Receiver;
use super::super::site::guard::Guard;
use super::super::site::scope::{self, Scope};
use super::gate::Gate;
use super::page::Visit;
use super::process::Process;
use super::wire::{Ended, Wire};
use super::{BrowserError, Settings, Summary, program};

/// How long a browser may take to say its first word; on a busy machine it takes long.
const START: Duration = Duration::from_secs(60);

/// A running browser and its way to the network.
pub(super) struct Browser {
    pub(super) wire: Wire,
    pub(super) gate: Gate,
    process: Process,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.wire.close();
    }
}

/// What holds for all pages.
pub(super) struct Rules<'s> {
    pub(super) settings: &'s Settings,
    pub(super) scope: Scope,
    pub(super) guard: Guard,
}

pub(super) fn load(
    urls: &[String],
    settings: &Settings,
    receiver: &mut dyn Receiver,
) -> Result<Summary, BrowserError> {
    let began = Instant::now();
    let pages = urls.iter().map(|url| scope::page(url)).collect::<Result<Vec<_>, _>>()?;
    if pages.is_empty() {
        return Err(super::WebError::NoAddress.into());
    }
    let rules = Rules {
        settings,
        scope: Scope::new(&pages, &settings.include_origins)?,
        guard: Guard::new(settings.allow_private),
    };
    let program = settings.program.clone().or_else(program::find).ok_or(BrowserError::Missing)?;
    let mut browser = Some(Browser::start(program.clone(), &rules)?);
    let mut summary = Summary::default();
    if browser.as_ref().is_some_and(|browser| browser.process.is_bare) {
        let note = "the browser ran without its sandbox, for this ran as root";
        summary.notes.push(note.to_owned());
    }
    for page in pages {
        let address = page.as_str().to_owned();
        if let Some(reason) = rules.guard.refuses(&page) {
            receiver.skipped(&address, &reason.0);
            continue;
        }
        let left = settings.total_time.saturating_sub(began.elapsed());
        if left.is_zero() {
            receiver.skipped(&address, "the time limit was over before a browser could load it");
            continue;
        }
        // One page may bring down the browser; the next gets another.
        if browser.is_none() {
            browser = Browser::start(program.clone(), &rules).ok();
        }
        let Some(running) = &mut browser else {
            receiver.skipped(&address, "the browser does not start again");
            continue;
        };
        running.gate.renew();
        // In whole seconds, for it is told.
        let time = if left < settings.page_time {
            Duration::from_secs(left.as_secs().max(1))
        } else {
            settings.page_time
        };
        if Visit::new(running, &rules, page, time).run(receiver).is_err() {
            browser = None;
        }
    }
    Ok(summary)
}

impl Browser {
    fn start(program: PathBuf, rules: &Rules<'_>) -> Result<Self, BrowserError> {
        let settings = rules.settings;
        let gate = Gate::open(rules.guard, settings.page_bytes).map_err(BrowserError::Gate)?;
        let name = settings.user_agent.as_deref();
        let started = Process::start(&program, gate.port(), name);
        let (mut process, mut wire) =
            started.map_err(|cause| BrowserError::Start { program: program.clone(), cause })?;
        if hello(&mut wire).is_ok() {
            return Ok(Self { wire, gate, process });
        }
        wire.close();
        if process.lacks_sandbox() {
            return Err(BrowserError::Sandbox { program });
        }
        Err(BrowserError::Silent { program })
    }
}

/// Waits for the browser's first word, and has it tell of every target from then on.
fn hello(wire: &mut Wire) -> Result<(), Ended> {
    let until = Instant::now() + START;
    let asked = wire.ask("", "Browser.getVersion", json!({}))?;
    while wire.next(until)?.ok_or(Ended)?["id"] != asked {}
    let every = json!([{ "type": "browser", "exclude": true }, { "type": "tab", "exclude": true }, {}]);
    let params = json!({
        "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": every,
    });
    wire.ask("", "Target.setAutoAttach", params).map(drop)
}
