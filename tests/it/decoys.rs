//! What looks like a key and is none stays silent, near Baseten's words too:
//! generated decoys, and every string that was ever met in public software.

use std::collections::BTreeMap;

use crate::contexts::decoys::{DECOYS, FRAMES};
use crate::contexts::finder::Finder;
use crate::contexts::{Kind, Rng};

const SEED: u64 = 0xDEC0_5EED;
/// Decoys of each maker in each frame.
const ROUNDS: usize = 40;
const LOOKALIKES: &str = include_str!("../../fixtures/lookalikes.txt");

/// Paths that public software uses for code, data and configuration.
const PATHS: [&str; 3] = ["src/main.js", "docs/notes.md", ".env"];

#[test]
fn decoys_are_silent() {
    let finder = Finder::new();
    let mut found = BTreeMap::new();
    let mut total = 0_usize;
    for (index, decoy) in DECOYS.iter().enumerate() {
        let mut rng = Rng::of_part(SEED, index);
        for &(frame, template) in FRAMES {
            for round in 0..ROUNDS {
                let text = template.replace("«decoy»", &(decoy.make)(&mut rng));
                total += 1;
                for finding in finder.find(PATHS[round % PATHS.len()], text.as_bytes()) {
                    *found.entry((decoy.name, frame, finding.rule.to_string())).or_insert(0_usize) += 1;
                }
            }
        }
    }
    assert!(found.is_empty(), "of {total} texts without a key: {found:#?}");
}

#[test]
fn lookalikes_are_silent() {
    let finder = Finder::new();
    let mut total = 0_usize;
    for line in LOOKALIKES.lines().filter(|line| !line.starts_with('#')) {
        total += 1;
        for &(frame, template) in FRAMES {
            let text = template.replace("«decoy»", line);
            assert!(finder.find("src/main.js", text.as_bytes()).is_empty(), "{line}, {frame}");
        }
    }
    assert!(total > 300, "the list of lookalikes is there");
    assert!(finder.find("fixtures/lookalikes.txt", LOOKALIKES.as_bytes()).is_empty(), "the list as a whole");
}

/// A webhook secret has a shape that others use too, and is Baseten's only where a word says so.
#[test]
fn webhook_secrets_of_others_are_silent() {
    let finder = Finder::new();
    let mut rng = Rng::of_part(SEED, 0);
    for _ in 0..200 {
        let key = Kind::Webhook.key(&mut rng);
        let text = format!("STRIPE_WEBHOOK_SECRET={key}\n");
        assert!(finder.find(".env", text.as_bytes()).is_empty());
    }
}
