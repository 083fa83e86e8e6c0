//! Pages in a real browser, which is Chromium of the system: what they ask for as they run, what
//! they send, what they keep, and what they are kept from.

mod site;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use baseleak::web::browser::{BrowserError, Settings, Summary, load};
use baseleak::web::{Exchange, Receiver};

use crate::sandbox::{Run, Sandbox, key};
use site::{Page, Site};

#[derive(Default)]
struct Kept {
    exchanges: Vec<Exchange>,
    skipped: Vec<(String, String)>,
    foreign: Vec<String>,
}

impl Receiver for Kept {
    fn exchange(&mut self, exchange: Exchange) {
        self.exchanges.push(exchange);
    }
    fn skipped(&mut self, address: &str, why: &str) {
        self.skipped.push((address.to_owned(), why.to_owned()));
    }
    fn foreign(&mut self, address: &str) {
        self.foreign.push(address.to_owned());
    }
    fn disallowed(&mut self, _: &str) {}
}

impl Kept {
    /// The exchange of this method at an address that ends so.
    #[track_caller]
    fn at(&self, method: &str, end: &str) -> &Exchange {
        let found = self.exchanges.iter().find(|one| one.method == method && one.address.ends_with(end));
        assert!(found.is_some(), "no {method} of {end}: {}", self.told());
        found.expect("it was just found")
    }

    fn told(&self) -> String {
        let list: Vec<_> = self.exchanges.iter().map(|one| (&one.method, &one.address, one.status)).collect();
        format!("{list:#?} skipped {:#?} foreign {:#?}", self.skipped, self.foreign)
    }

    #[track_caller]
    fn is_whole(&self) {
        assert!(self.skipped.is_empty(), "{}", self.told());
    }

    #[track_caller]
    fn says(&self, why: &str) {
        assert!(self.skipped.iter().any(|(_, said)| said.contains(why)), "not {why:?}: {}", self.told());
    }
}

/// None, with a message, where no browser is installed; that is a failure where
/// `BASELEAK_TEST_ALL` says that every test is to run.
#[track_caller]
pub(crate) fn chromium() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path =
        |name: &&str| env::split_paths(&path).map(|folder| folder.join(name)).find(|place| place.is_file());
    let found = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(on_path);
    if found.is_none() {
        let is_needed = env::var_os("BASELEAK_TEST_ALL").is_some_and(|value| value == "1");
        assert!(!is_needed, "chromium is not installed, and BASELEAK_TEST_ALL is set; .ci/run installs it");
        tell("chromium is not installed: this test is passed over");
    }
    found
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is to know what was passed over")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// Patient ones: on a busy machine a page that goes on in a moment is quiet for long.
fn settings(program: PathBuf) -> Settings {
    let (page_time, idle_time) = (Duration::from_secs(60), Duration::from_secs(2));
    Settings { program: Some(program), allow_private: true, page_time, idle_time, ..Settings::default() }
}

#[track_caller]
fn loaded(urls: &[String], settings: &Settings) -> Kept {
    let mut kept = Kept::default();
    load(urls, settings, &mut kept).expect("a browser starts");
    kept
}

fn html(body: &str) -> Page {
    Page::Is("text/html; charset=utf-8", format!("<!doctype html><title>t</title>{body}"))
}

fn script(text: impl Into<String>) -> Page {
    Page::Is("text/javascript", text.into())
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn what_a_page_sends_to_baseten_is_seen_and_not_sent() {
    let Some(program) = chromium() else { return };
    let key = key(1);
    let (head, tail) = key.split_at(20);
    let call = format!(
        "const k = {head:?} + {tail:?};\n\
         fetch('https://model-abc.api.baseten.co/production/predict', {{ method: 'POST', \
         headers: {{ Authorization: 'Api-Key ' + k }}, body: JSON.stringify({{ prompt: 'hello' }}) }})\n\
         .catch(() => {{}});\n\
         localStorage.setItem('token', k); sessionStorage.setItem('again', k);\n\
         document.cookie = 'c=' + k; document.body.append(k);\n\
         import('/lazy.js');"
    );
    let site = Site::start(vec![
        ("/", html("<body><script src=/app.js></script>")),
        ("/app.js", script(call)),
        ("/lazy.js", Page::Is("text/javascript\nX-Note: seen", "console.log('lazy')".to_owned())),
    ]);
    let kept = loaded(&[site.url("/")], &settings(program));
    kept.is_whole();
    let sent = kept.at("POST", "/production/predict");
    let authorization = ("authorization".to_owned(), format!("Api-Key {key}"));
    assert!(sent.sent.contains(&authorization), "{}", kept.told());
    assert_eq!((sent.status, sent.posted.as_slice()), (0, &br#"{"prompt":"hello"}"#[..]));
    assert_eq!(sent.via, [site.url("/"), site.url("/app.js")]);
    assert_eq!(kept.foreign, ["https://model-abc.api.baseten.co/production/predict"]);
    let lazy = kept.at("GET", "/lazy.js");
    assert_eq!((lazy.status, lazy.body.as_slice()), (200, &b"console.log('lazy')"[..]));
    assert!(lazy.headers.contains(&("x-note".to_owned(), "seen".to_owned())), "{:?}", lazy.headers);
    assert!(lazy.sent.iter().any(|(name, _)| name == "cookie"), "as really sent");
    assert!(kept.at("GET", &site.url("/")).via.is_empty());
    let dom = kept.at("DOM", &site.url("/"));
    assert!(has(&dom.body, &key), "the document as it stands at the end");
    for what in ["local storage", "session storage", "cookie"] {
        assert!(dom.stored.iter().any(|(held, value)| held == what && value.ends_with(&key)), "{what}");
    }
}

#[test]
fn workers_and_frames_are_listened_to() {
    let Some(program) = chromium() else { return };
    let key = key(2);
    let call = |name: &str| {
        format!(
            "fetch('https://api.baseten.co/{name}', {{ headers: {{ Authorization: {key:?} }} }}).catch(() => 0);"
        )
    };
    let site = Site::start(vec![
        (
            "/",
            html(
                "<body><iframe src=/frame.html></iframe><script>new Worker('/worker.js');\n\
                 navigator.serviceWorker.register('/sw.js');\n\
                 new Worker(URL.createObjectURL(new Blob(['/* made up */ 1'])));</script>",
            ),
        ),
        ("/frame.html", html("<body><script src=/frame.js></script>")),
        ("/frame.js", script(format!("{}document.body.append('in the frame')", call("frame")))),
        ("/worker.js", script(format!("importScripts('/more.js');{}", call("worker")))),
        ("/more.js", script("self.more = 1")),
        ("/sw.js", script(format!("importScripts('/swmore.js');{}", call("sw")))),
        ("/swmore.js", script("self.more = 2")),
    ]);
    let kept = loaded(&[site.url("/")], &settings(program));
    kept.is_whole();
    for name in ["frame", "worker", "sw"] {
        let sent = kept.at("GET", &format!("baseten.co/{name}"));
        assert!(sent.sent.contains(&("authorization".to_owned(), key.clone())), "{name}: {}", kept.told());
    }
    for path in ["/frame.js", "/worker.js", "/more.js", "/sw.js", "/swmore.js"] {
        assert!(!kept.at("GET", path).body.is_empty(), "{path}: {}", kept.told());
    }
    let made_up = kept.at("GET", &format!("blob:… in {}", site.url("/")));
    assert_eq!(made_up.body, b"/* made up */ 1");
    assert!(has(&kept.at("DOM", "/frame.html").body, "in the frame"));
}

#[test]
fn private_addresses_are_refused() {
    let Some(program) = chromium() else { return };
    let site = Site::start(vec![
        ("/", html("<script src=/to></script>")),
        ("/to", Page::To("http://169.254.169.254/latest/meta-data/".to_owned())),
    ]);
    let mut settings = settings(program);
    settings.allow_private = false;
    for address in [site.url("/"), format!("http://localhost:{}/", site.port)] {
        let kept = loaded(&[address], &settings);
        kept.says("--allow-private lets it");
        assert!(kept.exchanges.iter().all(|one| one.body.is_empty()), "{}", kept.told());
    }
    assert!(site.asked().is_empty());
}

#[test]
fn other_sites_are_not_handed_over_and_not_gone_to() {
    let Some(program) = chromium() else { return };
    let other = Site::start(vec![("/cdn.js", script("document.body.append('from afar')"))]);
    let afar = other.url("/cdn.js");
    let site = Site::start(vec![
        ("/", html(&format!("<body><script src={afar}></script><script>location = '{afar}?gone'</script>"))),
        ("/to", Page::To(afar.clone())),
        ("/stays", html(&format!("<body><script src={afar}></script>"))),
    ]);
    let mut settings = settings(program);
    let kept = loaded(&[site.url("/")], &settings);
    kept.is_whole();
    let script = kept.at("GET", "/cdn.js");
    assert_eq!((script.status, script.body.len(), script.headers.len()), (200, 0, 0));
    assert!(script.sent.iter().any(|(name, _)| name == "user-agent"));
    assert_eq!(kept.foreign, [afar.clone(), format!("{afar}?gone")]);
    assert!(has(&kept.at("DOM", "/").body, "from afar"), "the page needs what it loads");
    assert_eq!(other.asked().len(), 1, "the page was not left");
    let kept = loaded(&[site.url("/to")], &settings);
    kept.says("it leads to another site");
    settings.include_origins = vec![format!("127.0.0.1:{}", other.port)];
    let kept = loaded(&[site.url("/stays")], &settings);
    kept.is_whole();
    assert!(has(&kept.at("GET", "/cdn.js").body, "from afar"));
}

#[test]
fn pages_that_never_end_are_ended() {
    let Some(program) = chromium() else { return };
    let site = Site::start(vec![
        ("/loop", html("<body>one<script>for (;;);</script>")),
        ("/alerts", html("<body>two<script>for (;;) alert('again');</script>")),
        ("/polls", html("<body>three<script>setInterval(() => fetch('/x').catch(() => 0), 50)</script>")),
        ("/hangs", html("<body>four<script>fetch('/silent')</script>")),
        ("/silent", Page::Silent),
        ("/large", html("<body>five<script src=/endless></script>")),
        ("/endless", Page::Endless),
    ]);
    let mut settings = settings(program);
    settings.idle_time = Duration::from_millis(500);
    settings.page_bytes = 16 << 20;
    // What is told of a page, and whether what came of it is kept. What asks again and again may
    // stand still for nobody: that it is told is all.
    let expect = [
        ("/loop", "/loop", "it is not loaded after N seconds", true),
        ("/alerts", "/alerts", "it is not loaded after N seconds", false),
        ("/polls", "/polls", "it is still busy after N seconds", true),
        ("/hangs", "/silent", "it has no end after N seconds", true),
        ("/large", "/large", "it loads more than 16777216 bytes", false),
    ];
    for (path, told, why, is_kept) in expect {
        // A busy machine needs longer to come as far as to what never ends.
        let kept = [4, 12, 36].into_iter().find_map(|seconds| {
            settings.page_time = Duration::from_secs(seconds);
            let begun = Instant::now();
            let kept = loaded(&[site.url(path)], &settings);
            assert!(begun.elapsed() < Duration::from_secs(seconds + 60), "{path}: {:?}", begun.elapsed());
            assert!(!kept.skipped.is_empty(), "{path}: {}", kept.told());
            let address = site.url(told);
            let why = why.replace('N', &seconds.to_string());
            let is_told = |(skipped, said): &(String, String)| *skipped == address && *said == why;
            let is_there = ["GET", "DOM"].iter().any(|method| {
                let mut of_page = kept.exchanges.iter().filter(|one| one.method == **method);
                of_page.any(|one| one.address == site.url(path) && has(&one.body, "<body>"))
            });
            (kept.skipped.iter().any(is_told) && (is_there || !is_kept)).then_some(kept)
        });
        let kept = kept.unwrap_or_else(|| panic!("{path}: {told} is not told of"));
        if path == "/polls" {
            assert!(has(&kept.at("DOM", path).body, "three"), "{}", kept.told());
        }
    }
}

#[test]
fn nothing_is_left_of_a_browser() {
    if chromium().is_none() {
        return;
    }
    let site = Site::start(vec![("/", html("<body>one"))]);
    let sandbox = Sandbox::new();
    // A folder of its own: other tests run browsers at the same time.
    let folder = sandbox.path("temporary");
    fs::create_dir(&folder).expect("it is new");
    let args = ["web", "--browser", "--allow-private", &site.url("/")];
    let output = sandbox.command(args).env("TMPDIR", &folder).output().expect("the program starts");
    Run::ended(output).exits(0);
    let left: Vec<_> = fs::read_dir(&folder).expect("it is there").flatten().map(|one| one.path()).collect();
    assert!(left.is_empty(), "{left:?}");
    let asked = site.asked();
    assert!(asked.iter().any(|head| head.contains("HeadlessChrome")), "{asked:?}");
    assert!(asked.iter().all(|head| !head.to_lowercase().contains("\r\ncookie:")), "{asked:?}");
}

#[test]
fn what_does_not_start_is_told() {
    let check = |program: &str, url: &str| -> Result<Summary, BrowserError> {
        let settings = Settings { program: Some(program.into()), ..Settings::default() };
        load(&[url.to_owned()], &settings, &mut Kept::default())
    };
    for program in ["/bin/true", "/no/such/browser"] {
        let error = check(program, "https://example.com/").expect_err("it is no browser");
        assert!(error.to_string().ends_with("does not answer"), "{error}");
    }
    assert!(matches!(check("/bin/true", "file:///etc/passwd"), Err(BrowserError::Address(_))));
}
