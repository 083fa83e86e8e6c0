//! What is known of one key, and what to do about it: for a person and as JSON.
//!
//! Calls of models are in no log that the API gives: what the audit log tells is what a
//! key did to the workspace. That is said, and nothing is concluded from silence.

use std::io::{self, Write};

use baseleak::baseten::AuditEvent;
use baseleak::model::{Validity, Verdict};
use baseleak::render::terminal::sanitise;
use baseleak::render::verdicts::{told, where_it_is};
use baseleak::verify::prefix::{may_be_same, names};
use baseleak::verify::{Inquiry, Leak, Reading, Since, verify};
use colored::Colorize as _;
use serde_json::{Value, json};

use super::baseten::Operator;

/// What is known of a key.
pub(crate) struct Explanation {
    pub(crate) verdict: Verdict,
    /// Whether a report was given.
    is_report_given: bool,
    since: Option<Since>,
    in_head: Option<bool>,
    /// How it was read in images, a reading for each way that it looked.
    readings: Vec<Reading>,
    /// Whether it is the key that asked.
    is_own: bool,
    /// The entries of the audit log by the key or about it, newest first; or why there are none.
    events: Result<Vec<AuditEvent>, String>,
    /// How many entries were looked through at most.
    limit: usize,
}

impl Explanation {
    /// Asks the inventory and the audit log.
    pub(crate) fn new(
        mut leak: Leak,
        leaked: Vec<Leak>,
        is_report_given: bool,
        operator: &Operator,
        limit: usize,
    ) -> Self {
        let mut readings = Vec::new();
        for other in leaked {
            readings.extend(other.reading);
            leak.places.extend(other.places);
            leak.since = leak.since.or(other.since);
            leak.in_head = leak.in_head.max(other.in_head);
            if other.key == leak.key {
                leak.digest = other.digest;
            }
        }
        let client = operator.client();
        let inquiry = Inquiry {
            transport: &operator.transport,
            remote: &operator.remote,
            operator: Some(&client),
            probe: false,
        };
        let verdict = verify(std::slice::from_ref(&leak), &inquiry).pop();
        let concerns = |event: &AuditEvent| {
            let prefixes = [&event.actor.api_key_prefix, &event.subject.api_key_prefix];
            prefixes.into_iter().flatten().any(|prefix| names(prefix, &leak.key))
        };
        let events = client.audit_logs(limit).map_err(|error| error.to_string());
        Self {
            is_own: operator.prefix().is_some_and(|own| may_be_same(&own, &leak.key)),
            events: events.map(|events| events.into_iter().filter(concerns).collect()),
            verdict: verdict.expect("there is a verdict for each key"),
            is_report_given,
            since: leak.since,
            in_head: leak.in_head,
            readings,
            limit,
        }
    }

    /// What to do now, in order.
    fn steps(&self) -> Vec<String> {
        let key = &self.verdict.key;
        let mut steps = Vec::new();
        match &self.verdict.validity {
            Validity::Inactive(_) => {}
            _ if self.is_own => steps.push(
                "rotate it: `baseleak rotate` makes a new key, writes it where this one stands, and revokes this one"
                    .to_owned(),
            ),
            validity => {
                steps.push(
                    "make a new key of the same category, and put it where this one is used: what uses it stops \
                     when it is revoked (`baseleak rotate` does both for ~/.trussrc)"
                        .to_owned(),
                );
                let who = if validity.is_unknown() { ", or have an administrator of its workspace do it" } else { "" };
                steps.push(format!("revoke it: `baseleak revoke --prefix {key}`{who}; this cannot be undone"));
            }
        }
        if !self.readings.is_empty() {
            steps.push(
                "replace the images that show it wherever they were published; a blur over the letters is not enough"
                    .to_owned(),
            );
        }
        let in_history = self.verdict.places.iter().any(|place| place.commit.is_some());
        if in_history {
            steps.push(
                "take it out of the history with `git filter-repo --replace-text`, push all refs anew, and have \
                 every clone and fork made anew; until then count it as public"
                    .to_owned(),
            );
        } else {
            steps.push(
                "take it out of the files, and look with `baseleak history` whether it was committed"
                    .to_owned(),
            );
        }
        let whom = match &self.verdict.validity {
            Validity::Active(reach) => {
                reach.owner.clone().or(reach.team.clone().map(|team| format!("the team {team}")))
            }
            _ => None,
        };
        let whom = whom.unwrap_or_else(|| "whoever made it".to_owned());
        steps.push(format!(
            "tell {whom}, and whoever looks after security: since when it was readable, for whom, and what the log shows"
        ));
        steps
    }

    /// Writes it for a person. Fails only where `out` does.
    pub(crate) fn write_human(&self, out: &mut dyn Write) -> io::Result<()> {
        let Verdict { key, validity, places, .. } = &self.verdict;
        writeln!(out, "{} {}", sanitise(key).bold(), validity.to_string().bold())?;
        writeln!(out, "  = {}", sanitise(&told(validity)))?;
        if self.is_own {
            writeln!(out, "  = it is the key that asked")?;
        }
        match (places.len(), self.is_report_given) {
            (0, false) => writeln!(out, "\nwhere it leaked is not known: no --report was given")?,
            (0, true) => writeln!(out, "\nthe report does not hold it")?,
            (1, _) => writeln!(out, "\nleaked in 1 place")?,
            (number, _) => writeln!(out, "\nleaked in {number} places")?,
        }
        if let Some(Since { commit, date, author }) = &self.since {
            let id = commit.get(..12).unwrap_or(commit);
            writeln!(out, "  since {} (commit {}, {})", sanitise(date), sanitise(id), sanitise(author))?;
        }
        if let Some(in_head) = self.in_head {
            writeln!(out, "  {}", if in_head { "still in HEAD" } else { "not in HEAD" })?;
        }
        for place in places {
            writeln!(out, "  @ {}", sanitise(&where_it_is(place)))?;
        }
        for reading in &self.readings {
            writeln!(out, "  = {}", sanitise(&self.told(reading)))?;
        }
        self.write_events(out)?;
        writeln!(out, "\nwhat to do now")?;
        for (number, step) in self.steps().iter().enumerate() {
            writeln!(out, "  {}. {}", number + 1, sanitise(step))?;
        }
        Ok(())
    }

    /// What a reading says of this key.
    fn told(&self, reading: &Reading) -> String {
        let others = reading.variants.iter().filter(|name| **name != self.verdict.key);
        let others: Vec<&str> = others.map(String::as_str).collect();
        match others.as_slice() {
            [] => reading.told(),
            others => format!("{}: it may also be {}", reading.told(), others.join(", ")),
        }
    }

    fn write_events(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.events {
            Err(why) => return writeln!(out, "\nthe audit log cannot be read: {}", sanitise(why)),
            Ok(events) => writeln!(
                out,
                "\naudit log: {} of the newest {} entries are by the key or about it (calls of models are not in it)",
                events.len(),
                self.limit
            )?,
        }
        for event in self.events.iter().flatten() {
            writeln!(out, "  {}", sanitise(&event_line(event)))?;
        }
        Ok(())
    }

    /// Writes it as JSON. Fails only where `out` does.
    pub(crate) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut verdict = Vec::new();
        baseleak::render::json::write_verdicts(
            std::slice::from_ref(&self.verdict),
            env!("CARGO_PKG_VERSION"),
            &mut verdict,
        )?;
        let mut document: Value = serde_json::from_slice(&verdict)?;
        let event = |event: &AuditEvent| {
            json!({
                "id": event.id, "created": event.created, "event_type": event.event_type,
                "text": event_line(event),
            })
        };
        document["explanation"] = json!({
            "own": self.is_own,
            "since": self.since.as_ref().map(|since| json!({
                "id": since.commit, "date": since.date, "author": since.author,
            })),
            "in_head": self.in_head,
            "events": self.events.as_ref().ok().map(|events| events.iter().map(event).collect::<Vec<_>>()),
            "events_error": self.events.as_ref().err(),
            "steps": self.steps(),
        });
        if !self.readings.is_empty() {
            let image =
                |reading: &Reading| json!({ "certainty": reading.certainty, "variants": reading.variants });
            document["explanation"]["images"] = self.readings.iter().map(image).collect();
        }
        baseleak::render::json::write_value(&document, out)
    }
}

/// An entry of the audit log in words; not cleaned.
fn event_line(event: &AuditEvent) -> String {
    let (actor, subject) = (&event.actor, &event.subject);
    let by = actor.api_key_prefix.as_ref().or(actor.email.as_ref()).unwrap_or(&actor.kind);
    let named = [
        ("key", &subject.api_key_prefix),
        ("model", &subject.model_name),
        ("deployment", &subject.deployment_name),
        ("environment", &subject.environment_name),
        ("chain", &subject.chain_name),
        ("secret", &subject.secret_name),
        ("team", &subject.team_name),
        ("user", &subject.user_email),
    ];
    let named: Vec<String> =
        named.iter().filter_map(|(what, name)| Some(format!("{what} {}", name.as_ref()?))).collect();
    let client = event.client_name.as_ref().or(event.source.as_ref());
    let mut line = format!("{} {} by {by}", event.created, event.event_type);
    for part in named.into_iter().chain(client.map(|client| format!("with {client}"))) {
        line.push_str(", ");
        line.push_str(&part);
    }
    line
}
