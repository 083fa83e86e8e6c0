//! A client of the gate that asks for what it may and what it may not.

use super::*;

/// The answer of the gate to a wish to connect.
fn ask(gate: &Gate, host: &str, port: u16) -> (u8, TcpStream) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, gate.port())).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it can be set");
    stream.write_all(&[5, 1, 0]).expect("it is read");
    let mut request = vec![5, 1, 0, 3, u8::try_from(host.len()).expect("it is short")];
    request.extend(host.as_bytes());
    request.extend(port.to_be_bytes());
    stream.write_all(&request).expect("it is read");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("it answers");
    (answer[3], stream)
}

fn gate(allow_private: bool, most: u64) -> Gate {
    Gate::open(Guard::new(allow_private), most).expect("a port is free")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("it is an address")
}

/// A server that says `bytes` to whoever comes.
fn server(bytes: &'static [u8]) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let port = listener.local_addr().expect("it has one").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            drop(stream.write_all(bytes));
        }
    });
    port
}

#[test]
fn what_is_announced_is_let_through() {
    let (gate, port) = (gate(true, 1 << 20), server(b"hello"));
    assert_eq!(ask(&gate, "127.0.0.1", port).0, FORBIDDEN, "nobody asked for it");
    gate.announce(&url(&format!("http://127.0.0.1:{port}/a")));
    let (code, mut stream) = ask(&gate, "127.0.0.1", port);
    assert_eq!(code, GRANTED);
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it comes");
    assert_eq!(text, "hello");
    gate.renew();
    assert_eq!(ask(&gate, "127.0.0.1", port).0, FORBIDDEN, "that was another page");
}

#[test]
fn private_addresses_and_hosts_of_baseten_are_refused() {
    let gate = gate(false, 1 << 20);
    for (address, expect) in [
        ("http://127.0.0.1:81/", "loopback"),
        ("http://169.254.169.254/", "link-local"),
        ("http://localhost/", "a name of this machine"),
        ("https://model-abc.api.baseten.co/", "nothing is sent to"),
        ("http://[::1]:8080/", "loopback"),
    ] {
        let url = url(address);
        gate.announce(&url);
        let (host, port) = place(&url).expect("it has a host");
        assert_eq!(ask(&gate, &host, port).0, FORBIDDEN, "{address}");
        let why = gate.refusal(&url).expect("it says why");
        assert!(why.contains(expect), "{address}: {why}");
    }
}

#[test]
fn more_than_may_come_ends_the_connection() {
    let (gate, port) = (gate(true, 3), server(b"hello"));
    gate.announce(&url(&format!("http://127.0.0.1:{port}/")));
    let (_, mut stream) = ask(&gate, "127.0.0.1", port);
    let mut text = Vec::new();
    drop(stream.read_to_end(&mut text));
    assert_eq!((text.len(), gate.is_full()), (0, true));
}
