//! What `rotate` works with and what it says: the place of the key, the keys at hand,
//! the plan and the outcome in words and for programs.
//!
//! What is done, and in which order, is decided in the library.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use baseleak::baseten::credential::{self, Credential, Place, Wanted};
use baseleak::baseten::{ApiKey, Client, Remote, Transport};
use baseleak::model::Secret;
use baseleak::verify::rotate::{self, Caller, Edit, Event, Hands, InPlace, Outcome, Plan};
use baseleak::verify::trail::{self, PlanLine, Trail, TrailError};
use serde_json::{Value, json};

use super::args::{BasetenArgs, RotateArgs};
use super::complaint::{self, Advised, warn};
use super::revoke::interrupt::Interrupt;
use super::table::cell;
use super::{baseten, in_place};

/// Variables that hold a key and stand for no place that could be written.
const VARIABLES: [&str; 2] = ["BASETEN_API_KEY", "BASETEN_TRUSS_AUTH_API_KEY"];

/// The key that is to be rotated.
pub(crate) struct Target {
    pub(crate) place: Place,
    pub(crate) key: Secret,
    pub(crate) remote: Remote,
}

/// Where the key lives that the arguments mean.
///
/// # Errors
/// Where there is none, or it is one that cannot be rotated.
pub(crate) fn target(args: &RotateArgs) -> Result<Target> {
    if let Some(path) = &args.env_file {
        let place = Place::Dotenv { path: path.clone(), variable: args.variable.clone() };
        let key = place.read().map_err(baseten::no_key)?;
        return Ok(Target { place, key, remote: baseten::remote(&args.baseten(), None)? });
    }
    let trussrc = args.trussrc.clone().map(PathBuf::into_os_string);
    let env = |name: &str| match (name, &trussrc) {
        ("USER_TRUSSRC_PATH", Some(path)) => Some(path.clone()),
        // With a file named, no profile is meant.
        ("BASETEN_PROFILE", Some(_)) => None,
        (name, _) if VARIABLES.contains(&name) => None,
        (name, _) => std::env::var_os(name),
    };
    let wanted = Wanted { key_file: None, remote: args.remote.as_deref(), profile: args.profile.as_deref() };
    let home = std::env::home_dir();
    let found = credential::find(&wanted, &env, home.as_deref()).map_err(baseten::no_key)?;
    let nothing = || {
        let hint = "name the place with --remote, --profile, or --env-file and --variable";
        Advised::new("no key to rotate was found in ~/.trussrc or in auth.json", hint)
    };
    let found = found.ok_or_else(nothing)?;
    let remote = baseten::remote(&args.baseten(), Some(&found))?;
    let Credential { key, source, is_oauth, place, .. } = found;
    if is_oauth {
        let what = format!("{source} is an OAuth login and holds no API key");
        let hint = "log in again with `truss login` or `baseten auth login`: the old token then runs out";
        return Err(Advised::new(what, hint).into());
    }
    let Some(place) = place else {
        let what = format!("the key is in {source}, which this program does not write");
        let hint = "log in again with a new key, and revoke the old one with `baseleak revoke --prefix`";
        return Err(Advised::new(what, hint).into());
    };
    if args.trussrc.is_some() && !matches!(place, Place::Trussrc { .. }) {
        return Err(nothing().into());
    }
    Ok(Target { place, key, remote })
}

/// The keys at hand, the old one first.
pub(crate) fn callers<'t>(
    args: &RotateArgs,
    target: &Target,
    transport: &'t Transport,
) -> Result<Vec<Caller<'t>>> {
    let caller = |key: &Secret, source: String, is_old| Caller {
        client: Client::new(transport, &target.remote, key.clone()),
        source,
        is_old,
    };
    let mut callers = vec![caller(&target.key, "the old key".to_owned(), true)];
    let wanted = Wanted { key_file: args.key_file.as_deref(), ..Wanted::default() };
    let home = std::env::home_dir();
    let found = match credential::find(&wanted, &|name| std::env::var_os(name), home.as_deref()) {
        Ok(found) => found,
        Err(error) if args.key_file.is_some() => return Err(baseten::no_key(error)),
        // It may not be needed.
        Err(_) => None,
    };
    let Some(found) = found else { return Ok(callers) };
    if found.key == target.key {
        if VARIABLES.contains(&found.source.as_str()) {
            warn(&format!("{} of this shell holds the old key, and is not changed", found.source));
        }
        return Ok(callers);
    }
    // A key goes to its own remote, or to one that the operator names for all of them.
    let url = BasetenArgs { remote_url: args.remote_url.clone(), ..BasetenArgs::default() };
    let is_there = baseten::remote(&url, Some(&found))
        .is_ok_and(|remote| remote.management() == target.remote.management());
    if is_there || args.key_file.is_some() {
        callers.push(caller(&found.key, found.source, false));
    }
    Ok(callers)
}

/// Writes files, and keeps the trail.
pub(crate) struct Desk {
    pub(crate) backup: Option<PathBuf>,
    trail: Option<Trail>,
    /// Whether the trail has a plan. It gets one before the first deletion and not sooner:
    /// what is planned there is deleted by a `revoke` that goes on with it.
    is_planned: bool,
    /// Takes notice of Ctrl-C from the first request on that changes something.
    interrupt: Option<Interrupt>,
}

impl Desk {
    /// Opens the trail.
    ///
    /// # Errors
    /// Where it cannot be had; nothing was done then.
    pub(crate) fn open_trail(&mut self, args: &RotateArgs, remote: &Remote) -> Result<()> {
        let usual = || trail::default_path(&|name| std::env::var_os(name), std::env::home_dir().as_deref());
        let path = args.trail.clone().or_else(usual);
        let path = path.context("there is no place for the trail: name one with --trail FILE")?;
        let unusable = || {
            let what = format!("cannot use the trail {}", path.display());
            Advised::new(what, "nothing was done; --trail FILE names another place")
        };
        if args.trail.is_none() {
            trail::make_folder(&path).with_context(unusable)?;
        }
        self.trail = Some(Trail::open(&path, remote.management()).with_context(unusable)?);
        self.interrupt = Some(Interrupt::watch().context("cannot take notice of Ctrl-C")?);
        Ok(())
    }

    /// Whether Ctrl-C was typed.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::is_wanted)
    }

    /// Ends the record.
    pub(crate) fn close(&mut self, is_done: bool) {
        if let Some(trail) = self.trail.as_mut().filter(|_| self.is_planned) {
            // What is dead is dead whether or not that can be noted.
            drop(trail.note(trail::Event::End { what: if is_done { "done" } else { "incomplete" } }));
        }
    }

    fn deleting(&mut self, prefix: &str) -> Result<(), TrailError> {
        let Some(trail) = &mut self.trail else { return Ok(()) };
        if !self.is_planned {
            let prefix = prefix.to_owned();
            let keys = [PlanLine { prefix, group: None, listed: true, is_self: false }];
            trail.note(trail::Event::Plan { operator: None, resumes: None, keys: &keys })?;
            self.is_planned = true;
        }
        trail.note(trail::Event::Attempt { prefix })
    }
}

impl Hands for Desk {
    fn write(&mut self, edit: &Edit) -> Result<(), String> {
        in_place::replace(edit, self.backup.as_deref())
            .map_err(|error| error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }

    fn note(&mut self, event: Event<'_>) -> Result<(), String> {
        let outcome = |prefix, what| trail::Event::Outcome { prefix, what, why: None };
        let noted = match (event, &mut self.trail) {
            (Event::Deleting(prefix), _) => self.deleting(prefix),
            (Event::Made(prefix), Some(trail)) => trail.note(trail::Event::Made { prefix }),
            (Event::Deleted(prefix, true), Some(trail)) => trail.note(outcome(prefix, "deleted")),
            (Event::Deleted(prefix, false), Some(trail)) => trail.note(outcome(prefix, "absent")),
            (Event::NotDeleted(prefix), Some(trail)) => trail.note(outcome(prefix, "failed")),
            (Event::Proven(prefix), Some(trail)) => {
                trail.note(trail::Event::Proof { prefix, what: "dead", why: "after a rotation" })
            }
            _ => Ok(()),
        };
        noted.map_err(|error| format!("the trail failed: {error}"))
    }

    fn is_interrupted(&self) -> bool {
        self.was_interrupted()
    }
}

/// Looks at what could only go wrong later, and tells what is not as it may seem.
///
/// # Errors
/// Where the backup would take the place of another file.
pub(crate) fn prepare(args: &RotateArgs, plan: &Plan) -> Result<Desk> {
    let path = rotate::path_of(&plan.place);
    let backup = args.backup.then(|| in_place::backup_of(path));
    if let Some(backup) = backup.as_ref().filter(|backup| backup.symlink_metadata().is_ok()) {
        bail!(Advised::new(format!("{} is there already", backup.display()), "move it away first"));
    }
    if in_place::names_of(path) > 1 {
        warn(&format!("{} has other names (hard links), which keep the old key", path.display()));
    }
    plan.warnings.iter().for_each(|warning| warn(warning));
    Ok(Desk { backup, trail: None, is_planned: false, interrupt: None })
}

/// The plan in words.
pub(crate) fn plan_text(plan: &Plan, desk: &Desk) -> String {
    let row = &plan.row;
    let mut text = format!("rotate {} in {}\n", plan.old, complaint::shown(&plan.place.to_string()));
    let mut line = |what: &str, value: &str| {
        let _ = writeln!(text, "  {what:<9} {value}");
    };
    line("category", &cell(row.category.word()));
    for (what, value) in [("name", row.name.clone()), ("team", row.team_name.clone()), ("owner", owner(row))]
    {
        if let Some(value) = value {
            line(what, &cell(&value));
        }
    }
    if !row.model_ids.is_empty() {
        line("models", &cell(&row.model_ids.join(", ")));
    }
    for other in &plan.others {
        line("also in", &complaint::shown(&other.to_string()));
    }
    if let Some(uses) = plan.uses {
        line("uses", &format!("{}, all of which are changed", places(uses)));
    }
    if let Some(backup) = &desk.backup {
        line("backup", &format!("{}, with the old key", complaint::shown(&backup.display().to_string())));
    }
    let name = plan.names.first().and_then(Option::as_deref).map(|name| format!(" called {name}"));
    let steps = ["make a key like it", "verify it", "write it", "read it back", "revoke the old one"];
    line("steps", &format!("{}{}, {}", steps[0], name.unwrap_or_default(), steps[1..].join(", ")));
    text
}

/// `1 place`, `2 places`.
fn places(count: usize) -> String {
    format!("{count} place{}", if count == 1 { "" } else { "s" })
}

/// Whose a key is, as the API says it.
pub(crate) fn owner(row: &ApiKey) -> Option<String> {
    let owner = row.owner.as_ref()?;
    Some(owner.email.clone().or_else(|| owner.name.clone()).unwrap_or_else(|| owner.user_id.clone()))
}

/// Plan and outcome for programs; without an outcome, nothing was done.
pub(crate) fn document(plan: &Plan, desk: &Desk, outcome: Option<&Outcome>) -> Value {
    let row = &plan.row;
    let outcome = outcome.map(|outcome| {
        let failed = outcome.failed.as_ref();
        json!({
            "new": outcome.new,
            "name": outcome.name,
            "in_place": in_place_word(outcome.in_place),
            "uses": outcome.uses,
            "verified": outcome.verified,
            "proof": outcome.proof,
            "left": outcome.left,
            "failed": failed.map(|(step, why)| json!({ "step": step.word(), "why": complaint::shown(why) })),
        })
    });
    json!({
        "schema": 1,
        "tool": { "name": "baseleak", "version": env!("CARGO_PKG_VERSION") },
        "plan": {
            "place": complaint::shown(&plan.place.to_string()),
            "also": plan.others.iter().map(|other| complaint::shown(&other.to_string())).collect::<Vec<_>>(),
            "backup": desk.backup.as_ref().map(|path| complaint::shown(&path.display().to_string())),
            "key": plan.old,
            "category": row.category.word(),
            "name": row.name,
            "team": row.team_name,
            "owner": owner(row),
            "models": row.model_ids,
            "new_name": plan.names.first(),
        },
        "outcome": outcome,
    })
}

fn in_place_word(in_place: InPlace) -> &'static str {
    match in_place {
        InPlace::Old => "old",
        InPlace::New => "new",
        InPlace::Other => "other",
        InPlace::Unknown => "unknown",
    }
}

/// The outcome in words, of a rotation that did what it should.
pub(crate) fn success_text(plan: &Plan, outcome: &Outcome) -> String {
    let new = outcome.new.as_deref().unwrap_or("the new key");
    let mut text = format!("{new} is in place of {}\n", plan.old);
    if let Some(uses) = outcome.uses {
        let _ = writeln!(text, "  file      {} replaced", places(uses));
    }
    if let Some(how) = outcome.verified {
        let _ = writeln!(text, "  new key   works: {how}");
    }
    if let Some(how) = outcome.proof {
        let _ = writeln!(text, "  old key   dead: {how}");
    }
    text.push_str("hint: programs that read the old key before go on using it: start them anew\n");
    text
}

/// The outcome of a rotation that did not: what failed, what stands where, what to do.
pub(crate) fn failure(plan: &Plan, target: &Target, outcome: &Outcome) -> anyhow::Error {
    let Some((step, why)) = &outcome.failed else { return anyhow::anyhow!("nothing failed") };
    let path = rotate::path_of(&plan.place).display();
    let new = outcome.new.as_deref().unwrap_or_default();
    let stands = match outcome.in_place {
        InPlace::Old => format!("{path} holds {} as before", plan.old),
        InPlace::New => format!("{path} holds the new key {new}"),
        InPlace::Other => format!("{path} was changed by somebody else meanwhile, and left as it is"),
        InPlace::Unknown => format!("{path} cannot be read any more"),
    };
    let left = outcome.left.join(" and ");
    let lives = match (outcome.left.is_empty(), outcome.new.is_some()) {
        (true, true) => format!("; the new key {new} was deleted again"),
        (true, false) => "; no key was made".to_owned(),
        (false, _) => format!("; {left} may still live"),
    };
    let hint = if outcome.left.is_empty() {
        "put right what failed, and run it again".to_owned()
    } else {
        let prefixes: Vec<_> = outcome.left.iter().map(|prefix| format!("--prefix {prefix}")).collect();
        let is_usual = target.remote.management() == Remote::baseten().management();
        let url = if is_usual { "" } else { " --remote-url URL" };
        let sure =
            if outcome.in_place == InPlace::Unknown { "once you know which key is in use, " } else { "" };
        format!("{sure}run `baseleak revoke {}{url}` with a key that may delete keys", prefixes.join(" "))
    };
    let what = format!("{} failed; {stands}{lives}", step.word());
    anyhow::anyhow!("{why}").context(Advised::new(what, hint))
}

/// The date as it stands behind names.
pub(crate) fn today() -> String {
    let now = time::OffsetDateTime::now_utc();
    format!("{:04}{:02}{:02}", now.year(), u8::from(now.month()), now.day())
}
