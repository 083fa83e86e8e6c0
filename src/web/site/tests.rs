//! A front end on a loopback address, as it should be and as a hostile one is: what is received,
//! what is told, and that limits hold.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::web::Exchange;

/// What a server does with the path of a request.
type Handler = dyn Fn(&str, &mut TcpStream) + Send + Sync;

/// A server on a port of its own.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(handler: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, handler): (_, Arc<Handler>) = (Arc::clone(&requests), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, seen, handler) =
                    (stream.expect("a connection can be taken"), Arc::clone(&seen), Arc::clone(&handler));
                thread::spawn(move || {
                    let head = head(&mut stream);
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    seen.lock().expect("no thread panics with it").push(head);
                    handler(&path, &mut stream);
                });
            }
        });
        Self { url, requests }
    }

    /// One that has these files: path, type, content.
    fn with(files: &[(&str, &str, &str)]) -> Self {
        let files: Vec<_> = files
            .iter()
            .map(|&(path, kind, text)| (path.to_owned(), kind.to_owned(), text.to_owned()))
            .collect();
        Self::start(move |path, stream| match files.iter().find(|(other, ..)| other == path) {
            Some((_, kind, text)) => {
                answer(stream, "200 OK", &format!("Content-Type: {kind}"), text.as_bytes());
            }
            None => answer(stream, "404 Not Found", "Content-Type: text/html", b"<p>not found"),
        })
    }

    fn paths(&self) -> Vec<String> {
        let requests = self.requests.lock().expect("no thread panics with it");
        let mut paths: Vec<String> =
            requests.iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect();
        paths.sort();
        paths
    }
}

fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn answer(stream: &mut TcpStream, status: &str, header: &str, body: &[u8]) {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\n{header}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    // Who has read enough closes first.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// What was received, addresses without the server's own.
#[derive(Default)]
struct Received {
    own: String,
    exchanges: Vec<Exchange>,
    skipped: Vec<(String, String)>,
    foreign: Vec<String>,
    disallowed: Vec<String>,
}

impl Receiver for Received {
    fn exchange(&mut self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }
    fn skipped(&mut self, address: &str, why: &str) {
        self.skipped.push((address.replace(&self.own, ""), why.to_owned()));
    }
    fn foreign(&mut self, address: &str) {
        self.foreign.push(address.replace(&self.own, ""));
    }
    fn disallowed(&mut self, address: &str) {
        self.disallowed.push(address.replace(&self.own, ""));
    }
}

impl Received {
    /// The addresses, each behind those that lead to it.
    fn ways(&self) -> Vec<String> {
        let way = |one: &Exchange| {
            let all: Vec<&str> = one.via.iter().chain([&one.address]).map(String::as_str).collect();
            all.join(" > ").replace(&self.own, "")
        };
        self.exchanges.iter().map(way).collect()
    }

    fn says(&self, address: &str, why: &str) {
        let is_said = self.skipped.iter().any(|(other, text)| other == address && text.contains(why));
        assert!(is_said, "{address}: {why} is not among {:?}", self.skipped);
    }
}

/// Fetches `path` of a server, with settings that differ so.
fn run(server: &Server, path: &str, change: impl FnOnce(&mut Settings)) -> Received {
    let mut settings = Settings {
        urls: vec![format!("{}{path}", server.url)],
        allow_private: true,
        rate: 1_000,
        ..Settings::default()
    };
    change(&mut settings);
    let mut received = Received { own: server.url.clone(), ..Received::default() };
    let site = Site::with(settings, &|_| None).expect("the settings are good");
    site.run(&mut received).expect("it can begin");
    received
}

#[test]
fn a_page_and_what_belongs_to_it_is_fetched_once_and_by_the_shortest_way() {
    let server = Server::with(&[
        (
            "/",
            "text/html",
            "<script src=/js/a.js></script><script src=/js/a.js></script><link rel=stylesheet href=s.css>\
             <link rel=manifest href=/m.json><script src='data:text/javascript,import(\"/js/d.js\")'></script>\
             <iframe src=/f.html></iframe><script src=https://cdn.test/x.js></script><img src=i.png>\
             <a href=/linked>x</a><script>import('./js/inline.js')</script>",
        ),
        ("/js/a.js", "text/javascript", "import('./b.js');new Worker('w.js')\n//# sourceMappingURL=a.js.map"),
        ("/js/a.js.map", "application/json", r#"{"version":3,"mappings":""}"#),
        ("/js/b.js", "text/javascript", "import('./a.js')"),
        ("/js/w.js", "text/javascript", "1"),
        ("/js/d.js", "text/javascript", "1"),
        ("/js/inline.js", "text/javascript", "1"),
        ("/s.css", "text/css", "a{}"),
        ("/s.css.map", "application/json", r#"{"version":3,"mappings":""}"#),
        ("/m.json", "application/manifest+json", r#"{"serviceworker":{"src":"/sw.js"}}"#),
        ("/sw.js", "text/javascript", "1"),
        ("/f.html", "text/html", "<p>framed"),
    ]);
    let received = run(&server, "/", |_| {});
    let mut ways = received.ways();
    ways.sort();
    let expect = [
        "/",
        "/ > /f.html",
        "/ > /js/a.js",
        "/ > /js/a.js > /js/a.js.map",
        "/ > /js/a.js > /js/b.js",
        "/ > /js/a.js > /js/w.js",
        "/ > /js/d.js",
        "/ > /js/inline.js",
        "/ > /m.json",
        "/ > /m.json > /sw.js",
        "/ > /s.css",
        "/ > /s.css > /s.css.map",
        "/ > data:text/javascript in /",
    ];
    assert_eq!(ways, expect);
    assert_eq!(received.skipped, []);
    assert_eq!(received.foreign, ["https://cdn.test/x.js"]);
    let mut paths = server.paths();
    let all = paths.len();
    paths.dedup();
    assert_eq!(paths.len(), all, "each is asked for once: {paths:?}");
    let requests = server.requests.lock().expect("no thread panics with it").clone();
    for head in requests {
        let names: Vec<String> = head
            .lines()
            .skip(1)
            .filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase()))
            .collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"], "{head}");
        assert!(head.to_ascii_lowercase().contains("user-agent: baseleak/"), "{head}");
    }
}

#[test]
fn what_is_needed_and_not_there_is_told_and_what_is_guessed_is_not() {
    let server = Server::with(&[
        (
            "/",
            "text/html",
            "<script src=a.js></script><script src=gone.js></script><script>import('/dead.js')</script>",
        ),
        ("/a.js", "text/javascript", "x('maybe.js')"),
    ]);
    let received = run(&server, "/", |_| {});
    assert_eq!(received.ways(), ["/", "/ > /a.js", "/ > /gone.js"]);
    let told = |address: &str| (address.to_owned(), "it answers 404".to_owned());
    assert_eq!(received.skipped, [told("/gone.js"), told("/dead.js")]);
    assert!(server.paths().contains(&"/maybe.js".to_owned()));
    run(&server, "/none", |_| {}).says("/none", "it answers 404");
}

#[test]
fn a_page_that_answers_for_everything_is_received_once() {
    let server = Server::start(|path, stream| {
        let (kind, body) = match path {
            "/robots.txt" => ("text/plain", ""),
            "/a.js" => ("text/javascript", "x('b.js')"),
            _ => ("text/html", "<!doctype html><script src=/a.js></script>"),
        };
        answer(stream, "200 OK", &format!("Content-Type: {kind}"), body.as_bytes());
    });
    let received = run(&server, "/", |_| {});
    assert_eq!(received.ways(), ["/robots.txt", "/", "/ > /a.js"]);
    assert_eq!(received.skipped, []);
    assert!(server.paths().contains(&"/a.js.map".to_owned()) && server.paths().contains(&"/b.js".to_owned()));
}

#[test]
fn an_endless_answer_is_cut_at_the_limit() {
    let server = Server::start(|path, stream| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10737418240\r\n\r\n";
        let mut is_open = path == "/" && stream.write_all(head).is_ok();
        while is_open {
            is_open = stream.write_all(&[b'a'; 4096]).is_ok();
        }
    });
    let received = run(&server, "/", |settings| {
        settings.ignore_robots = true;
        settings.document_bytes = 1 << 20;
    });
    assert_eq!(received.exchanges[0].body.len(), 1 << 20);
    received.says("/", "longer than 1 MiB");
    let received = run(&server, "/", |settings| {
        settings.ignore_robots = true;
        settings.total_bytes = 1 << 20;
    });
    received.says("/", "size of all answers");
}

#[test]
fn a_slow_drip_ends() {
    let server = Server::start(|path, stream| {
        let mut is_open = stream.write_all(b"HTTP/1.1 200 OK\r\n").is_ok();
        if path == "/" {
            is_open = stream.write_all(b"Content-Type: text/html\r\n\r\n").is_ok();
        }
        while is_open {
            thread::sleep(Duration::from_millis(50));
            is_open = stream.write_all(b"X: y\r\n").is_ok();
        }
    });
    for path in ["/", "/headers"] {
        let begin = Instant::now();
        let received = run(&server, path, |settings| {
            settings.ignore_robots = true;
            settings.request_time = Duration::from_millis(500);
        });
        assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
        received.says(path, if path == "/" { "256 KiB a second" } else { "no answer in 0.5 s" });
    }
    let begin = Instant::now();
    let received = run(&server, "/headers", |settings| {
        settings.ignore_robots = true;
        settings.total_time = Duration::from_millis(500);
    });
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    received.says("/headers", "time");
}

#[test]
fn a_bomb_costs_the_limit() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&vec![b' '; 64 << 20]).expect("memory takes it");
    let bomb = encoder.finish().expect("memory takes it");
    let server = Server::start(move |_, stream| {
        answer(stream, "200 OK", "Content-Type: text/html\r\nContent-Encoding: gzip", &bomb);
    });
    let received = run(&server, "/", |settings| {
        settings.ignore_robots = true;
        settings.document_bytes = 1 << 20;
    });
    assert_eq!(received.exchanges[0].body.len(), 1 << 20);
    received.says("/", "longer than 1 MiB");
}

#[test]
fn redirects_are_followed_within_the_site() {
    let server = Server::start(|path, stream| {
        let target = match path {
            "/" => "/home",
            "/one" => "/two",
            "/two" => "/one",
            "/cloud" => "http://169.254.169.254/latest/meta-data/",
            "/file" => "file:///etc/passwd",
            "/other" => "https://other.test/?secret=1",
            _ if path.starts_with("/far") => &format!("{path}r"),
            _ => return answer(stream, "200 OK", "Content-Type: text/html", b"<p>home"),
        };
        answer(stream, "302 Found", &format!("Location: {target}"), b"moved");
    });
    let received = run(&server, "/", |_| {});
    assert_eq!(received.ways(), ["/", "/home"]);
    assert_eq!(received.skipped, []);
    run(&server, "/one", |_| {}).says("/one", "in a circle");
    run(&server, "/far", |_| {}).says("/far", "more than 10 times");
    run(&server, "/file", |_| {}).says("/file", "no address of the web");
    run(&server, "/cloud", |_| {}).says("/cloud", "another site, http://169.254.169.254;");
    let received = run(&server, "/other", |_| {});
    received.says("/other", "another site, https://other.test; --include-origin https://other.test lets it");
    assert_eq!(received.foreign, ["https://other.test/?secret=1"]);
}

#[test]
fn private_addresses_are_refused_by_name_and_by_number() {
    let server = Server::with(&[("/", "text/html", "<p>private")]);
    let port = server.url.rsplit_once(':').expect("it has a port").1.to_owned();
    let hosts =
        [("127.0.0.1", "loopback"), ("localhost", "this machine"), ("[::ffff:127.0.0.1]", "loopback")];
    for (host, why) in hosts {
        let address = format!("http://{host}:{port}/");
        let received = run(&server, "", |settings| {
            settings.urls = vec![address.clone()];
            settings.allow_private = false;
        });
        assert!(received.exchanges.is_empty(), "{host}");
        assert_eq!(received.skipped.len(), 1, "{:?}", received.skipped);
        let why_not = &received.skipped[0].1;
        assert!(why_not.contains(why) && why_not.contains("--allow-private lets it"), "{why_not}");
    }
    assert_eq!(server.paths(), [""; 0]);
}

#[test]
fn limits_of_number_and_depth_are_told() {
    let page: Vec<String> = (0..30).map(|number| format!("<script src=/{number}.js></script>")).collect();
    let page = page.concat();
    let server = Server::start(move |path, stream| {
        if path == "/" {
            return answer(stream, "200 OK", "Content-Type: text/html", page.as_bytes());
        }
        let next = format!("import('{}')", path.replace(".js", "x.js"));
        answer(stream, "200 OK", "Content-Type: text/javascript", next.as_bytes());
    });
    let received = run(&server, "/", |settings| settings.documents = 10);
    assert_eq!(received.exchanges.len(), 10 + 1, "and robots.txt, which is not counted");
    received.says("/29.js", "limit of 10 requests");
    let received = run(&server, "/a.js", |settings| settings.depth = 2);
    received.says("/axxx.js", "more than 2 references");
}

#[test]
fn robots_are_respected_unless_they_are_ignored() {
    let server = Server::with(&[
        ("/robots.txt", "text/plain", "User-agent: *\nDisallow: /private\nSitemap: /s.xml"),
        ("/", "text/html", "<script src=/private/a.js></script><a href=/p>p</a><a href=/gone>"),
        ("/private/", "text/html", "<p>private"),
        ("/private/a.js", "text/javascript", "1"),
        ("/p", "text/html", "<a href=/q>"),
        ("/q", "text/html", "<a href=/r>"),
        ("/r", "text/html", "<p>"),
        ("/s.xml", "application/xml", "<urlset><url><loc>/mapped</loc></url></urlset>"),
        ("/mapped", "text/html", "<p>"),
    ]);
    let received = run(&server, "/", |_| {});
    assert_eq!(
        (received.ways(), received.disallowed),
        (vec!["/robots.txt".to_owned(), "/".to_owned()], vec!["/private/a.js".to_owned()])
    );
    assert_eq!(received.skipped, []);
    run(&server, "/private/", |_| {}).says("/private/", "--ignore-robots");
    let received = run(&server, "/private/", |settings| settings.ignore_robots = true);
    assert_eq!(received.ways(), ["/private/"], "robots.txt is not asked for");
    let received = run(&server, "/", |settings| {
        settings.crawl = true;
        settings.crawl_depth = 2;
    });
    let mut ways = received.ways();
    ways.sort();
    let expect = [
        "/",
        "/ > /p",
        "/ > /p > /q",
        "/robots.txt",
        "/robots.txt > /s.xml",
        "/robots.txt > /s.xml > /mapped",
    ];
    assert_eq!(ways, expect);
    assert_eq!((received.skipped, received.foreign), (vec![], vec![]));
    let received = run(&server, "/", |settings| {
        settings.crawl = true;
        settings.ignore_robots = true;
    });
    let ways = received.ways();
    for found in ["/robots.txt > /s.xml > /mapped", "/ > /private/a.js"] {
        assert!(ways.contains(&found.to_owned()), "{found}: {ways:?}");
    }
    let server = Server::start(|_, stream| answer(stream, "500 Oh", "X: y", b""));
    run(&server, "/", |_| {}).says("/", "robots.txt of this origin was not read (it answers 500)");
}

#[test]
fn what_cannot_begin_is_an_error_and_nothing_is_sent() {
    let check = |settings: Settings, expect: &str| {
        let mut received = Received::default();
        let error =
            Site::with(settings, &|_| None).and_then(|site| site.run(&mut received)).expect_err(expect);
        assert!(error.to_string().contains(expect), "{error}");
        assert!(!error.hint().is_empty() && received.skipped.is_empty());
    };
    let with = |url: &str| Settings { urls: vec![url.to_owned()], ..Settings::default() };
    check(Settings::default(), "no address");
    check(with("https://me:pw@a.test/"), "credentials are never sent");
    check(with("ftp://a.test/"), "not ftp");
    check(with("https://model-a.api.baseten.co/"), "nothing is sent to Baseten");
    check(Settings { include_origins: vec!["a b".to_owned()], ..with("https://a.test") }, "not an origin");
    check(Settings { user_agent: "a\r\nCookie: b".to_owned(), ..with("https://a.test") }, "user agent");
}

mod whole;
