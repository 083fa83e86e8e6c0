//! What a server sees: who asks, how fast, and that what it asks not to be fetched is not.

use std::fmt::Write as _;
use std::time::Duration;

use super::site::Site;
use super::{NONE, below, web, why};
use crate::sandbox::{Sandbox, key};

#[test]
fn the_program_says_its_name() {
    let site = Site::start().html("/", "<p>hello");
    web(&site.url("/"), NONE).0.exits(0);
    web(&site.url("/"), ["--user-agent", "audit/1.0"]).0.exits(0);
    let asked = site.asked();
    let names = |name: &str| asked.iter().filter(|asked| asked.head.contains(name)).count();
    let own = names(concat!("user-agent: baseleak/", env!("CARGO_PKG_VERSION")))
        + names(concat!("User-Agent: baseleak/", env!("CARGO_PKG_VERSION")));
    assert!(own >= 1 && names("audit/1.0") >= 1 && own + names("audit/1.0") == asked.len(), "{asked:?}");
}

#[test]
fn no_faster_than_the_rate() {
    let mut page = String::new();
    for number in 0..6 {
        write!(page, "<script src=/{number}.js></script>").expect("a string can be written to");
    }
    let site = Site::start().html("/", &page);
    let sandbox = Sandbox::new();
    sandbox.run(["web", &site.url("/"), "--allow-private", "--rate", "5", "--format", "json"]);
    let asked = site.asked();
    let took = asked.last().map(|last| last.at.duration_since(asked[0].at)).unwrap_or_default();
    let between = u32::try_from(asked.len() - 1).expect("they are few");
    assert!(took >= Duration::from_millis(120) * between, "{} requests in {took:?}", asked.len());
}

#[test]
fn what_robots_are_asked_not_to_fetch_is_not() {
    let key = key(9300);
    let site = Site::start()
        .html("/", "<script src=/private/a.js></script>")
        .script("/private/a.js", &format!("const k = '{key}'"))
        .page("/robots.txt", "text/plain", "User-agent: *\nDisallow: /private/\n");
    let (run, report) = web(&site.url("/"), NONE);
    assert_eq!(below(&site, &report), NONE);
    assert!(!site.was_asked("/private/a.js"));
    run.exits(0);
    let (run, report) = web(&site.url("/"), ["--ignore-robots"]);
    assert_eq!(below(&site, &report), ["/private/a.js"]);
    run.exits(1).hides(&key);
    // A page that was named and is not fetched was asked for.
    let (run, report) = web(&site.url("/private/"), NONE);
    assert!(why(&report, "/private/").contains("--ignore-robots"), "{report}");
    run.exits(2);
}

#[test]
fn what_was_settled_stays_settled_in_the_next_build() {
    let key = key(9301);
    let build = |hash: &str| {
        Site::start()
            .html("/", &format!("<script src=/app.{hash}.js></script>"))
            .script(&format!("/app.{hash}.js"), &format!("const k = '{key}'"))
    };
    let names = ["0a1b2c3d", "9f8e7d6c"].map(|hash| {
        let site = build(hash);
        let (_, report) = web(&site.url("/"), NONE);
        let relative = report["findings"][0]["relative_path"].as_str().unwrap_or_default().to_owned();
        relative.replace(&site.port().to_string(), "PORT")
    });
    assert_eq!(names, ["127.0.0.1:PORT/app.*.js", "127.0.0.1:PORT/app.*.js"]);
    let site = build("0a1b2c3d");
    let sandbox = Sandbox::new();
    let (_, report) = web(&site.url("/"), NONE);
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap_or_default();
    sandbox
        .write(".baseleak.toml", format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"known\"\n"));
    sandbox.run(["web", &site.url("/"), "--allow-private", "--format", "json"]).exits(0);
}
