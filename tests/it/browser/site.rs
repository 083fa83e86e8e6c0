//! A site on the loopback address: a table of paths, and what was asked for.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What a path answers.
#[derive(Clone)]
pub(crate) enum Page {
    /// Content with its type; headers may follow the type, each on a line.
    Is(&'static str, String),
    /// A redirect.
    To(String),
    /// Content that never ends.
    Endless,
    /// Headers, and then nothing.
    Silent,
}

/// A running site.
pub(crate) struct Site {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(crate) fn start(pages: Vec<(&'static str, Page)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (pages, log) = (Arc::new(pages), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, log) = (Arc::clone(&pages), Arc::clone(&log));
                thread::spawn(move || drop(serve(&stream, &pages, &log)));
            }
        });
        Self { port, asked }
    }

    /// The address of a path; `localhost` is another site than this.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far: the first line and the headers of each.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(
    mut stream: &TcpStream,
    pages: &[(&'static str, Page)],
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut head)? > 2 {}
    if head.is_empty() {
        // A browser opens connections before it needs them.
        return Ok(());
    }
    let path = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
    log.lock().unwrap_or_else(PoisonError::into_inner).push(head);
    let path = path.split('?').next().unwrap_or(&path);
    match pages.iter().find(|(known, _)| *known == path).map(|(_, page)| page) {
        Some(Page::Is(kind, body)) => {
            let kind = kind.replace('\n', "\r\n");
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            )
        }
        Some(Page::To(to)) => {
            write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        }
        Some(Page::Endless) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nConnection: close\r\n\r\n")?;
            let piece = vec![b' '; 1 << 16];
            loop {
                stream.write_all(&piece)?;
            }
        }
        Some(Page::Silent) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: 9\r\n\r\n")?;
            thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        None => write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}
