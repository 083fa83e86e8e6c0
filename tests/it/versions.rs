//! What repeats the version of `Cargo.toml`, or what a release is called, says the same.
//!
//! Files that do not say it at all are no business of this test; one that is named here and does not is an error.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

/// A file, an expression around each version in it, and how many there are at least. `\V` stands for a version.
const REPEATED: &[(&str, &str, usize)] = &[
    ("Cargo.lock", r#"name = "baseleak"\nversion = "\V""#, 1),
    ("packaging/npm/baseleak/package.json", r#""version": "\V""#, 1),
    ("packaging/npm/baseleak/package.json", r#""@baseleak/[a-z0-9-]+": "\V""#, 7),
    // What the other parts of the packaging say; where such a file is there, it says this.
    ("pyproject.toml", r"baseleak==\V", 1),
    ("action.yml", r"(?m)^ +default: [']?v?\V[']?$", 1),
    ("docs/ci.md", r"baseleak/baseleak@v\V", 1),
    ("docs/pre-commit.md", r"rev: v\V", 1),
];
/// Wherever the documentation names a release, it names this one.
const IN_DOCUMENTS: &[&str] = &[
    r"baseleak/baseleak@v\V",
    r"ghcr\.io/baseleak/baseleak:\V",
    r"baseleak==\V",
    r"baseleak@\V",
    r"baseleak-\V-[a-z]",
    r"baseleak_\V-1_",
    r"(?m)^ *rev: v\V",
    r"--tag v\V",
];
const VERSION: &str = r"([0-9]+\.[0-9]+\.[0-9]+(?:-(?:alpha|beta|rc)[0-9.]*)?)";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path).replace("\r\n", "\n")
}

/// The versions that stand where `pattern` has its `\V`.
fn versions(text: &str, pattern: &str) -> Vec<String> {
    let pattern =
        Regex::new(&pattern.replace(r"\V", VERSION)).expect("the expressions of this test are right");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn the_version_is_the_same_everywhere() {
    for &(path, pattern, least) in REPEATED {
        let found = versions(&read(path), pattern);
        assert!(
            found.len() >= least,
            "{path} names {} versions by {pattern}, and should {least}",
            found.len()
        );
        assert!(found.iter().all(|version| version == env!("CARGO_PKG_VERSION")), "{path}: {found:?}");
    }
}

#[test]
fn documents_name_this_release() {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs"))
        .expect("there is documentation")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.push(root().join("README.md"));
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page can be read");
        for pattern in IN_DOCUMENTS {
            for version in versions(&text, pattern) {
                assert_eq!(version, env!("CARGO_PKG_VERSION"), "{} by {pattern}", page.display());
            }
        }
    }
}

/// The platforms of which the release workflow makes archives.
fn released() -> BTreeSet<String> {
    let triples = Regex::new(r"\{ triple: ([a-z0-9_-]+),").expect("the expression is right");
    triples.captures_iter(&read(".github/workflows/release.yml")).map(|found| found[1].to_owned()).collect()
}

#[test]
fn npm_has_a_package_for_each_platform_that_is_released() {
    let platforms: Value = serde_json::from_str(&read("packaging/npm/platforms.json")).expect("it is JSON");
    let launcher: Value =
        serde_json::from_str(&read("packaging/npm/baseleak/package.json")).expect("it is JSON");
    let platforms = platforms.as_object().expect("it is a table");
    let targets = platforms.values().map(|platform| platform["target"].as_str().expect("a text").to_owned());
    assert_eq!(targets.collect::<BTreeSet<_>>(), released());
    let wanted = launcher["optionalDependencies"].as_object().expect("it is a table");
    let named: BTreeSet<_> = platforms.keys().map(|platform| format!("@baseleak/{platform}")).collect();
    assert_eq!(wanted.keys().cloned().collect::<BTreeSet<_>>(), named);
    let workflow = read(".github/workflows/release.yml");
    for (platform, what) in platforms {
        let line = format!("{{ triple: {}, ", what["target"].as_str().expect("a text"));
        let line = workflow.lines().find(|text| text.contains(&line)).expect("it is released");
        assert!(line.contains(&format!("npm: {platform}, ")), "{line}");
    }
}

/// What `cargo binstall` asks for is what `packaging/release/archive` writes and the workflow uploads.
#[test]
fn binstall_finds_what_is_released() {
    let manifest: toml::Value = toml::from_str(&read("Cargo.toml")).expect("it is TOML");
    let package = &manifest["package"];
    let binstall = &package["metadata"]["binstall"];
    let text = |value: &toml::Value| value.as_str().expect("a text").to_owned();
    let archive = read("packaging/release/archive");
    assert!(archive.contains("name=\"baseleak-$version-$triple\""), "the archive has another name");
    for triple in released() {
        let own = binstall["overrides"].get(&triple);
        let setting = |name: &str| own.and_then(|own| own.get(name)).unwrap_or(&binstall[name]);
        let fill = |form: String| {
            let version = env!("CARGO_PKG_VERSION");
            [
                ("repo", &*text(&package["repository"])),
                ("name", "baseleak"),
                ("version", version),
                ("target", &*triple),
            ]
            .iter()
            .fold(form, |form, (name, value)| form.replace(&format!("{{ {name} }}"), value))
        };
        let (name, windows) =
            (format!("baseleak-{}-{triple}", env!("CARGO_PKG_VERSION")), triple.contains("windows"));
        let (ending, form) = if windows { ("zip", "zip") } else { ("tar.gz", "tgz") };
        let release =
            format!("https://github.com/baseleak/baseleak/releases/download/v{}", env!("CARGO_PKG_VERSION"));
        assert_eq!(fill(text(setting("pkg-url"))), format!("{release}/{name}.{ending}"), "{triple}");
        assert_eq!(text(setting("pkg-fmt")), form, "{triple}");
        assert_eq!(fill(text(setting("bin-dir"))), format!("{name}/{{ bin }}{{ binary-ext }}"), "{triple}");
        if windows {
            assert!(archive.contains("$name.zip\""), "{triple}");
        }
    }
}

/// The formula and the action ask for archives that there are.
#[test]
fn archives_that_are_asked_for_are_released() {
    let triples =
        Regex::new(r"\b(?:x86_64|aarch64)-[a-z]+-[a-z]+(?:-[a-z]+)?\b").expect("the expression is right");
    for path in ["packaging/homebrew/baseleak.rb", "packaging/release/formula", "action/install"] {
        let text = read(path);
        let asked: BTreeSet<_> = triples.find_iter(&text).map(|found| found.as_str().to_owned()).collect();
        assert!(!asked.is_empty(), "{path} asks for no archive");
        assert!(asked.is_subset(&released()), "{path}: {:?}", asked.difference(&released()));
    }
}
