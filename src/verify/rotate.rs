//! A key replaced by a new one of the same kind, where it lives: made, seen to work,
//! written, and only then the old one revoked.
//!
//! It asks nobody and prints nothing. How a file is put in the place of another is
//! left to whoever calls, as is the record of what was done: see [`Hands`]. What
//! shall be done is settled in [`plan()`], before anything is changed.
//!
//! **Invariant:** at every moment the file holds a key that works. A new key is
//! written after the API has accepted it, the old one is revoked after the new one
//! was read back from the file, and a new key is deleted again only where the file
//! is seen to hold another.

mod make;
mod plan;
mod settle;
mod uses;

use std::path::PathBuf;

pub use plan::{Plan, plan};

use crate::baseten::credential::{Place, auth_json, dotenv, trussrc};
use crate::baseten::{Client, Remote, Transport};
use crate::model::Secret;

/// A key that requests can be made with.
#[derive(Debug)]
pub struct Caller<'t> {
    /// Makes the requests.
    pub client: Client<'t>,
    /// Where its key comes from, in words.
    pub source: String,
    /// Whether it is the key that is to be rotated.
    pub is_old: bool,
}

/// What is to be done to a file.
pub struct Edit {
    /// The file behind symbolic links.
    pub path: PathBuf,
    /// What it held when the edit was made; it is not to be written if it holds something else by then.
    pub before: Vec<u8>,
    /// What it shall hold.
    pub after: Vec<u8>,
    /// At how many places of a file of variables the key is another then; nothing for other files.
    pub uses: Option<usize>,
}

/// What is about to happen or did, for the record; no variant holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A key is about to be made.
    Making,
    /// It was made; its prefix.
    Made(&'a str),
    /// The file is about to be written; the prefix of the new key.
    Writing(&'a str),
    /// It holds the new key.
    Written(&'a str),
    /// The key of this prefix is about to be deleted.
    Deleting(&'a str),
    /// The API has said what became of it: whether it was there.
    Deleted(&'a str, bool),
    /// The API refused, or its answer was lost.
    NotDeleted(&'a str),
    /// It is proven dead.
    Proven(&'a str),
}

/// What is done outside of this room.
pub trait Hands {
    /// Writes the file in one step, or leaves it as it is.
    ///
    /// # Errors
    /// With the reason, in words.
    fn write(&mut self, edit: &Edit) -> Result<(), String>;

    /// Takes note of an event before the next is begun.
    ///
    /// # Errors
    /// With the reason, in words; what was about to happen is then not done.
    fn note(&mut self, event: Event<'_>) -> Result<(), String>;

    /// Whether the operator wants no more to be done. What is under way is ended, and
    /// undone where the file does not hold the new key yet.
    fn is_interrupted(&self) -> bool {
        false
    }
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Making the new key.
    Make,
    /// Seeing that it works, and is as the old one is.
    Verify,
    /// Writing it into the file.
    Write,
    /// Reading it back.
    ReadBack,
    /// Revoking the old one.
    Revoke,
}

impl Step {
    /// The step in words: "... failed".
    pub fn word(self) -> &'static str {
        match self {
            Self::Make => "making the new key",
            Self::Verify => "verifying the new key",
            Self::Write => "writing the new key",
            Self::ReadBack => "reading the new key back",
            Self::Revoke => "revoking the old key",
        }
    }
}

/// Which key the file holds at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InPlace {
    /// The old one.
    Old,
    /// The new one.
    New,
    /// Another: somebody changed it meanwhile.
    Other,
    /// The file cannot be read.
    Unknown,
}

/// What a rotation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The prefix of the new key, where one was made.
    pub new: Option<String>,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// How the API showed that it works.
    pub verified: Option<&'static str>,
    /// How the old key was proven dead.
    pub proof: Option<&'static str>,
    /// What the file holds.
    pub in_place: InPlace,
    /// At how many places of a file of variables it was replaced.
    pub uses: Option<usize>,
    /// Prefixes of keys that live, or may live, and should not.
    pub left: Vec<String>,
    /// The step that failed, and why.
    pub failed: Option<(Step, String)>,
}

/// What a rotation works with.
pub struct Means<'a, 't> {
    /// Makes the requests.
    pub transport: &'t Transport,
    /// Where to.
    pub remote: &'a Remote,
    /// The keys at hand, the best first.
    pub callers: &'a [Caller<'t>],
    /// The key to be rotated.
    pub old: &'a Secret,
}

/// A key that was made.
struct New<'t> {
    secret: Secret,
    prefix: String,
    caller: Caller<'t>,
}

/// Carries `plan` out.
pub fn rotate(plan: &Plan, means: &Means<'_, '_>, hands: &mut dyn Hands) -> Outcome {
    let outcome = Outcome {
        new: None,
        name: None,
        verified: None,
        proof: None,
        in_place: InPlace::Unknown,
        uses: None,
        left: Vec::new(),
        failed: None,
    };
    let mut run = Run { plan, means, hands, outcome };
    let mut new = None;
    if let Err(failed) = run.steps(&mut new) {
        run.outcome.failed = Some(failed);
    }
    run.outcome.in_place = run.in_place(new.as_ref().map(|new: &New<'_>| &new.secret));
    run.outcome
}

/// A rotation under way.
struct Run<'a, 't> {
    plan: &'a Plan,
    means: &'a Means<'a, 't>,
    hands: &'a mut dyn Hands,
    outcome: Outcome,
}

impl<'t> Run<'_, 't> {
    fn steps(&mut self, slot: &mut Option<New<'t>>) -> Result<(), (Step, String)> {
        let made = self.make().map_err(|why| (Step::Make, why))?;
        self.outcome.new = Some(made.prefix.clone());
        let new = &*slot.insert(made);
        let told = self.hands.note(Event::Made(&new.prefix));
        if let Err(why) = told {
            return Err(self.take_back(new, Step::Make, why));
        }
        match self.verify(new) {
            Ok(how) => self.outcome.verified = Some(how),
            Err(why) => return Err(self.take_back(new, Step::Verify, why)),
        }
        if let Err(why) = self.go_on() {
            return Err(self.take_back(new, Step::Write, why));
        }
        if let Err(why) = self.write(new) {
            // A file that holds the new key all the same was written, whatever went wrong behind that.
            if self.in_place(Some(&new.secret)) != InPlace::New {
                return Err(self.take_back(new, Step::Write, why));
            }
        }
        if self.in_place(Some(&new.secret)) != InPlace::New {
            let why = "what stands there is not what was written".to_owned();
            return Err(self.take_back(new, Step::ReadBack, why));
        }
        if let Err(why) = self.hands.note(Event::Written(&new.prefix)) {
            self.outcome.left.push(self.plan.old.clone());
            return Err((Step::Revoke, why));
        }
        match self.revoke(new) {
            Ok(proof) => {
                self.outcome.proof = Some(proof);
                Ok(())
            }
            Err(why) => {
                self.outcome.left.push(self.plan.old.clone());
                Err((Step::Revoke, why))
            }
        }
    }

    /// Whether the operator wants to go on. Once the file is written nobody is asked any
    /// more: the old key is to be revoked, and that is soon done.
    fn go_on(&self) -> Result<(), String> {
        if self.hands.is_interrupted() { Err("interrupted".to_owned()) } else { Ok(()) }
    }

    fn write(&mut self, new: &New<'_>) -> Result<(), String> {
        let edit = self.plan.edit(self.means.old, &new.secret)?;
        self.hands.note(Event::Writing(&new.prefix))?;
        self.outcome.uses = edit.uses;
        self.hands.write(&edit)
    }

    /// What the file holds now.
    fn in_place(&self, new: Option<&Secret>) -> InPlace {
        match self.plan.place.read() {
            Ok(key) if Some(&key) == new => InPlace::New,
            Ok(key) if key == *self.means.old => InPlace::Old,
            Ok(_) => InPlace::Other,
            Err(_) => InPlace::Unknown,
        }
    }
}

impl Plan {
    /// The file with `new` wherever the plan says that `old` stands.
    ///
    /// # Errors
    /// With the reason, where the file cannot be read or holds another key by now.
    pub fn edit(&self, old: &Secret, new: &Secret) -> Result<Edit, String> {
        let path = path_of(&self.place);
        let told = |why: &dyn std::fmt::Display| format!("{}: {why}", self.place);
        let path = std::fs::canonicalize(path).map_err(|error| told(&error))?;
        if !path.is_file() {
            return Err(told(&"it is not a regular file"));
        }
        let before = std::fs::read(&path).map_err(|error| told(&error))?;
        let mut after = replaced(&self.place, &before, old, new).map_err(|problem| told(&problem))?;
        for other in &self.others {
            // Where both take it from `[DEFAULT]`, the first edit was that of the second as well.
            if let Ok(more) = replaced(other, &after, old, new) {
                after = more;
            }
        }
        // A shell's file may use the key in any form, and all of them would cease to work.
        let is_shell = matches!(self.place, Place::Dotenv { .. });
        if is_shell {
            after = uses::replaced(&after, old.expose(), new.expose());
        }
        let uses = is_shell.then(|| uses::of(&before, old.expose()).len());
        Ok(Edit { path, before, after, uses })
    }
}

/// The file that a place is in, as it is named.
pub fn path_of(place: &Place) -> &std::path::Path {
    let (Place::Trussrc { path, .. } | Place::AuthJson { path, .. } | Place::Dotenv { path, .. }) = place;
    path
}

fn replaced(
    place: &Place,
    bytes: &[u8],
    old: &Secret,
    new: &Secret,
) -> Result<Vec<u8>, crate::baseten::credential::Problem> {
    match place {
        Place::Trussrc { remote, .. } => trussrc::replace(bytes, remote, old, new),
        Place::AuthJson { profile, .. } => auth_json::replace(bytes, profile, old, new),
        Place::Dotenv { variable, .. } => dotenv::replace(bytes, variable, old, new),
    }
}
