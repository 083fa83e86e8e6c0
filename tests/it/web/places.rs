//! Where in a front end a key can stand, and what is told of it.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::io::Write as _;

use super::site::{Answer, Site};
use super::{NONE, below, web};
use crate::sandbox::{Sandbox, assert_hidden, key};

/// A page with a script.
fn page(script: &str) -> String {
    format!("<!doctype html><title>x</title><script type=module src=\"{script}\"></script><p>hello")
}

/// Runs on a site whose page is `/`, and holds it to findings at these paths below it, and to
/// having read all.
#[track_caller]
fn check(site: &Site, more: &[&str], expect: &[&str]) {
    let (run, report) = web(&site.url("/"), more);
    assert_eq!(below(site, &report), expect, "{}", run.stderr);
    assert_eq!(crate::sandbox::skipped(&report), []);
    run.exits(i32::from(!expect.is_empty()));
    site.asked();
}

#[test]
fn in_the_page() {
    let key = key(9100);
    for content in [
        format!("<script>const k = '{key}'</script>"),
        format!("<script id=__NEXT_DATA__ type=application/json>{{\"k\":\"{key}\"}}</script>"),
        format!("<script type=importmap>{{\"imports\":{{\"x\":\"/x.js?k={key}\"}}}}</script>"),
        format!("<meta name=config content='{}'>", key.replace('.', "%2E")),
        format!("<!-- {key} -->"),
    ] {
        check(&Site::start().html("/", &content), &[], &["/"]);
    }
}

#[test]
fn in_what_belongs_to_it() {
    let key = key(9101);
    let with_key = format!("const k = \"{key}\";\n");
    let site = |link: &str| Site::start().html("/", link);
    check(&site(&page("/app.js")).script("/app.js", &with_key), &[], &["/app.js"]);
    // webpack, as it puts the names of chunks together.
    let webpack = "r.u=e=>\"js/\"+({7:\"settings\"}[e]||e)+\".\"+{7:\"0a1b2c3d\"}[e]+\".js\";r.p=\"/\";";
    let site_of_chunks = site(&page("/main.js")).script("/main.js", webpack);
    check(&site_of_chunks.script("/js/settings.0a1b2c3d.js", &with_key), &[], &["/js/settings.0a1b2c3d.js"]);
    // Vite, whose table of chunks is below the base.
    let vite = "const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=[\"assets/Lazy-BxYz1a2b.js\"])))=>i.map(i=>d[i]);import(\"./Lazy-BxYz1a2b.js\");";
    let site_of_chunks = site(&page("/assets/index.js")).script("/assets/index.js", vite);
    check(&site_of_chunks.script("/assets/Lazy-BxYz1a2b.js", &with_key), &[], &["/assets/Lazy-BxYz1a2b.js"]);

    let worker = site(&page("/a.js")).script("/a.js", "new Worker(new URL('./w.js', import.meta.url))");
    check(&worker.script("/w.js", &with_key), &[], &["/w.js"]);
    let service = site(&page("/a.js")).script("/a.js", "navigator.serviceWorker.register('/sw.js')");
    check(&service.script("/sw.js", &with_key), &[], &["/sw.js"]);
    let manifest = site("<link rel=manifest href=/m.webmanifest>");
    let content = format!("{{\"start_url\":\"/?k={key}\"}}");
    check(&manifest.page("/m.webmanifest", "application/manifest+json", content), &[], &["/m.webmanifest"]);
    let style = site("<link rel=stylesheet href=/s.css>");
    check(&style.page("/s.css", "text/css", format!("/* {key} */")), &[], &["/s.css"]);
    let map = site("<script type=importmap>{\"imports\":{\"api\":\"/lib/api.mjs\"}}</script>");
    check(&map.script("/lib/api.mjs", &with_key), &[], &["/lib/api.mjs"]);
    let lost = Answer::Is(404, vec!["content-type: text/html".to_owned()], with_key.clone().into_bytes());
    let (_, report) = {
        let site = site(&page("/app.js")).with("/app.js", lost);
        web(&site.url("/"), NONE)
    };
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "a page of an error is read, too");
}

#[test]
fn in_a_data_address() {
    let key = key(9102);
    let text = format!("const k = \"{key}\"");
    let encoded = text.replace(' ', "%20").replace('"', "%22");
    let site = Site::start().html("/", &format!("<script src='data:text/javascript,{encoded}'></script>"));
    let (run, report) = web(&site.url("/"), NONE);
    assert!(!report["findings"].as_array().expect("there is a list").is_empty());
    run.exits(1).hides(&key);
}

/// A source map whose only source holds the key.
fn map(key: &str, has_mapping: bool) -> String {
    let mappings = if has_mapping { "AACA" } else { "" };
    json!({
        "version": 3, "file": "app.js", "sources": ["../src/api.ts"], "names": [], "mappings": mappings,
        "sourcesContent": [format!("// the client\nexport const k = \"{key}\";\n")],
    })
    .to_string()
}

#[test]
fn in_a_source_map_only() {
    let key = key(9103);
    let site = |script: &str, headers: &[&str]| {
        let headers = ["content-type: text/javascript"].iter().chain(headers).map(|&line| line.to_owned());
        let answer = Answer::Is(200, headers.collect(), script.as_bytes().to_vec());
        Site::start().html("/", &page("/js/app.js")).with("/js/app.js", answer)
    };
    let kind = "application/json";
    for (site, path) in [
        (site("go()\n//# sourceMappingURL=app.map\n", &[]), "/js/app.map"),
        (site("go()", &["SourceMap: /maps/app.map"]), "/maps/app.map"),
        (site("go()", &[]), "/js/app.js.map"),
    ] {
        let site = site.page(path, kind, map(&key, false));
        let (run, report) = web(&site.url("/"), NONE);
        assert_eq!(below(&site, &report), [path]);
        run.exits(1).hides(&key);
    }
}

#[test]
fn from_the_page_by_the_bundle_to_the_source() {
    let key = key(9104);
    let site = Site::start()
        .html("/", &page("/js/app-0a1b2c3d.js"))
        .script("/js/app-0a1b2c3d.js", &format!("const k=\"{key}\";"))
        .page("/js/app-0a1b2c3d.js.map", "application/json", map(&key, true));
    let (run, report) = web(&site.url("/"), NONE);
    assert_eq!(below(&site, &report), ["/js/app-0a1b2c3d.js"], "the key in the map is the same finding");
    let relative = report["findings"][0]["relative_path"].as_str().unwrap_or_default();
    assert_eq!(relative, format!("127.0.0.1:{}/js/app-*.js", site.port()));
    run.exits(1).hides(&key);
    // Every form tells it, and none the secret.
    let sandbox = Sandbox::new();
    for format in
        ["human", "json", "jsonl", "sarif", "github", "gitlab", "gitlab-codequality", "junit", "csv", "html"]
    {
        let url = site.url("/");
        let run =
            sandbox.run(["web", &url, "--allow-private", "--rate", "1000", "--format", format]).exits(1);
        assert_hidden(&key, &run.stdout);
        // Some forms name it by what stays from build to build.
        assert!(run.stdout.contains("/js/app-"), "{format} does not name the bundle");
    }
}

#[test]
fn of_another_site_only_where_that_is_asked_for() {
    let key = key(9105);
    let other = Site::start().script("/x.js", &format!("const k = '{key}'"));
    let site = Site::start().html("/", &page(&other.url("/x.js")));
    let (run, report) = web(&site.url("/"), NONE);
    assert_eq!((run.code, report["findings"].as_array().map(Vec::len)), (Some(0), Some(0)));
    assert!(other.asked().is_empty(), "another site is not asked");
    let (run, report) = web(&site.url("/"), ["--include-origin", &other.url("")]);
    assert_eq!(below(&other, &report), ["/x.js"]);
    run.exits(1);
}

#[test]
fn on_pages_of_the_sitemap_and_behind_links_with_crawl() {
    let key = key(9106);
    let site = || {
        let site = Site::start().html("/", "<a href=/about>about</a>");
        let (map, listed) = (site.url("/map.xml"), site.url("/listed"));
        site.html("/about", &format!("<!-- {key} -->"))
            .html("/listed", &format!("<p>{key}"))
            .page("/robots.txt", "text/plain", format!("Sitemap: {map}\n"))
            .page("/map.xml", "application/xml", format!("<urlset><url><loc>{listed}</loc></url></urlset>"))
    };
    check(&site(), &[], &[]);
    check(&site(), &["--crawl"], &["/about", "/listed"]);
}

#[test]
fn in_what_comes_compressed() {
    let key = key(9107);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(format!("const k = '{key}'").as_bytes()).expect("it can be compressed");
    let content = encoder.finish().expect("it can be compressed");
    let headers = ["content-type: text/javascript", "content-encoding: gzip"].map(str::to_owned).to_vec();
    let site = Site::start().html("/", &page("/a.js")).with("/a.js", Answer::Is(200, headers, content));
    check(&site, &[], &["/a.js"]);
}
