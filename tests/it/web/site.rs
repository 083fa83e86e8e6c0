//! A front end on the loopback address: a table of paths and their answers, some of them
//! hostile, and what was asked for.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// What a path answers.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A status, more headers (each a line) and the content.
    Is(u16, Vec<String>, Vec<u8>),
    /// So many bytes, which are told first; far more than anybody wants.
    Large(u64),
    /// A byte at a time.
    Drip,
}

/// A request: when it came, and its first line and headers.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) head: String,
}

/// A running site.
pub(crate) struct Site {
    port: u16,
    table: Arc<Mutex<Vec<(String, Answer)>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Site {
    /// One that knows no path yet.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        let (table, asked) = (Arc::<Mutex<Vec<(String, Answer)>>>::default(), Arc::default());
        let (pages, log) = (Arc::clone(&table), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, log) = (Arc::clone(&pages), Arc::clone(&log));
                // Whoever goes away in the middle breaks the connection, which is their right.
                thread::spawn(move || drop(serve(&stream, &pages, &log)));
            }
        });
        Self { port, table, asked }
    }

    /// The same with an answer to one more path.
    pub(crate) fn with(self, path: &str, answer: Answer) -> Self {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), answer));
        self
    }

    /// The same with a document of a kind.
    pub(crate) fn page(self, path: &str, kind: &str, content: impl Into<Vec<u8>>) -> Self {
        self.with(path, Answer::Is(200, vec![format!("content-type: {kind}")], content.into()))
    }

    pub(crate) fn html(self, path: &str, content: &str) -> Self {
        self.page(path, "text/html; charset=utf-8", content)
    }

    pub(crate) fn script(self, path: &str, content: &str) -> Self {
        self.page(path, "text/javascript", content)
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The requests so far. None of them may carry what could be a credential.
    #[track_caller]
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for Asked { head, .. } in &asked {
            let head = head.to_ascii_lowercase();
            for name in ["cookie:", "referer:", "authorization:"] {
                assert!(!head.contains(&format!("\n{name}")), "{name} was sent: {head}");
            }
        }
        asked
    }

    /// Whether the path was asked for.
    #[track_caller]
    pub(crate) fn was_asked(&self, path: &str) -> bool {
        let line = format!(" {path} HTTP/");
        self.asked().iter().any(|asked| asked.head.lines().next().is_some_and(|first| first.contains(&line)))
    }
}

fn serve(
    mut stream: &TcpStream,
    table: &Mutex<Vec<(String, Answer)>>,
    log: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let target = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap_or_else(PoisonError::into_inner).push(Asked { at: Instant::now(), head });
    let answer = {
        let table = table.lock().unwrap_or_else(PoisonError::into_inner);
        table.iter().find(|(path, _)| *path == target).map(|(_, answer)| answer.clone())
    };
    let none = || Answer::Is(404, vec!["content-type: text/plain".to_owned()], b"nothing here\n".to_vec());
    match answer.unwrap_or_else(none) {
        Answer::Is(status, headers, content) => {
            write!(
                stream,
                "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n",
                content.len()
            )?;
            for header in headers {
                write!(stream, "{header}\r\n")?;
            }
            stream.write_all(b"\r\n")?;
            stream.write_all(&content)
        }
        Answer::Large(bytes) => {
            write!(
                stream,
                "HTTP/1.1 200 x\r\nconnection: close\r\ncontent-type: text/javascript\r\ncontent-length: {bytes}\r\n\r\n"
            )?;
            let piece = vec![b' '; 1 << 16];
            for _ in 0..bytes >> 16 {
                stream.write_all(&piece)?;
            }
            Ok(())
        }
        Answer::Drip => {
            write!(stream, "HTTP/1.1 200 x\r\nconnection: close\r\ncontent-type: text/javascript\r\n\r\n")?;
            for _ in 0..600 {
                stream.write_all(b" ")?;
                thread::sleep(Duration::from_millis(100));
            }
            Ok(())
        }
    }
}
