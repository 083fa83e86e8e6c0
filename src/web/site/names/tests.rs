//! Pages and bundles in the manner of those that bundlers write, made up, and what they name.

use std::time::{Duration, Instant};

use super::*;

/// What a document at `address` names, as `Role Need address`, those on its own host by path.
fn found(address: &str, role: Role, headers: &[(&str, &str)], body: &[u8]) -> Vec<String> {
    let address = Url::parse(address).expect("it is an address");
    let page = address.join("/app/").expect("it is an address");
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let list = names(&Document { address: &address, page: &page, role, headers: &headers, body });
    let embedded: Vec<String> =
        list.embedded.iter().map(|one| format!("embedded {:?} {}", one.role, one.media)).collect();
    let references = list.into_references();
    let shown = references.iter().map(|one| {
        let place = if one.url.origin() == address.origin() {
            one.url[url::Position::BeforePath..].to_owned()
        } else {
            one.url.to_string()
        };
        format!("{:?} {:?} {place}", one.role, one.need)
    });
    shown.chain(embedded).collect()
}

/// All that a page names.
fn check_page(html: &str, expect: &[&str]) {
    assert_eq!(found("https://a.test/app/", Role::Page, &[], html.as_bytes()), expect, "{html}");
}

/// All that a script names, but for the guess of its map.
fn check_script(address: &str, text: &str, expect: &[&str]) {
    let mut all = found(address, Role::Script, &[], text.as_bytes());
    all.retain(|one| !(one.starts_with("Map Guess") && one.ends_with(".js.map")));
    assert_eq!(all, expect, "{text}");
}

#[test]
fn pages_name_what_a_browser_would_load() {
    check_page("<script src=a.js></script>", &["Script Needed /app/a.js"]);
    check_page("<SCRIPT SRC='/a.js?v=1#x' nomodule></SCRIPT>", &["Script Needed /a.js?v=1"]);
    check_page(
        "<script type=module src=//cdn.test/a.mjs></script>",
        &["Script Needed https://cdn.test/a.mjs"],
    );
    check_page("<link rel=stylesheet href=a.css>", &["Style Needed /app/a.css"]);
    check_page("<link rel='modulepreload' href=a.js>", &["Script Needed /app/a.js"]);
    check_page("<link rel=preload as=script href=a>", &["Script Needed /app/a"]);
    check_page("<link rel=preload as=fetch href=a.json crossorigin>", &["Json Needed /app/a.json"]);
    check_page("<link rel=preload as=font href=a.woff2>", &["Other Passive /app/a.woff2"]);
    check_page("<link rel=prefetch href=a.js>", &["Script Needed /app/a.js"]);
    check_page("<link rel=prefetch href=/next>", &["Page Link /next"]);
    check_page("<link rel=manifest href=m.webmanifest>", &["Manifest Needed /app/m.webmanifest"]);
    check_page("<link rel=icon href=i.png><link rel=me href=x>", &["Other Passive /app/i.png"]);
    check_page("<iframe src=f.html></iframe>", &["Page Needed /app/f.html"]);
    check_page("<iframe srcdoc='<script src=b.js></script>'></iframe>", &["Script Needed /app/b.js"]);
    check_page("<a href=/b>b</a><area href=c>", &["Page Link /b", "Page Link /app/c"]);
    check_page("<a href=mailto:a@b.test>b</a><a href='javascript:x()'>", &[]);
    check_page("<meta http-equiv=Refresh content=\"0; URL='n.html'\">", &["Page Needed /app/n.html"]);
    check_page("<base href=/b/><script src=a.js></script>", &["Script Needed /b/a.js"]);
    check_page("<script src=a.js></script><base href=/b/><base href=/c/>", &["Script Needed /b/a.js"]);
    check_page("<base href='data:text/html,x'><script src=a.js></script>", &["Script Needed /app/a.js"]);
    check_page(
        "<img src=a.png srcset='b.png 1x, c.png 2x'>",
        &["Other Passive /app/a.png", "Other Passive /app/b.png", "Other Passive /app/c.png"],
    );
    check_page("<noscript><link rel=stylesheet href=n.css></noscript>", &["Style Needed /app/n.css"]);
    check_page("<style>@import 's.css';</style>", &["Style Needed /app/s.css"]);
    check_page("<svg><script xlink:href=v.js></script></svg>", &["Script Needed /app/v.js"]);
    check_page(
        "<script data-main=js/main.js src=r.js></script>",
        &["Script Needed /app/r.js", "Script Guess /app/js/main.js"],
    );
    check_page("<!-- <script src=a.js></script> --><textarea><script src=b.js></script></textarea>", &[]);
    check_page("<script src='https://me:pw@a.test/a.js'></script>", &["Script Needed /a.js"]);
    check_page("<script src='data:text/javascript,a'></script>", &["embedded Script text/javascript"]);
    check_page("<iframe src='data:text/html;base64,PGI+'></iframe>", &["embedded Page text/html"]);
    check_page("<script src='blob:https://a.test/1'></script><script src></script>", &[]);
}

#[test]
fn inline_scripts_and_state_name_files() {
    check_page(
        r#"<script type=importmap>{"imports":{"a":"/v/a.js","b/":"/v/b/"},"scopes":{"/x/":{"c":"./c.js"}}}</script>"#,
        &["Script Named /v/a.js", "Script Named /app/c.js"],
    );
    check_page(
        r#"<script type=module>import "./m.js"; import("/n.js")</script>"#,
        &["Script Loaded /app/m.js", "Script Loaded /n.js"],
    );
    check_page(
        r#"<script src=/_next/static/chunks/main-1.js></script>
        <script>self.__next_f.push([1,"5:[\"static/chunks/app/page-2.js\",\"x\"]"])</script>"#,
        &["Script Needed /_next/static/chunks/main-1.js", "Script Named /_next/static/chunks/app/page-2.js"],
    );
    check_page(
        r#"<script id=__NEXT_DATA__ type=application/json>{"a":"\/data\/a.json","b":"text.js and more"}</script>"#,
        &["Json Guess /data/a.json"],
    );
    check_page(
        r#"<script>navigator.serviceWorker.register("sw.js")</script>"#,
        &["Script Loaded /app/sw.js"],
    );
}

#[test]
fn headers_name_maps_and_preloads() {
    let headers = [
        ("sourcemap", "maps/a.map"),
        (
            "link",
            "</b.js>; rel=preload; as=script, <c.css>; rel=\"stylesheet\", <https://x.test>; rel=preconnect",
        ),
    ];
    let expect = ["Map Named /js/maps/a.map", "Script Needed /b.js", "Style Needed /js/c.css"];
    assert_eq!(found("https://a.test/js/a.js", Role::Script, &headers, b""), expect);
    let refresh = [("refresh", "5;url=/n")];
    assert_eq!(found("https://a.test/app/", Role::Page, &refresh, b""), ["Page Needed /n"]);
}

#[test]
fn scripts_name_modules_workers_and_maps() {
    let own = "https://a.test/js/main.js";
    check_script(
        own,
        r#"import{a as b}from"./x.js";import"./y.js";export*from'/z.js'"#,
        &["Script Loaded /js/y.js", "Script Loaded /js/x.js", "Script Loaded /z.js"],
    );
    check_script(own, "import(/* webpackChunkName: \"a\" */ `./c.js`)", &["Script Loaded /js/c.js"]);
    check_script(own, "import('./page')", &["Script Loaded /js/page"]);
    check_script(own, "import('./c' + /* x */ '.js')", &["Script Loaded /js/c.js"]);
    for unknown in ["import('./c/'+l+'.js')", "new Worker('/w-'+h+'.js')", "importScripts('/a'+b)"] {
        check_script(own, unknown, &[]);
    }
    check_script(own, "import vue from 'vue'; Array.from('./a'); let from = 1", &[]);
    check_script(
        own,
        "importScripts('a.js', \"/b.js\");",
        &["Script Loaded /js/a.js", "Script Loaded /b.js"],
    );
    check_script(
        own,
        "new Worker('w.js'); new SharedWorker(\"/s.js\")",
        &["Script Loaded /js/w.js", "Script Loaded /s.js"],
    );
    check_script(
        own,
        "new Worker(new URL('./w.ts.js', import.meta.url), {})",
        &["Script Loaded /js/w.ts.js"],
    );
    check_script(
        own,
        "new URL('m.wasm',import.meta.url);new URL('i.png',import.meta.url)",
        &["Other Named /js/m.wasm", "Other Passive /js/i.png"],
    );
    check_script(own, "new URL('/x', base)", &[]);
    check_script(
        own,
        "navigator.serviceWorker.register('./sw.js')",
        &["Script Loaded /app/sw.js", "Script Guess /js/sw.js"],
    );
    check_script(own, "a()\n//# sourceMappingURL=main.js.map?x", &["Map Named /js/main.js.map?x"]);
    check_script(own, "a()\n//@ sourceMappingURL=/m/1.map\n", &["Map Named /m/1.map"]);
    check_script(own, "var s='sourceMappingURL='", &[]);
    check_script(
        own,
        "//# sourceMappingURL=data:application/json;base64,e30=",
        &["embedded Map application/json"],
    );
}

#[test]
fn without_a_named_map_one_is_guessed() {
    assert_eq!(found("https://a.test/a.js?v=1", Role::Script, &[], b""), ["Map Guess /a.js.map"]);
    assert_eq!(found("https://a.test/a.css", Role::Style, &[], b""), ["Map Guess /a.css.map"]);
    let text = b"//# sourceMappingURL=data:application/json,{}";
    assert_eq!(found("https://a.test/a.js", Role::Script, &[], text), ["embedded Map application/json"]);
}

#[test]
fn tables_of_chunks_are_worked_out() {
    let own = "https://a.test/app/static/js/main.1.js";
    check_script(
        own,
        r#"r.u=function(e){return"static/js/"+e+"."+{17:"ab",5e3:"cd"}[e]+".chunk.js"}"#,
        &["Script Named /app/static/js/17.ab.chunk.js", "Script Named /app/static/js/5000.cd.chunk.js"],
    );
    check_script(
        own,
        r#"u.src=function(e){return o.p+"static/js/"+({1:"login"}[e]||e)+"."+{1:"ab",2:"cd"}[e]+".js"}(e)"#,
        &["Script Named /app/static/js/login.ab.js", "Script Named /app/static/js/2.cd.js"],
    );
    check_script(
        "https://a.test/_next/static/chunks/webpack-1.js",
        r#"d.u=e=>142===e?"static/chunks/142-a.js":""+(({3:"pages/x"})[e]||e)+"-"+({3:"f",4:"g"})[e]+".js",d.miniCssF=e=>"static/css/"+({3:"h"})[e]+".css",d.p="/_next/""#,
        &[
            "Script Named /_next/pages/x-f.js",
            "Script Named /_next/4-g.js",
            "Style Named /_next/static/css/h.css",
            "Script Named /_next/static/chunks/142-a.js",
        ],
    );
    check_script(
        "https://a.test/js/m.js",
        r#"r.p="/s/";r.u=e=>`${e}.${{1:"a","b-c":"d"}[e]}.js`"#,
        &["Script Named /s/1.a.js", "Script Named /s/b-c.d.js"],
    );
    check_script(
        "https://a.test/js/m.js",
        r#"r.u=e=>e+".bundle.js";r.p="";r.e(12).then(x);r.e("home")"#,
        &["Script Named /app/12.bundle.js", "Script Named /app/home.bundle.js"],
    );
    check_script("https://a.test/js/m.js", r#"a+b+".js";f()+".js";"x"+{}.y+".js""#, &[]);
}

#[test]
fn lists_of_files_are_found_in_any_bundle() {
    let vite =
        r#"const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/A-1.js","assets/b-2.css"])))=>i"#;
    check_script(
        "https://a.test/base/assets/index-0.js",
        vite,
        &["Script Named /base/assets/A-1.js", "Style Named /base/assets/b-2.css"],
    );
    let build = r#"self.__BUILD_MANIFEST={"/":["static/chunks/pages/index-1.js"],sortedPages:["/"]}"#;
    check_script(
        "https://a.test/_next/static/x1/_buildManifest.js",
        build,
        &["Script Named /_next/static/chunks/pages/index-1.js"],
    );
    let angular = r#"loadComponent:()=>import("./chunk-ABC.js").then(t=>t.A)"#;
    check_script("https://a.test/main-1.js", angular, &["Script Loaded /chunk-ABC.js"]);
    let svelte = r#"const n=[()=>import("../nodes/0.a.js"),()=>import("../nodes/1.b.js")]"#;
    check_script(
        "https://a.test/_app/immutable/entry/app.js",
        svelte,
        &["Script Loaded /_app/immutable/nodes/0.a.js", "Script Loaded /_app/immutable/nodes/1.b.js"],
    );
    check_script(
        "https://a.test/js/m.js",
        r#"x("cfg.json");y('/data/a.json?t=1')"#,
        &["Json Guess /js/cfg.json", "Json Guess /app/cfg.json", "Json Guess /data/a.json?t=1"],
    );
    let noise = r#""./src/index.js":function(){},"./node_modules/a/b.js", ".js", "a b.js", e+"/x.js", "*.js", "see a.js." "#;
    check_script("https://a.test/js/m.js", noise, &[]);
}

#[test]
fn manifests_and_sitemaps_name_more() {
    let manifest = br#"{"start_url":"/s","serviceworker":{"src":"sw.js"},"icons":[{"src":"i.png"}]}"#;
    let expect = ["Script Named /sw.js", "Page Link /s", "Other Passive /i.png"];
    assert_eq!(found("https://a.test/m.webmanifest", Role::Manifest, &[], manifest), expect);
    let map = b"<?xml version='1.0'?><urlset><url><loc> https://a.test/1?a=1&amp;b=2 </loc></url>\
        <url><loc><![CDATA[https://a.test/2]]></loc></url></urlset>";
    assert_eq!(
        found("https://a.test/s.xml", Role::Sitemap, &[], map),
        ["Page Link /1?a=1&b=2", "Page Link /2"]
    );
    let index = b"<sitemapindex><sitemap><loc>https://a.test/s2.xml.gz</loc></sitemap></sitemapindex>";
    assert_eq!(found("https://a.test/s.xml", Role::Sitemap, &[], index), ["Sitemap Named /s2.xml.gz"]);
    let lines = b"https://a.test/1\r\nnothing\nhttps://a.test/2";
    assert_eq!(found("https://a.test/s.txt", Role::Sitemap, &[], lines), ["Page Link /1", "Page Link /2"]);
}

#[test]
fn hostile_documents_take_time_in_a_straight_line() {
    let pieces: &[(&str, Role)] = &[
        ("<", Role::Page),
        ("<a ", Role::Page),
        ("<div>", Role::Page),
        ("<script>", Role::Page),
        ("<a href=\"", Role::Page),
        ("<iframe srcdoc='", Role::Page),
        ("<!--", Role::Page),
        ("&amp", Role::Page),
        ("<base ", Role::Page),
        ("<a a=b c=d ", Role::Page),
        (".js\"", Role::Script),
        ("\".js\"", Role::Script),
        ("+\".js\"", Role::Script),
        ("}[e]+\".js\"", Role::Script),
        (")+\"a.js\"", Role::Script),
        ("`${", Role::Script),
        ("a`.js`", Role::Script),
        ("e+\"$.js\" r.e(1)", Role::Script),
        ("import(", Role::Script),
        ("import/*", Role::Script),
        ("import \"data:", Role::Script),
        ("from'data:\"", Role::Script),
        ("//# sourceMappingURL=", Role::Script),
        (".p=\"", Role::Script),
        ("url(", Role::Style),
        ("@import ", Role::Style),
        ("@import \"", Role::Style),
        ("{\"a\":", Role::Json),
        ("<loc>", Role::Sitemap),
    ];
    for (piece, role) in pieces {
        let body = piece.repeat((128 << 10) / piece.len());
        let start = Instant::now();
        found("https://a.test/x", *role, &[], body.as_bytes());
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(20), "{piece:?} took {taken:?}");
    }
}
