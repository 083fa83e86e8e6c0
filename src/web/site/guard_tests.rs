//! Every way to write an address that is not of the public internet, and names that lead to one.

use ureq::unversioned::transport::time::Duration;

use super::*;

/// Whether the address of a page is refused, and for what.
fn check(url: &str, expect: Option<&str>) {
    let Ok(parsed) = Url::parse(url) else {
        assert_eq!(expect, Some("no address"), "{url}");
        return;
    };
    let found = Guard::new(false).refuses(&parsed);
    let reason = found.as_ref().map(|reason| reason.0.as_str());
    assert_eq!(reason.is_some(), expect.is_some(), "{url}: {reason:?}");
    assert!(reason.unwrap_or_default().contains(expect.unwrap_or_default()), "{url}: {reason:?}");
    let is_of_network = reason.is_some_and(|reason| reason.contains("--allow-private"));
    assert_eq!(Guard::new(true).refuses(&parsed).is_some(), reason.is_some() && !is_of_network, "{url}");
}

#[test]
fn addresses_of_ipv4_are_known_however_they_are_written() {
    let table = [
        ("http://93.184.216.34/", None),
        ("http://1.1.1.1:8080/", None),
        ("http://127.0.0.1/", Some("127.0.0.1 is a loopback address; --allow-private lets it")),
        ("http://127.255.255.254/", Some("loopback")),
        ("http://10.0.0.1/", Some("10.0.0.1 is a private address; --allow-private lets it")),
        ("http://172.16.0.1/", Some("private")),
        ("http://172.31.255.255/", Some("private")),
        ("http://172.32.0.1/", None),
        ("http://192.168.1.1/", Some("private")),
        ("http://100.64.0.1/", Some("carrier")),
        ("http://100.128.0.1/", None),
        ("http://169.254.169.254/latest/meta-data/", Some("link-local")),
        ("http://168.63.129.16/", Some("cloud")),
        ("http://0.0.0.0/", Some("no host")),
        ("http://0.1.2.3/", Some("no host")),
        ("http://192.0.0.192/", Some("reserved")),
        ("http://192.0.2.1/", Some("documentation")),
        ("http://198.51.100.1/", Some("documentation")),
        ("http://203.0.113.9/", Some("documentation")),
        ("http://198.18.0.1/", Some("benchmarks")),
        ("http://198.19.255.255/", Some("benchmarks")),
        ("http://198.20.0.1/", None),
        ("http://224.0.0.1/", Some("multicast")),
        ("http://240.0.0.1/", Some("reserved")),
        ("http://255.255.255.255/", Some("reserved")),
        ("http://2130706433/", Some("127.0.0.1")),
        ("http://0x7f000001/", Some("127.0.0.1")),
        ("http://0x7f.1/", Some("127.0.0.1")),
        ("http://0177.0.0.1/", Some("127.0.0.1")),
        ("http://127.1/", Some("127.0.0.1")),
        ("http://0/", Some("0.0.0.0")),
        ("http://%31%32%37.0.0.1/", Some("127.0.0.1")),
        ("http://１２７.0.0.1/", Some("127.0.0.1")),
        ("http://127。0。0。1/", Some("127.0.0.1")),
        ("http://127.0.0.1./", Some("127.0.0.1")),
        ("http://169.254.43518/", Some("169.254.169.254")),
    ];
    for (url, expect) in table {
        check(url, expect);
    }
}

#[test]
fn addresses_of_ipv6_are_known_and_what_they_hold() {
    let table = [
        ("http://[2606:4700::1111]/", None),
        ("http://[2001:4860:4860::8888]/", None),
        ("http://[::1]/", Some("loopback")),
        ("http://[::]/", Some("no host")),
        ("http://[::ffff:127.0.0.1]/", Some("127.0.0.1, a loopback")),
        ("http://[::ffff:a9fe:a9fe]/", Some("169.254.169.254")),
        ("http://[::ffff:8.8.8.8]/", None),
        ("http://[::ffff:0:10.0.0.1]/", Some("10.0.0.1")),
        ("http://[::10.0.0.1]/", Some("10.0.0.1")),
        ("http://[::8.8.8.8]/", Some("reserved")),
        ("http://[64:ff9b::192.168.0.1]/", Some("192.168.0.1")),
        ("http://[64:ff9b::8.8.8.8]/", None),
        ("http://[64:ff9b:1::8.8.8.8]/", Some("reserved")),
        ("http://[2002:7f00:1::]/", Some("127.0.0.1")),
        ("http://[2002:a00:1::5]/", Some("10.0.0.1")),
        ("http://[2001::1]/", Some("reserved")),
        ("http://[fc00::1]/", Some("private")),
        ("http://[fd12:3456::1]/", Some("private")),
        ("http://[fe80::1]/", Some("link-local")),
        ("http://[fe80::1%25eth0]/", Some("no address")),
        ("http://[febf::1]/", Some("link-local")),
        ("http://[fec0::1]/", Some("private")),
        ("http://[ff02::1]/", Some("multicast")),
        ("http://[2001:db8::1]/", Some("documentation")),
        ("http://[3fff::1]/", Some("documentation")),
        ("http://[100::1]/", Some("reserved")),
        ("http://[5f00::1]/", Some("reserved")),
        ("http://[4000::1]/", Some("reserved")),
    ];
    for (url, expect) in table {
        check(url, expect);
    }
}

#[test]
fn schemes_ports_and_names_are_judged_before_anything_is_resolved() {
    let table = [
        ("https://example.com/", None),
        ("https://example.com:8443/", None),
        ("ftp://example.com/", Some("not ftp")),
        ("file:///etc/passwd", Some("not file")),
        ("http://example.com:25/", Some("port 25")),
        ("http://example.com:22/", Some("port 22")),
        ("http://example.com:6000/", Some("port 6000")),
        ("http://localhost/", Some("localhost is a name of this machine")),
        ("http://LOCALHOST./", Some("name of this machine")),
        ("http://a.localhost:3000/", Some("name of this machine")),
        ("http://localhost.example.com/", None),
    ];
    for (url, expect) in table {
        check(url, expect);
    }
    assert!(PORTS.is_sorted(), "they are searched by halves");
}

#[test]
fn a_name_is_judged_by_the_addresses_that_it_leads_to() {
    let uri: Uri = "http://localhost:80/".parse().expect("it is an address");
    let resolve = |allow, exempt: Option<&str>| {
        let exempt = exempt.map(|uri| uri.parse().expect("it is an address"));
        let timeout = NextTimeout { after: Duration::from_secs(10), ..NextTimeout::default() };
        Resolved::new(Guard::new(allow), exempt).resolve(&uri, &Config::default(), timeout)
    };
    let refused = resolve(false, None).expect_err("it leads to this machine").to_string();
    assert!(refused.contains("localhost leads there"), "{refused}");
    assert!(refused.contains("loopback address; --allow-private lets it"), "{refused}");
    assert!(resolve(true, None).is_ok_and(|found| !found.is_empty()));
    assert!(resolve(false, Some("http://LOCALHOST:80")).is_ok(), "the proxy is where the user says");
    assert!(resolve(false, Some("http://localhost:81")).is_err());
}
