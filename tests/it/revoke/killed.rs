//! Kill -9 at random moments of a revocation of fifty keys, fifty times.
//!
//! A third of the kills falls on a random time, the others between a request and its
//! effect, and between an effect and its answer. Some runs that resume are killed as
//! well. The runs go side by side, for each waits most of its time for the rate.

use std::collections::BTreeMap;
use std::fs;
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;

use super::{Bench, REPORT, TRAIL};
use crate::contexts::Rng;
use crate::sandbox::wait;
use crate::server::{Behaviour, Hook, Key, On, Route, Times};

const ROUNDS: usize = 50;
const KEYS: usize = 50;
/// Rounds at a time.
const ABREAST: usize = 50;
const SEED: u64 = 0x0DEA_D1E5;
/// About how long a whole revocation takes: two requests for each key, ten in a second.
const WHOLE: u64 = 10_500;

#[test]
fn a_run_may_be_killed_at_any_moment() {
    let next = AtomicUsize::new(0);
    let killed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..ABREAST {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= ROUNDS {
                        return;
                    }
                    killed.fetch_add(usize::from(round(number)), Ordering::Relaxed);
                }
            });
        }
    });
    // A time may fall behind the end.
    assert!(killed.into_inner() >= ROUNDS * 3 / 4, "most rounds are killed");
}

/// Whether the program was killed before its end.
fn round(number: usize) -> bool {
    let mut rng = Rng::of_part(SEED, number);
    let bench = Bench::new();
    let labels = bench.leak_many(KEYS);
    bench.server.misbehave(
        On::Route(Route::DeleteKey),
        Times::Always,
        Behaviour::Slow(Duration::from_millis(15)),
    );
    let start = [REPORT, "--yes", "--trail", TRAIL];
    let resume = ["--resume", TRAIL, "--yes"];
    let mut seen = String::new();
    let was_killed = kill(&bench, &start, number % 3, &mut rng, &mut seen);
    for again in 0..=number % 2 {
        if again > 0 && is_planned(&bench) && !is_over(&bench) {
            let way = rng.within(0..=2);
            kill(&bench, &resume, way, &mut rng, &mut seen);
        }
    }
    let last;
    if !is_planned(&bench) {
        assert_eq!(
            bench.deleted(),
            [""; 0],
            "round {number}: nothing is deleted without a plan in the trail"
        );
        last = bench.ask_unseen(&start).exits(0);
    } else if is_over(&bench) {
        last = bench.ask_unseen(&resume).exits(2).says(&["no run in it was broken off"]);
    } else {
        last = bench.ask_unseen(&resume).exits(0);
    }
    seen.extend([last.stdout, last.stderr]);
    seen.push_str(&fs::read_to_string(bench.sandbox.path(TRAIL)).expect("there is a trail"));
    silent(&bench, &seen);
    told_the_truth(&bench, &labels, number);
    was_killed
}

/// Runs the program and kills it, by what `way` says: at a random time, before or after
/// the effect of a random deletion. What it showed, and its arguments, go to `seen`. Whether it was killed before its end.
fn kill(bench: &Bench, args: &[&str], way: usize, rng: &mut Rng, seen: &mut String) -> bool {
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let target = Arc::clone(&child);
    let hook: Hook = Arc::new(move |_| {
        if let Some(child) = target.lock().expect("nobody panicked").as_mut() {
            child.kill().expect("a child can be killed");
        }
    });
    let done = bench.server.state().deletions.len();
    let nth = Times::Nth(rng.within(1..=(KEYS - done).max(1)));
    bench.server.behave();
    match way {
        1 => bench.server.misbehave(On::Route(Route::DeleteKey), nth, Behaviour::BeforeEffect(hook)),
        2 => bench.server.misbehave(On::Route(Route::DeleteKey), nth, Behaviour::AfterEffect(hook)),
        _ => {}
    }
    let slow = Behaviour::Slow(Duration::from_millis(15));
    bench.server.misbehave(On::Route(Route::DeleteKey), Times::Always, slow);
    let begun = Instant::now();
    let process = {
        let mut child = child.lock().expect("nobody panicked");
        let spawned = bench.command(args).spawn().expect("the program can be started");
        child.insert(spawned).id()
    };
    // On other systems there is no such file.
    let arguments = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    seen.push_str(&String::from_utf8_lossy(&arguments));
    let moment = Duration::from_millis(rng.within(0..=usize::try_from(WHOLE).expect("it is small")) as u64);
    loop {
        let mut child = child.lock().expect("nobody panicked");
        let running = child.as_mut().expect("it was started");
        if running.try_wait().expect("a child can be waited for").is_some() {
            break;
        }
        if way == 0 && begun.elapsed() >= moment {
            running.kill().expect("a child can be killed");
        }
        drop(child);
        thread::sleep(Duration::from_millis(5));
    }
    let mut child = child.lock().expect("nobody panicked").take().expect("it was started");
    let code = wait(&mut child).code();
    let output = child.wait_with_output().expect("it has ended");
    seen.extend([output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    code.is_none()
}

/// The same as [`Bench::see`] for much text at a time.
fn silent(bench: &Bench, text: &str) {
    let keys: Vec<_> = bench.server.state().keys.iter().map(Key::text).collect();
    let secrets = keys.iter().filter_map(|key| key.split_once('.')).map(|(_, secret)| secret.as_bytes());
    let pieces = AhoCorasick::new(secrets.flat_map(|secret| secret.windows(8))).expect("they are few");
    assert!(!pieces.is_match(text), "a part of a secret is shown");
    for request in bench.server.requests() {
        assert!(keys.iter().all(|key| !request.shows(key)), "a key stands in {request:?}");
    }
}

fn is_planned(bench: &Bench) -> bool {
    bench.sandbox.path(TRAIL).exists() && bench.trail().iter().any(|line| line["event"] == "plan")
}

fn is_over(bench: &Bench) -> bool {
    bench.trail().last().is_some_and(|line| line["event"] == "end")
}

/// Each key was deleted once, and the trail says so of each.
fn told_the_truth(bench: &Bench, labels: &[String], number: usize) {
    let mut deleted = bench.deleted();
    deleted.sort();
    let mut expect = labels.to_vec();
    expect.sort();
    assert_eq!(deleted, expect, "round {number}: each key is deleted exactly once");

    let mut told: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for line in bench.trail() {
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let event = format!("{} {}", word("event"), word("what")).trim_end().to_owned();
        *told.entry(word("prefix")).or_default().entry(event).or_default() += 1;
    }
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    for request in bench.server.requests().iter().filter(|request| request.route == Route::DeleteKey) {
        let prefix = request.path.rsplit('/').next().unwrap_or_default();
        *asked.entry(prefix.to_owned()).or_default() += 1;
    }
    for label in labels {
        let prefix = bench.prefix(label);
        let count =
            |event: &str| told.get(&prefix).and_then(|events| events.get(event)).copied().unwrap_or(0);
        let context = format!("round {number}, {label}: {:?}", told.get(&prefix));
        assert!(count("outcome deleted") <= 1, "{context}: the key died once");
        assert!(count("outcome deleted") + count("outcome absent") >= 1, "{context}");
        assert_eq!(count("outcome failed"), 0, "{context}");
        assert_eq!(count("proof dead"), 1, "{context}");
        let asked = asked.get(&prefix).copied().unwrap_or(0);
        assert!(count("attempt") >= asked, "{context}: {asked} requests, each announced before");
    }
    assert_eq!(bench.trail().last().map(|line| line["what"].clone()), Some("done".into()), "round {number}");
}
