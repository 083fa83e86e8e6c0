//! The only way from the browser to the network: a proxy (SOCKS 5, RFC 1928) in this program,
//! which resolves each name itself, has every address judged, and connects to one that passed.
//!
//! The browser is started so that it resolves nothing and knows no other way. What it would
//! ask for by itself, such as news of updates, is refused as well: only hosts that a page was
//! seen to ask for are let through. Other proxies are not used, whatever the environment says.
//!
//! **Invariant:** what was checked is what is connected to, and nothing reaches a host of
//! Baseten's, whatever the browser does.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read, Write};
use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use url::Url;

use super::super::name::is_baseten;
use super::super::site::guard::Guard;

/// How long a connection waits for the page's request to be seen, which may come after it.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(10);
/// Connections at once.
const MOST: usize = 256;
/// What is answered, by RFC 1928: granted, not permitted, not reachable.
const GRANTED: u8 = 0;
const FORBIDDEN: u8 = 2;
const UNREACHABLE: u8 = 4;

/// A running gate; it closes when this is dropped.
#[derive(Debug)]
pub(super) struct Gate {
    shared: Arc<Shared>,
    port: u16,
}

#[derive(Debug)]
struct Shared {
    guard: Guard,
    state: Mutex<State>,
    announced: Condvar,
    is_closed: AtomicBool,
    /// Bytes that came, and how many may.
    came: AtomicU64,
    most: u64,
}

#[derive(Debug, Default)]
struct State {
    /// What pages asked for.
    hosts: HashSet<(String, u16)>,
    /// Why a connection was refused.
    refused: HashMap<(String, u16), String>,
    /// What is open, by number.
    open: HashMap<u64, TcpStream>,
    next: u64,
}

impl Gate {
    /// Opens one on a port of its own, on the loopback address.
    pub(super) fn open(guard: Guard, most: u64) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            guard,
            state: Mutex::default(),
            announced: Condvar::new(),
            is_closed: AtomicBool::new(false),
            came: AtomicU64::new(0),
            most,
        });
        let ours = Arc::clone(&shared);
        thread::Builder::new().spawn(move || {
            for stream in listener.incoming() {
                if ours.is_closed.load(Ordering::Acquire) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                // Each connection holds one, so that these are counted.
                if Arc::strong_count(&ours) > MOST {
                    continue;
                }
                let ours = Arc::clone(&ours);
                // Where the system has no thread for it, the connection closes.
                drop(thread::Builder::new().spawn(move || drop(ours.serve(stream))));
            }
        })?;
        Ok(Self { shared, port })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// A page asked for something of this host.
    pub(super) fn announce(&self, url: &Url) {
        if let Some(place) = place(url) {
            self.shared.state().hosts.insert(place);
            self.shared.announced.notify_all();
        }
    }

    /// Why a connection for this address was refused, if one was.
    pub(super) fn refusal(&self, url: &Url) -> Option<String> {
        self.shared.state().refused.get(&place(url)?).cloned()
    }

    /// Whether more came than may.
    pub(super) fn is_full(&self) -> bool {
        self.shared.came.load(Ordering::Relaxed) > self.shared.most
    }

    /// Begins to count anew, for another page, and forgets what the last one asked for.
    pub(super) fn renew(&self) {
        self.shared.end_all();
        let mut state = self.shared.state();
        state.hosts.clear();
        state.refused.clear();
        self.shared.came.store(0, Ordering::Relaxed);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Release);
        self.shared.announced.notify_all();
        self.shared.end_all();
        // It wakes the thread that waits for connections.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

/// Host and port as the browser tells them to a proxy.
fn place(url: &Url) -> Option<(String, u16)> {
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    Some((host.to_ascii_lowercase(), url.port_or_known_default()?))
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end_all(&self) {
        for (_, stream) in self.state().open.drain() {
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// One connection of the browser's, from its greeting to its end.
    fn serve(&self, mut browser: TcpStream) -> io::Result<()> {
        browser.set_read_timeout(Some(CONNECT))?;
        let (host, port) = greeted(&mut browser)?;
        match self.connect(&host, port) {
            Ok(server) => {
                reply(&mut browser, GRANTED)?;
                browser.set_read_timeout(None)?;
                self.join(&browser, &server)
            }
            Err((code, why)) => {
                if let Some(why) = why {
                    self.state().refused.insert((host, port), why);
                }
                reply(&mut browser, code)
            }
        }
    }

    /// Connects where that is admitted.
    fn connect(&self, host: &str, port: u16) -> Result<TcpStream, (u8, Option<String>)> {
        let forbidden = |why: String| (FORBIDDEN, Some(why));
        if is_baseten(host) {
            return Err(forbidden(format!("nothing is sent to {host}")));
        }
        let literal: Option<IpAddr> = host.parse().ok();
        let shown = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let url = Url::parse(&format!("http://{shown}:{port}/")).map_err(|_| (FORBIDDEN, None))?;
        if let Some(reason) = self.guard.refuses(&url) {
            return Err(forbidden(reason.0));
        }
        if !self.is_announced(host, port) {
            return Err((FORBIDDEN, None));
        }
        let addresses: Vec<SocketAddr> = match literal {
            Some(ip) => vec![(ip, port).into()],
            None => match (host, port).to_socket_addrs() {
                Ok(addresses) => addresses.collect(),
                Err(_) => return Err((UNREACHABLE, Some(format!("the name {host} cannot be resolved")))),
            },
        };
        let mut refused = None;
        for address in addresses {
            match self.guard.refuses_ip(address.ip()) {
                Some(reason) => refused = Some(reason.0),
                None => {
                    if let Ok(stream) = TcpStream::connect_timeout(&address, CONNECT) {
                        return Ok(stream);
                    }
                }
            }
        }
        let why = refused.map(|reason| format!("the name {host} leads there: {reason}"));
        let code = if why.is_some() { FORBIDDEN } else { UNREACHABLE };
        Err((code, why))
    }

    /// Whether a page asked for this host, now or soon.
    fn is_announced(&self, host: &str, port: u16) -> bool {
        let wanted = (host.to_ascii_lowercase(), port);
        let end = Instant::now() + PATIENCE;
        let mut state = self.state();
        while !state.hosts.contains(&wanted) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_closed.load(Ordering::Acquire) {
                return false;
            }
            state = self.announced.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Carries bytes both ways until either side ends.
    fn join(&self, browser: &TcpStream, server: &TcpStream) -> io::Result<()> {
        let both = [browser.try_clone()?, server.try_clone()?];
        let numbers = {
            let mut state = self.state();
            if self.is_closed.load(Ordering::Acquire) {
                return Ok(());
            }
            both.map(|stream| {
                state.next += 1;
                let number = state.next;
                state.open.insert(number, stream);
                number
            })
        };
        let carried = self.carry(server, browser);
        for number in numbers {
            self.state().open.remove(&number);
        }
        carried
    }

    /// Has a thread carry what goes out, and carries what comes.
    fn carry(&self, server: &TcpStream, browser: &TcpStream) -> io::Result<()> {
        let (mut from, mut to) = (browser.try_clone()?, server.try_clone()?);
        let out = thread::Builder::new().spawn(move || {
            drop(io::copy(&mut from, &mut to));
            drop(to.shutdown(Shutdown::Write));
        })?;
        drop(self.come(server, browser));
        drop(browser.shutdown(Shutdown::Both));
        drop(server.shutdown(Shutdown::Both));
        drop(out.join());
        Ok(())
    }

    /// What comes, as long as it may.
    fn come(&self, mut server: &TcpStream, mut browser: &TcpStream) -> io::Result<()> {
        let mut piece = vec![0; 1 << 16];
        loop {
            let length = server.read(&mut piece)?;
            let came = self.came.fetch_add(length as u64, Ordering::Relaxed) + length as u64;
            if length == 0 || came > self.most {
                return Ok(());
            }
            browser.write_all(&piece[..length])?;
        }
    }
}

/// Reads the greeting and the request to connect.
fn greeted(stream: &mut TcpStream) -> io::Result<(String, u16)> {
    let strange = || io::Error::from(io::ErrorKind::InvalidData);
    let [version, methods] = array(stream)?;
    if version != 5 {
        return Err(strange());
    }
    stream.read_exact(&mut vec![0; usize::from(methods)])?;
    stream.write_all(&[5, 0])?;
    let [version, command, _, kind] = array(stream)?;
    if (version, command) != (5, 1) {
        return Err(strange());
    }
    let host = match kind {
        1 => Ipv4Addr::from(array::<4>(stream)?).to_string(),
        4 => Ipv6Addr::from(array::<16>(stream)?).to_string(),
        3 => {
            let [length] = array(stream)?;
            let mut name = vec![0; usize::from(length)];
            stream.read_exact(&mut name)?;
            String::from_utf8(name).map_err(|_| strange())?.to_ascii_lowercase()
        }
        _ => return Err(strange()),
    };
    Ok((host, u16::from_be_bytes(array(stream)?)))
}

fn array<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn reply(stream: &mut TcpStream, code: u8) -> io::Result<()> {
    stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0])
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
