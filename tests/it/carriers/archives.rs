//! Every kind of archive, and archives in archives.

use super::build::*;
use super::{check, line, noise, notes, places};
use crate::sandbox::{Sandbox, key};

fn member(key: &str) -> Vec<u8> {
    format!("A=1\n{}", line(key)).into_bytes()
}

#[test]
fn the_zip_family() {
    for ending in ["zip", "jar", "whl", "egg", "docx", "xlsx", "pptx", "odt", "epub", "apk", "nupkg", "vsix"]
    {
        let name = format!("a.{ending}");
        let make = |key: &str| zip(&[stored("x", b"y"), deflated("dir/in.txt", &member(key))]);
        check(&name, &make, &format!("{name}!dir/in.txt:2:17"));
    }
    let plain = |key: &str| zip(&[stored("in.txt", &member(key))]);
    check("plain.zip", &plain, "plain.zip!in.txt:2:17");
    let torch = |key: &str| zip(&[stored("model/data.pkl", line(key).as_bytes())]);
    check("model.pt", &torch, "model.pt!model/data.pkl:1:17");
}

#[test]
fn tars_and_compressions() {
    check("a.tar", &|key| tar(&[("./in", &member(key))]), "a.tar!./in:2:17");
    check(
        "bundle.tar.gz",
        &|key| gzip(&tar(&[("app/.env", &member(key))])[..]),
        "bundle.tar.gz!app/.env:2:17",
    );
    check("a.cpio", &|key| cpio(&[("in", &member(key))]), "a.cpio!in:2:17");
    check("a.sql.gz", &|key| gzip(&member(key)[..]), "a.sql.gz!a.sql:2:17");
    check("a.bz2", &|key| bzip2(&member(key)), "a.bz2!a:2:17");
    check("a.xz", &|key| xz(&member(key)), "a.xz!a:2:17");
    check("a.lzma", &|key| lzma(&member(key)), "a.lzma!a:2:17");
    check("a.zst", &|key| zstd(&member(key)), "a.zst!a:2:17");
    check("a.lz4", &|key| lz4(&member(key)), "a.lz4!a:2:17");
    check("noending", &|key| xz(&member(key)), "noending!noending:2:17");
}

#[test]
fn packages_and_images() {
    let deb = |key: &str| {
        ar(&[("debian-binary", b"2.0\n"), ("data.tar.xz", &xz(&tar(&[("./etc/env", &member(key))])))])
    };
    check("a.deb", &deb, "a.deb!data.tar.xz!./etc/env:2:17");
    // A layer whose file a later one deletes, by `docker save`.
    let layers = |key: &str| {
        let (first, second) = (tar(&[("app/.env", &member(key))]), tar(&[("app/.wh..env", b"")]));
        tar(&[("manifest.json", b"[]"), ("1/layer.tar", &first), ("2/layer.tar", &second)])
    };
    check("image.tar", &layers, "image.tar!1/layer.tar!app/.env:2:17");
    let oci = |key: &str| {
        let layer = gzip(&tar(&[("app/.env", &member(key))])[..]);
        tar(&[("oci-layout", b"{}"), ("blobs/sha256/1a2b", &layer)])
    };
    check("oci.tar", &oci, "oci.tar!blobs/sha256/1a2b!app/.env:2:17");
    // What the image's configuration says: a variable, a step, a label.
    for (before, column) in [
        (r#"{"config":{"Env":["BASETEN_API_KEY="#, 36),
        (r#"{"history":[{"created_by":"ENV BASETEN_API_KEY="#, 48),
        (r#"{"config":{"Labels":{"baseten_api_key":""#, 41),
    ] {
        let config = |key: &str| {
            let text = [before, key, "\"]}}"].concat();
            tar(&[("blobs/sha256/3c4d", text.as_bytes())])
        };
        check("config.tar", &config, &format!("config.tar!blobs/sha256/3c4d:1:{column}"));
    }
}

#[test]
fn archives_in_archives() {
    let nested = |key: &str| {
        zip(&[deflated("b.tar.gz", &gzip(&tar(&[("c.zip", &zip(&[deflated("d", &member(key))]))])[..]))])
    };
    check("a.zip", &nested, "a.zip!b.tar.gz!c.zip!d:2:17");
}

#[test]
fn names_of_members() {
    let sandbox = Sandbox::new();
    let key = key(1);
    sandbox.write(
        "a.zip",
        zip(&[deflated(&format!("x/{key}.txt"), b"1"), deflated("../../up", member(&key).as_slice())]),
    );
    let run = sandbox.run(["scan", "--format", "json"]).exits(1).hides(&key);
    assert_eq!(places(&run.json()), ["a.zip!../../up:2:17", "a.zip!x/****.txt:1:9"]);
}

#[test]
fn what_is_left_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("a.gz", gzip(&member(&key(1))[..]));
    assert_eq!(
        sandbox.run(["scan", "--no-unpack", "--format", "json"]).exits(0).json()["coverage"]["members"],
        0
    );
    sandbox.write(".baseleak.toml", "[scan]\nunpack = false\n");
    sandbox.run(["scan"]).exits(0);
    let report = sandbox.run(["scan", "--no-config", "--format", "json"]).exits(1).json();
    assert_eq!(report["coverage"]["members"], 1);
}

/// Neither pipes nor windows stand in the way.
#[test]
fn large_archives_and_pipes() {
    let sandbox = Sandbox::new();
    let mut filler = noise(5 << 20);
    filler.extend(line(&key(1)).bytes());
    let archive = gzip(&tar(&[("noise", &filler), ("in", &member(&key(2)))])[..]);
    sandbox.write("a.tgz", &archive);
    let from_file = places(&sandbox.run(["scan", "--format", "json", "a.tgz"]).exits(1).json());
    assert_eq!(from_file.len(), 2, "{from_file:?}");
    let piped = sandbox.pipe(&archive, ["scan", "--format", "json", "--stdin-path", "a.tgz", "-"]).exits(1);
    assert_eq!(places(&piped.json()), from_file);
    assert!(notes(&piped.json()).is_empty());
}
