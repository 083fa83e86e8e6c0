//! Attribution against git itself, for a history of random commits.

use std::collections::{BTreeMap, BTreeSet};

use git2::{ObjectType, Oid};
use serde_json::Value;

use super::script::{Files, Script};
use super::{line, public, report};
use crate::contexts::Rng;
use crate::sandbox::{Sandbox, key};

const SEED: u64 = 0x4157_7269;
const COMMITS: usize = 200;
const KEYS: usize = 30;
const BRANCHES: [&str; 4] = ["main", "next", "side", "topic"];

/// What was made, as it was meant.
struct Model {
    sandbox: Sandbox,
    ids: Vec<String>,
    trees: Vec<Files>,
    parents: Vec<Vec<usize>>,
}

/// The contents of a key that first stood at one path.
#[derive(Default)]
struct Group {
    contents: BTreeSet<String>,
    first: usize,
    others: BTreeSet<String>,
}

/// Changes files at random; now and then it plants the next key.
fn change(rng: &mut Rng, files: &mut Files, planted: &mut usize, commit: usize) {
    let new = |rng: &mut Rng| format!("{}/f{}", rng.pick(&["a", "b", "a/c"]), rng.below(30));
    for _ in 0..rng.within(1..=3) {
        let at = rng.below(files.len().max(1));
        let old = files.keys().nth(at).cloned();
        let path = new(rng);
        match (rng.below(5), old) {
            (0, Some(old)) => drop(files.remove(&old)),
            (1, Some(old)) => {
                let content = files.remove(&old).expect("it was listed");
                files.insert(path, content);
            }
            (2, Some(old)) => drop(files.insert(path, files[&old].clone())),
            (3, Some(old)) => files.entry(old).or_default().extend(["edited ", &commit.to_string(), "\n"]),
            _ => drop(files.insert(path, format!("plain {}\n", rng.below(50)))),
        }
    }
    // It comes last, so that nothing else takes its place at once.
    if *planted < KEYS && rng.one_in(3) {
        files.insert(new(rng), line(*planted));
        *planted += 1;
    }
}

fn model() -> Model {
    let mut rng = Rng::of_part(SEED, 0);
    let (mut script, mut planted) = (Script::default(), 0);
    let (mut trees, mut parents) = (Vec::<Files>::new(), Vec::<Vec<usize>>::new());
    let mut tips: BTreeMap<&str, usize> = BTreeMap::new();
    for commit in 0..COMMITS {
        let branch = if commit == 0 { "main" } else { rng.pick(&BRANCHES) };
        let from = tips.get(branch).or_else(|| tips.get("main")).copied();
        let mut of: Vec<usize> = from.into_iter().collect();
        let mut files = from.map_or_else(Files::new, |from| trees[from].clone());
        if rng.one_in(6) {
            for (_, &tip) in tips.iter().filter(|(name, _)| **name != branch).take(rng.within(1..=2)) {
                if !of.contains(&tip) {
                    of.push(tip);
                    files.extend(trees[tip].clone());
                }
            }
        }
        // A merge may bring nothing of its own.
        if of.len() < 2 || rng.one_in(2) {
            change(&mut rng, &mut files, &mut planted, commit);
        }
        tips.insert(branch, script.commit(branch, &of, &files, &format!("commit {commit}")));
        trees.push(files);
        parents.push(of);
    }
    assert_eq!(planted, KEYS, "there is time for all keys");
    for tag in 0..5 {
        script.reset(&format!("refs/tags/v{tag}"), rng.below(COMMITS));
    }
    let sandbox = Sandbox::repository();
    let ids = script.run(&sandbox);
    Model { sandbox, ids, trees, parents }
}

impl Model {
    fn holding<'m>(&'m self, text: &'m str) -> impl Iterator<Item = usize> + 'm {
        (0..COMMITS).filter(move |commit| self.trees[*commit].values().any(|content| content == text))
    }

    /// The places of a key: its contents by the first path of each.
    fn groups(&self, number: usize) -> BTreeMap<String, Group> {
        let secret = key(number);
        let all: BTreeSet<&String> =
            self.trees.iter().flat_map(Files::values).filter(|content| content.contains(&secret)).collect();
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        for content in all {
            let first = self.holding(content).next().expect("some commit holds it");
            let paths = self.trees[first].iter().filter(|(_, found)| *found == content);
            let mut paths: BTreeSet<String> = paths.map(|(path, _)| path.clone()).collect();
            let path = paths.pop_first().expect("it has a path there");
            let group = groups.entry(path).or_default();
            if group.contents.is_empty() || first < group.first {
                (group.first, group.others) = (first, paths);
            }
            group.contents.insert(content.clone());
        }
        groups
    }

    fn lines(&self, args: &[&str]) -> Vec<String> {
        self.sandbox.git(args).lines().map(str::to_owned).collect()
    }

    /// The commit that took a key out of HEAD's past last.
    fn removed(&self, number: usize) -> Option<&String> {
        let past: BTreeSet<String> = self.lines(&["rev-list", "HEAD"]).into_iter().collect();
        let secret = key(number);
        let holds = |commit: usize| self.trees[commit].values().any(|content| content.contains(&secret));
        let takes_out =
            |&commit: &usize| !holds(commit) && self.parents[commit].iter().any(|&parent| holds(parent));
        let last = (0..COMMITS).rev().filter(|&commit| past.contains(&self.ids[commit])).find(takes_out);
        last.map(|commit| &self.ids[commit])
    }

    fn check_finding(&self, finding: &Value, group: &Group, in_head: &BTreeSet<String>) {
        let origin = &finding["origin"];
        let object = origin["object"].as_str().expect("it is a text");
        let find = format!("--find-object={object}");
        let log = self.lines(&["log", "--all", "--reverse", "-m", "--format=%H", &find]);
        assert_eq!(origin["commit"]["id"], *log[0], "{finding}");
        assert_eq!(origin["commit"]["id"], *self.ids[group.first], "{finding}");
        assert_eq!(origin["versions"], group.contents.len(), "{finding}");
        assert_eq!(origin["other_paths"], serde_json::json!(group.others), "{finding}");
        let blob = |content: &String| {
            Oid::hash_object(ObjectType::Blob, content.as_bytes()).expect("it can be hashed").to_string()
        };
        let stays = group.contents.iter().any(|content| in_head.contains(&blob(content)));
        assert_eq!(origin["in_head"], stays, "{finding}");
        let holding: BTreeSet<usize> =
            group.contents.iter().flat_map(|content| self.holding(content)).collect();
        let commits: Vec<&str> = holding.iter().map(|&commit| &*self.ids[commit]).collect();
        let found = origin["commits"].as_array().expect("they are listed");
        assert!(found.iter().map(|commit| &commit["id"]).eq(&commits), "{finding}");
        let mut refs = vec!["for-each-ref", "--format=%(refname)"];
        refs.extend(commits.iter().flat_map(|id| ["--contains", *id]));
        assert_eq!(origin["refs"], serde_json::json!(self.lines(&refs)), "{finding}");
        assert_eq!(origin["holder"], "ref");
    }
}

#[test]
fn git_says_the_same_of_random_histories() {
    let model = model();
    let report = report(&model.sandbox, &["--all-commits"]);
    let in_head: BTreeSet<String> =
        model.lines(&["ls-tree", "-r", "--format=%(objectname)", "HEAD"]).into_iter().collect();
    let findings = report["findings"].as_array().expect("there are findings");
    let exposures = report["exposures"].as_array().expect("there are exposures");
    assert_eq!(exposures.len(), KEYS);
    let mut expected = 0;
    for number in 0..KEYS {
        let groups = model.groups(number);
        let name = public(number);
        for (path, group) in &groups {
            let finding = findings.iter().find(|one| one["key"] == name && one["path"] == **path);
            model.check_finding(finding.expect("it is found"), group, &in_head);
        }
        expected += groups.len();
        let exposure = exposures.iter().find(|one| one["key"] == name).expect("it is there");
        let first = groups.values().map(|group| group.first).min().expect("it has a place");
        assert_eq!(exposure["first"]["id"], *model.ids[first], "{exposure}");
        let grep = model.sandbox.confined("git").args(["grep", "-qF", &key(number), "HEAD"]).status();
        let stays = grep.expect("git can be run").success();
        assert_eq!(exposure["in_head"], stays, "{exposure}");
        let removed = model.removed(number).filter(|_| !stays);
        assert_eq!(exposure["removed"]["id"].as_str(), removed.map(String::as_str), "{exposure}");
    }
    assert_eq!(findings.len(), expected);
}
