//! What a server can do to whoever reads it: each is told, and nothing of it costs more than its
//! budget.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use super::site::{Answer, Site};
use super::{NONE, below, web, why};
use crate::sandbox::{Sandbox, key};

/// A page whose script is hostile, and another that holds a key.
fn site(answer: Answer) -> (Site, String) {
    let key = key(9200);
    let page = "<script src=/bad.js></script><script src=/good.js></script>";
    let site = Site::start().html("/", page).script("/good.js", &format!("const k = '{key}'"));
    (site.with("/bad.js", answer), key)
}

/// Runs on a site with a hostile script: that is skipped, why, and the other one is read.
#[track_caller]
fn check(answer: Answer, more: &[&str], reason: &str) {
    let (site, key) = site(answer);
    let began = Instant::now();
    let (run, report) = web(&site.url("/"), more);
    assert_eq!(below(&site, &report), ["/good.js"]);
    let said = why(&report, "/bad.js");
    assert!(said.contains(reason), "{said}");
    assert!(began.elapsed() < Duration::from_secs(50), "it took too long");
    run.exits(2).hides(&key);
}

#[test]
fn a_redirect_loop_ends() {
    let around = Answer::Is(302, vec!["location: /bad.js".to_owned()], Vec::new());
    check(around, &[], "redirect");
}

#[test]
fn a_redirect_to_the_metadata_of_a_cloud_is_refused() {
    let link =
        Answer::Is(302, vec!["location: http://169.254.169.254/latest/meta-data/".to_owned()], Vec::new());
    check(link, &[], "169.254.169.254");
}

#[test]
fn ten_gigabytes_cost_no_more_than_the_limit() {
    check(Answer::Large(10 << 30), &["--max-size", "8MiB"], "longer than 8 MiB");
}

#[test]
fn a_slow_drip_ends_with_the_time() {
    check(Answer::Drip, &["--time-limit", "8s"], "time");
}

#[test]
fn a_bomb_costs_no_more_than_the_limit() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..100 {
        encoder.write_all(&zeros).expect("it can be compressed");
    }
    let content = encoder.finish().expect("it can be compressed");
    let headers = ["content-type: text/javascript", "content-encoding: gzip"].map(str::to_owned).to_vec();
    check(Answer::Is(200, headers, content), &["--max-size", "8MiB"], "longer than 8 MiB");
}

/// The most memory that a run of the program held, where the system tells.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded() {
    let (site, _) = site(Answer::Large(10 << 30));
    let sandbox = Sandbox::new();
    let url = site.url("/");
    let args = ["web", &url, "--allow-private", "--max-size", "8MiB", "--format", "json=report.json"];
    let mut child = sandbox
        .command(args)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program can be started");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    while child.try_wait().expect("a child can be waited for").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        most = most.max(kilobytes.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(most > 0 && most < 150 << 10, "{most} kB");
}

#[test]
fn what_is_local_is_refused_unless_it_is_allowed() {
    let site = Site::start().html("/", "<p>hello");
    let sandbox = Sandbox::new();
    for url in [site.url("/"), format!("http://localhost:{}/", site.port())] {
        let run = sandbox.run(["web", &url, "--format", "json"]).exits(2);
        let report = run.json();
        assert!(why(&report, "/").contains("--allow-private"), "{report}");
    }
    assert!(site.asked().is_empty(), "nothing local is asked");
    let url = format!("http://localhost:{}/", site.port());
    sandbox.run(["web", &url, "--allow-private", "--format", "json"]).exits(0);
}

#[test]
fn a_host_that_does_not_answer_is_no_clean_site() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = listener.local_addr().expect("it has one").port();
    drop(listener);
    let (run, report) = web(&format!("http://127.0.0.1:{port}/"), NONE);
    assert_eq!(report["coverage"]["skipped"].as_array().map(Vec::len), Some(1));
    run.exits(2);
}

#[test]
fn a_page_that_is_not_there_is_no_clean_site() {
    let site = Site::start();
    let (run, report) = web(&site.url("/"), NONE);
    assert!(why(&report, "/").contains("404"), "{report}");
    run.exits(2);
}

#[test]
fn what_is_no_address_is_refused_at_once() {
    let sandbox = Sandbox::new();
    for (url, says) in [
        ("example.com", "write https:// before it"),
        ("localhost:8080/x", "write https:// before it"),
        ("", "it is empty"),
        ("ftp://example.com/", "only http and https"),
        ("https://u:p@example.com/", "credentials"),
        ("https://", "address"),
    ] {
        sandbox.run(["web", url]).exits(2).says(&["error: ", "hint: ", says]);
    }
    sandbox.run(["web"]).exits(2);
    sandbox.run(["web", "https://example.com/", "--include", "*.js"]).exits(2).says(&["--max-size"]);
}
