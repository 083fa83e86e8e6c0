//! Files that are larger than what is held in memory at once, and lines longer than that.

use crate::sandbox::{Sandbox, key};

/// The windows that large files are read in, as in `source::Reader`: bytes of
/// one, and bytes that two neighbours share on each side of their border.
const WINDOW: usize = 4 << 20;
const OVERLAP: usize = 64 << 10;
/// Bytes of a key.
const KEY: usize = 45;

/// The places in a file where a window begins or ends, or its fresh part does.
fn borders(length: usize) -> Vec<usize> {
    let mut borders = Vec::new();
    let mut border = WINDOW - OVERLAP;
    while border < length {
        borders.extend([border - OVERLAP, border, border + OVERLAP]);
        border += WINDOW - 2 * OVERLAP;
    }
    borders
}

/// Writes keys that begin at `starts` into a file of `filler` and holds the scan to their positions.
fn check(sandbox: &Sandbox, length: usize, filler: u8, lines: usize, starts: &[usize]) {
    let mut text = vec![filler; length];
    (1..=length / lines).for_each(|line| text[line * lines - 1] = b'\n');
    for (number, &start) in starts.iter().enumerate() {
        text[start - 1] = b' ';
        text[start..start + KEY].copy_from_slice(key(number).as_bytes());
        text[start + KEY] = b' ';
    }
    sandbox.write("large", &text);
    let report = sandbox.scan(["large"]);
    let findings = report["findings"].as_array().expect("there are findings");
    let found: Vec<_> =
        findings.iter().map(|finding| (finding["line"].as_u64(), finding["column"].as_u64())).collect();
    let mut expect = Vec::new();
    let (mut line, mut line_start, mut at) = (1_u64, 0, 0);
    for &start in starts {
        for newline in memchr::memchr_iter(b'\n', &text[at..start]) {
            (line, line_start) = (line + 1, at + newline + 1);
        }
        at = start;
        expect.push((Some(line), Some((start - line_start) as u64 + 1)));
    }
    assert_eq!(found, expect);
    assert_eq!(report["coverage"]["bytes"], length);
    let hidden =
        findings.iter().all(|finding| finding["snippet"].as_str().is_some_and(|text| text.len() < 400));
    assert!(hidden, "a snippet is a part of the line");
}

/// Keys before, on and behind every border, in every alignment in turn.
#[test]
fn keys_at_the_borders_of_windows_are_found_once() {
    let sandbox = Sandbox::new();
    let length = 2 * WINDOW + 12_345;
    let borders = borders(length);
    assert!(borders.len() >= 6, "several windows are needed");
    for shift in [0, 1, 23, 45] {
        let starts: Vec<usize> = borders
            .iter()
            .filter(|&&border| border + 200 < length)
            .flat_map(|border| [border - shift - 50, border - shift, border - shift + 50])
            .collect();
        check(&sandbox, length, b'-', 1000, &starts);
    }
}

#[test]
fn a_key_on_a_line_of_20_megabytes_has_its_column() {
    let sandbox = Sandbox::new();
    let length = 20_000_000;
    check(&sandbox, length, b'-', length, &[1, WINDOW, 10_000_000, length - KEY - 2]);
}

/// Columns count characters, also across windows.
#[test]
fn a_long_line_is_counted_in_characters() {
    let sandbox = Sandbox::new();
    let characters = WINDOW;
    sandbox.write("large", format!("{} {}", "é".repeat(characters), key(1)));
    let report = sandbox.scan(["large"]);
    assert_eq!(report["findings"][0]["column"], characters + 2);
}
