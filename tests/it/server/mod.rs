//! A server on the loopback address that behaves as the API of Baseten is
//! described to behave, and misbehaves on command.
//!
//! It has a workspace ([`State`]) that tests look at and change while it runs,
//! remembers every request, and speaks TLS where it is told to. It is no model
//! of how fast the real API is or of how many requests it takes.
//!
//! **Invariant:** an answer with status 200 that the description does not permit
//! is not sent; the test that caused it fails when the server is dropped. No
//! `Debug` shows a key.

mod http;
mod keys;
mod misbehave;
mod raw;
mod routes;
mod seen;
pub(crate) mod spec;
mod state;
mod tests;
mod tls;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub(crate) use misbehave::{Behaviour, Hook, On, Shape, Times};
pub(crate) use raw::{Answer, ask};
pub(crate) use routes::{Route, Side};
pub(crate) use seen::Seen;
pub(crate) use state::{Key, Model, Refusal, Right, State, Team, User};

use http::{Request, Response, Stream};
use misbehave::{Outcome, Rules};
use tls::Tls;

/// How often a waiting thread looks whether the server is to end.
const BEAT: Duration = Duration::from_millis(50);

/// The server; it ends when it is dropped.
pub(crate) struct Server {
    shared: Arc<Shared>,
    tls: Option<(String, Tls)>,
    listeners: Vec<(Side, SocketAddr, JoinHandle<()>)>,
}

/// What the threads of a server share.
struct Shared {
    state: Mutex<State>,
    rules: Mutex<Rules>,
    seen: Mutex<Vec<Seen>>,
    /// What the description does not permit.
    refused: Mutex<Vec<String>>,
    connections: AtomicUsize,
    closing: AtomicBool,
}

/// A panic of one thread is told where it happens; the others go on.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// One that speaks plain HTTP, with the workspace of [`State`]'s sample.
    pub(crate) fn start() -> Self {
        Self::with(None)
    }

    /// One that speaks TLS with a certificate for `name`. Its addresses name
    /// `localhost` where that is the name, and 127.0.0.1 for every other, so that
    /// any name but these two is a wrong one.
    pub(crate) fn start_tls(name: &str) -> Self {
        Self::with(Some((name.to_owned(), Tls::of(name))))
    }

    fn with(tls: Option<(String, Tls)>) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::sample()),
            rules: Mutex::default(),
            seen: Mutex::default(),
            refused: Mutex::default(),
            connections: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
        });
        let listeners = [Side::Both, Side::Management, Side::Inference].map(|side| {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
            let address = listener.local_addr().expect("a bound socket has an address");
            let (shared, config) =
                (Arc::clone(&shared), tls.as_ref().map(|(_, tls)| Arc::clone(&tls.config)));
            let thread = thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    if shared.closing.load(Ordering::Relaxed) {
                        break;
                    }
                    shared.connections.fetch_add(1, Ordering::Relaxed);
                    let (shared, config) = (Arc::clone(&shared), config.clone());
                    thread::spawn(move || shared.connect(side, stream, config));
                }
            });
            (side, address, thread)
        });
        Self { shared, tls, listeners: listeners.into() }
    }

    /// The address at which both APIs answer, without a slash at its end.
    pub(crate) fn url(&self) -> String {
        self.url_of(Side::Both)
    }

    /// The address of the management API only.
    pub(crate) fn management_url(&self) -> String {
        self.url_of(Side::Management)
    }

    /// The address of inference only.
    pub(crate) fn inference_url(&self) -> String {
        self.url_of(Side::Inference)
    }

    fn url_of(&self, side: Side) -> String {
        let (_, address, _) = self.listeners.iter().find(|(other, ..)| *other == side).expect("each has one");
        match &self.tls {
            None => format!("http://{address}"),
            Some((name, _)) if name == "localhost" => format!("https://localhost:{}", address.port()),
            Some(_) => format!("https://{address}"),
        }
    }

    /// The file with the certificate of the authority, for `SSL_CERT_FILE`.
    #[track_caller]
    pub(crate) fn authority(&self) -> &Path {
        self.tls.as_ref().expect("the server speaks TLS").1.authority()
    }

    /// The workspace; no request is answered as long as the guard is held.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.shared.state)
    }

    /// The whole key of a label.
    #[track_caller]
    pub(crate) fn key(&self, label: &str) -> String {
        self.state().key(label).text()
    }

    /// The requests up to now, in the order they came.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        locked(&self.shared.seen).clone()
    }

    /// How many connections were made, with or without a request.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Has the server misbehave from now on. Of several commands for a request the first that is due counts.
    pub(crate) fn misbehave(&self, on: On, times: Times, behaviour: Behaviour) {
        locked(&self.shared.rules).add(on, times, behaviour);
    }

    /// Takes all such commands back.
    pub(crate) fn behave(&self) {
        locked(&self.shared.rules).clear();
    }

    /// Takes note of answers that were refused, so that dropping the server does not fail the test.
    pub(crate) fn take_refused(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.shared.refused))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        for (_, address, thread) in self.listeners.drain(..) {
            // Wakes the thread up, which then sees that it is to end.
            drop(TcpStream::connect(address));
            drop(thread.join());
        }
        if !thread::panicking() {
            assert_eq!(
                self.take_refused(),
                [""; 0],
                "these answers are not what the API is described to give"
            );
        }
    }
}

impl Shared {
    /// Serves a connection to its end; whatever breaks it ends it.
    fn connect(&self, side: Side, stream: TcpStream, config: Option<Arc<rustls::ServerConfig>>) {
        let prepared = stream.set_read_timeout(Some(BEAT)).and_then(|()| stream.set_nodelay(true));
        if prepared.is_err() {
            return;
        }
        let mut stream: Box<dyn Stream> = match config.map(rustls::ServerConnection::new) {
            None => Box::new(stream),
            Some(Ok(connection)) => Box::new(rustls::StreamOwned::new(connection, stream)),
            Some(Err(_)) => return,
        };
        let mut buffer = Vec::new();
        while let Some(request) = http::read(&mut *stream, &mut buffer, &self.closing) {
            if !self.serve(side, &request, &mut *stream).unwrap_or(false) {
                return;
            }
        }
    }

    /// Answers a request, or does what it was told instead. Whether the connection stays.
    fn serve(&self, side: Side, request: &Request, stream: &mut dyn Stream) -> io::Result<bool> {
        let (route, _) = Route::of(side, request);
        let seen = Seen::of(&locked(&self.state), side, route, request);
        let number = {
            let mut list = locked(&self.seen);
            list.push(seen.clone());
            list.len() - 1
        };
        let behaviour = locked(&self.rules).take(route);
        let right = || self.right(side, request);
        let outcome = match behaviour {
            None => Outcome::Send(right()),
            Some(behaviour) => behaviour.act(&seen, right, |time| self.wait(time)),
        };
        let is_last = request.is_last() || locked(&self.state).closes;
        match outcome {
            Outcome::Send(response) => {
                locked(&self.seen)[number].status = Some(response.status);
                response.send(stream, is_last, usize::MAX)?;
                Ok(!is_last)
            }
            Outcome::Cut(response, bytes) => {
                locked(&self.seen)[number].status = Some(response.status);
                response.send(stream, is_last, bytes)?;
                Ok(false)
            }
            Outcome::Close => Ok(false),
        }
    }

    /// Carries a request out; the right answer to it, or 500 where that is not as described.
    fn right(&self, side: Side, request: &Request) -> Response {
        let mut state = locked(&self.state);
        let response = routes::answer(&mut state, side, request);
        // Inference is not a part of the description.
        if response.status != 200 || side == Side::Inference || state.is_newer {
            return response;
        }
        drop(state);
        let checked = serde_json::from_slice(&response.body)
            .map_err(|error| error.to_string())
            .and_then(|body| spec::check_answer(&request.method, &request.path, &body));
        match checked {
            Ok(()) => response,
            Err(wrong) => {
                locked(&self.refused).push(format!("{} {}: {wrong}", request.method, request.path));
                Shape::Text.response(500, "the server was about to give a wrong answer")
            }
        }
    }

    fn wait(&self, time: Duration) {
        let began = Instant::now();
        while !self.closing.load(Ordering::Relaxed) && began.elapsed() < time {
            thread::sleep(BEAT.min(time.saturating_sub(began.elapsed())));
        }
    }
}
