//! The findings of the canonical report that no text file holds: keys that were read in images,
//! and keys in deployed front ends, with names that mean harm.

use super::Made;
use crate::model::{
    Confidence, Deployed, ExchangePart, Finding, Original, PathName, Position, Proof, Reach, Reason, Region,
    Sight, Validity, Verdict,
};

/// A grey pixel as a PNG, which stands for a crop.
const CROP: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x68, 0x00, 0x00, 0x00, 0x82, 0x00, 0x81,
    0x77, 0xcd, 0x72, 0xb6, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Adds all of them where they belong, and the verdict on one.
pub(super) fn add(made: &mut Made, findings: &mut Vec<Finding>, verdicts: &mut Vec<Verdict>) {
    findings.extend(in_images(made, verdicts));
    findings.extend(in_front_ends(made));
    findings.sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));
}

/// One that is wrapped over two lines and may be one of three keys, of which the inventory
/// lists the second; and one in a frame of an output of a notebook, with a picture of it.
fn in_images(made: &mut Made, verdicts: &mut Vec<Verdict>) -> Vec<Finding> {
    let (sixth, seventh) = (made.new_key(), made.new_key());
    let mut wrapped = made.finding(&sixth, Confidence::High, "shots/login.png", (1, 1), ("export KEY=", ""));
    wrapped.location.end = Position::START;
    let others = [made.new_key().name, made.new_key().name];
    let regions =
        [Region { x: 120, y: 80, width: 640, height: 18 }, Region { x: 12, y: 100, width: 90, height: 18 }];
    wrapped.sight = Some(Box::new(Sight {
        regions: regions.to_vec(),
        size: (1280, 720),
        certainty: 61,
        variants: [vec![sixth.name.clone()], others.to_vec()].concat(),
        crop: Some(CROP.into()),
    }));
    let reach = Reach {
        category: Some("WORKSPACE_MANAGE_ALL".to_owned()),
        read_as: Some(others[0].clone()),
        ..Reach::of(Proof::Inventory)
    };
    verdicts.push(Verdict {
        key: wrapped.key.clone(),
        digest: wrapped.digest.clone(),
        rule: wrapped.rule.to_string(),
        places: Vec::new(),
        validity: Validity::Active(reach),
    });

    let mut cell = made.finding(&seventh, Confidence::Medium, "nb/plot.ipynb", (31, 22), ("", ""));
    let name = PathName::masked("cell 3, output 0 (image/gif), frame 2\u{202e}".as_bytes(), &[]);
    cell.location.path = cell.location.path.clone().in_cell(name);
    cell.relative = cell.location.path.clone();
    cell.sight = Some(Box::new(Sight {
        regions: vec![Region { x: 0, y: 4, width: 300, height: 11 }],
        size: (320, 200),
        certainty: 97,
        variants: vec![seventh.name.clone()],
        crop: None,
    }));
    for finding in [&mut wrapped, &mut cell] {
        finding.reasons.push(Reason::ReadInImage);
    }
    vec![wrapped, cell]
}

/// One key in two places: in a bundle, whose source is known, and in a header that a browser
/// sent to Baseten.
fn in_front_ends(made: &mut Made) -> Vec<Finding> {
    let eighth = made.new_key();
    let name = |text: &str| PathName::masked(text.as_bytes(), &[]);
    let (page, bundle) = ("https://app.example.com/?q=<b>\u{202e}", "https://app.example.com/a/main.js");
    let mut bundled = made.finding(&eighth, Confidence::High, bundle, (1, 7040), ("…{apiKey:\"", "\"},…"));
    let mut deployed = Deployed::new(vec![name(page)], ExchangePart::Body);
    let file = name("src/a\x1b[2J,\"=api\".ts");
    deployed.original = Some(Original { file, line: 12, column: 7 });
    bundled.relative = name("app.example.com/a/main.js");
    bundled.deployed = Some(Box::new(deployed));

    let call = "https://model-abcdefgh.api.baseten.co/production/predict";
    let mut sent = made.finding(&eighth, Confidence::High, call, (1, 9), ("Api-Key ", ""));
    let header = ExchangePart::RequestHeader("authorization\x1b[2J".to_owned());
    let mut deployed = Deployed::new(vec![name(page), name(bundle)], header);
    deployed.is_sent_to_baseten = true;
    sent.relative = name("model-*.api.baseten.co/production/predict");
    sent.deployed = Some(Box::new(deployed));
    vec![bundled, sent]
}
