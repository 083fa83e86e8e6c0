//! What did not come, or not wholly: what is told, and what is passed over.

use super::*;

#[test]
fn what_code_loads_is_needed_and_what_it_only_names_is_not() {
    let server = Server::start(|path, stream| {
        let (status, kind, body) = match path {
            "/" => ("200 OK", "text/html", "<script src=/a.js></script>"),
            "/a.js" => (
                "200 OK",
                "text/javascript",
                "import './static.js';\nnew Worker('/worker.js');x=()=>import('/lazy.js');\n\
                 export{a}from'./page.js'\n// import('/old.js')\nx('named.json')\n\
                 //# sourceMappingURL=named.map",
            ),
            "/page.js" => ("200 OK", "text/html", "<!doctype html><p>not here"),
            _ => ("404 Not Found", "text/html", "<p>not found"),
        };
        answer(stream, status, &format!("Content-Type: {kind}"), body.as_bytes());
    });
    let received = run(&server, "/", |_| {});
    let mut skipped: Vec<&str> = received.skipped.iter().map(|(address, _)| address.as_str()).collect();
    skipped.sort_unstable();
    assert_eq!(skipped, ["/lazy.js", "/page.js", "/static.js", "/worker.js"]);
    received.says("/page.js", "a page came in place of it");
    assert_eq!(received.ways(), ["/", "/ > /a.js"]);
    for silent in ["/old.js", "/named.map"] {
        assert!(server.paths().contains(&silent.to_owned()), "{silent} is asked for");
    }
}

#[test]
fn a_map_that_was_cut_is_told_of() {
    let map = format!(r#"{{"version":3,"sourcesContent":["{}"],"mappings":""}}"#, "a".repeat(3 << 20));
    let junk = "a".repeat(3 << 20);
    let server = Server::with(&[
        ("/", "text/html", "<script src=/a.js></script><script src=/b.js></script>"),
        ("/a.js", "text/javascript", "a()\n//# sourceMappingURL=a.map"),
        ("/b.js", "text/javascript", "b()\n//# sourceMappingURL=b.map"),
        ("/a.map", "application/json", &map),
        ("/b.map", "application/json", &junk),
    ]);
    let received = run(&server, "/", |settings| settings.document_bytes = 1 << 20);
    received.says("/a.map", "longer than 1 MiB");
    received.says("/b.map", "longer than 1 MiB");
    assert_eq!(received.skipped.len(), 2);
    assert_eq!(received.ways(), ["/", "/ > /a.js", "/ > /b.js", "/ > /a.js > /a.map"]);
}

#[test]
fn an_answer_without_the_whole_content_is_told_of() {
    let server = Server::start(|path, stream| {
        let (status, body) = match path {
            "/" => ("200 OK", "<script src=/a.js></script>"),
            "/part" => ("206 Partial Content", "<p>a part"),
            "/kept" | "/a.js.map" => ("304 Not Modified", ""),
            "/odd" => ("302 Found", "<p>nowhere"),
            "/a.js" => ("200 OK", "x('maybe.js')"),
            "/maybe.js" => ("302 Found", ""),
            _ => return answer(stream, "404 Not Found", "X: y", b""),
        };
        let kind = if path == "/a.js" { "text/javascript" } else { "text/html" };
        answer(stream, status, &format!("Content-Type: {kind}"), body.as_bytes());
    });
    run(&server, "/part", |_| {}).says("/part", "only a part");
    run(&server, "/kept", |_| {}).says("/kept", "it answers 304");
    run(&server, "/odd", |_| {}).says("/odd", "it answers 302");
    assert_eq!(run(&server, "/", |_| {}).skipped, []);
}
