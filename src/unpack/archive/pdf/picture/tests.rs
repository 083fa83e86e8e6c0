//! Tests of the pictures of PDFs, which are made here.

use super::*;
use crate::model::hex;
use crate::unpack::archive::{Budget, Input, Kind, Visitor, unpack};
use std::io::{Cursor, Read, Write as _};

/// Collects what is handed out, and what is not.
#[derive(Default)]
struct Seen {
    pictures: Vec<(String, Vec<u8>)>,
    skipped: Vec<(String, Reason)>,
    /// What else was not read.
    others: Vec<Reason>,
}

impl Visitor for Seen {
    fn member(&mut self, path: &[u8], _: Option<u64>, content: &mut dyn Read) {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).expect("a content never fails");
        self.pictures.push((String::from_utf8_lossy(path).into_owned(), bytes));
    }

    fn skipped(&mut self, _: &[u8], reason: Reason) {
        self.others.push(reason);
    }

    fn picture_skipped(&mut self, path: &[u8], reason: Reason) {
        self.skipped.push((String::from_utf8_lossy(path).into_owned(), reason));
    }

    fn wants_pictures(&self) -> bool {
        true
    }
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("a vector takes everything");
    encoder.finish().expect("a vector takes everything")
}

/// A PDF of one stream with this dictionary, and more objects.
fn pdf(text: &str, data: &[u8], objects: &[&[u8]]) -> Vec<u8> {
    let mut pdf = b"%PDF-1.5\n".to_vec();
    for object in objects {
        pdf.extend(*object);
        pdf.push(b'\n');
    }
    pdf.extend(format!("1 0 obj\n<< /Type /XObject /Subtype /Image {text} >>\nstream\n").bytes());
    pdf.extend(data);
    pdf.extend(b"\nendstream\nendobj\n%%EOF");
    pdf
}

fn seen(pdf: &[u8]) -> Seen {
    let mut seen = Seen::default();
    unpack(Input::Seek(&mut Cursor::new(pdf)), Kind::Pdf, Budget::default(), &mut seen);
    seen
}

/// Holds a picture of 2 by 2 pixels to its colours, row by row.
#[track_caller]
fn check(text: &str, data: &[u8], objects: &[&[u8]], expect: [[u8; 3]; 4]) {
    let text = format!("/Width 2 /Height 2 {text}");
    let seen = seen(&pdf(&text, data, objects));
    assert!(seen.skipped.is_empty() && seen.others.is_empty(), "{text}: {:?}", seen.skipped);
    let (_, bitmap) = seen.pictures.last().expect("it is handed out");
    let pixel = |at: usize| [bitmap[at + 2], bitmap[at + 1], bitmap[at]];
    assert_eq!((&bitmap[..2], bitmap.len()), (&b"BM"[..], 54 + 16), "{text}");
    assert_eq!([pixel(54), pixel(57), pixel(62), pixel(65)], expect, "{text}");
}

const BLACK: [u8; 3] = [0; 3];
const WHITE: [u8; 3] = [255; 3];
const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

#[test]
fn pixels_become_a_bitmap() {
    let flate = "/Filter /FlateDecode";
    let grey = [0, 255, 255, 0];
    let colours = [&RED[..], &BLUE, &BLUE, &RED].concat();
    check(
        &format!("/BitsPerComponent 8 /ColorSpace /DeviceGray {flate}"),
        &deflated(&grey),
        &[],
        [BLACK, WHITE, WHITE, BLACK],
    );
    check("/BitsPerComponent 8 /ColorSpace /DeviceRGB", &colours, &[], [RED, BLUE, BLUE, RED]);
    let expect = [RED, BLUE, BLUE, RED];
    check("/ColorSpace /DeviceRGB /Filter [ /FlateDecode ]", &deflated(&colours), &[], expect);
    // A profile tells the number of components, and so does the length of the data.
    let profile: &[&[u8]] = &[b"7 0 obj << /N 3 /Length 0 >> stream\n\nendstream endobj"];
    check(&format!("/ColorSpace [/ICCBased 7 0 R] {flate}"), &deflated(&colours), profile, expect);
    check(&format!("/ColorSpace 99 0 R {flate}"), &deflated(&colours), &[], expect);
    check(
        &format!("/ImageMask true {flate}"),
        &deflated(&[0b0100_0000, 0b1000_0000]),
        &[],
        [BLACK, WHITE, WHITE, BLACK],
    );
    let cmyk = [[0, 255, 255, 0], [255, 255, 0, 0], [0, 0, 0, 255], [0; 4]].concat();
    check(&format!("/ColorSpace /DeviceCMYK {flate}"), &deflated(&cmyk), &[], [RED, BLUE, BLACK, WHITE]);
    let deep = [0, 9, 255, 9, 255, 9, 0, 9];
    check(
        &format!("/BitsPerComponent 16 /ColorSpace /DeviceGray {flate}"),
        &deflated(&deep),
        &[],
        [BLACK, WHITE, WHITE, BLACK],
    );
}

#[test]
fn palettes() {
    let data = deflated(&[0b0100_0000, 0b1000_0000]);
    let bits = "/BitsPerComponent 1 /Filter /FlateDecode /ColorSpace";
    let expect = [RED, BLUE, BLUE, RED];
    check(&format!("{bits} [/Indexed /DeviceRGB 1 <ff00000000ff>]"), &data, &[], expect);
    check(&format!("{bits} [/Indexed/DeviceRGB 1(\\377\\000\\000\\0\\0\\377)]"), &data, &[], expect);
    let inflated = [
        &b"8 0 obj << /Filter /FlateDecode >>\nstream\n"[..],
        &deflated(b"\xff\0\0\0\0\xff"),
        b"\nendstream",
    ]
    .concat();
    check(&format!("{bits} [/Indexed /DeviceRGB 1 8 0 R]"), &data, &[&inflated], expect);
    let space: &[&[u8]] =
        &[b"19 0 obj 5 endobj 9 0 obj [/Indexed [/CalRGB << >>] 1 <FF 00 00 00 00 FF>] endobj"];
    check(&format!("{bits} 9 0 R"), &data, space, expect);
    check(&format!("{bits} [/Indexed /DeviceRGB 1 77 0 R]"), &data, &[], [BLACK, WHITE, WHITE, BLACK]);
}

#[test]
fn predictors() {
    let expect = [RED, BLUE, BLUE, RED];
    let parameters =
        "/ColorSpace /DeviceRGB /Filter /FlateDecode /DecodeParms << /Columns 2 /Colors 3 /Predictor";
    // Left: blue less red; above: the next row less this one.
    let sub = [&[1][..], &RED, &[1, 0, 255], &[2], &[1, 0, 255], &[255, 0, 1]].concat();
    check(&format!("{parameters} 15 >>"), &deflated(&sub), &[], expect);
    let tiff = [&RED[..], &[1, 0, 255], &BLUE, &[255, 0, 1]].concat();
    check(&format!("{parameters} 2 >>"), &deflated(&tiff), &[], expect);
}

#[test]
fn pictures_may_be_text_and_runs() {
    let expect = [[255, 0, 0], [255, 0, 0], [255, 255, 255], [0, 0, 0]];
    let pixels = expect.concat();
    let spaced = pixels.iter().map(|byte| hex(&[*byte]) + " ").collect::<String>();
    // Red twice, then a run of four, then a run of three.
    let runs = [&[5, 255, 0, 0, 255, 0, 0, 254, 255, 254, 0][..], &[128, 9, 9]].concat();
    let packed = hex(&deflated(&pixels)).to_uppercase();
    for (filters, data) in [
        ("/ASCIIHexDecode", format!("{spaced}>").as_bytes()),
        ("[/AHx /Fl]", format!("{packed}>").as_bytes()),
        ("/RunLengthDecode", &runs),
        ("/ASCII85Decode", b"<~rr<'!!!*'\n!rr<$!~>"),
    ] {
        check(&format!("/ColorSpace /DeviceRGB /Filter {filters}"), data, &[], expect);
    }
    // Zeros in one letter, and a group that is not full.
    let (bytes, left) = filters::undone(b"rr@S!z!<N~>", &[b"A85", b"DCT"], 99);
    assert_eq!((&bytes[..], left), (&[255, 0, 128, 127, 0, 0, 0, 0, 1, 2][..], &[&b"DCT"[..]][..]));
    assert!(filters::undone(&[0x81; 90], &[b"RL"], 300).0.len() < 500, "it is bounded");
}

#[test]
fn what_is_no_bitmap() {
    let jpeg = b"\xff\xd8\xff\xe0 and so on";
    let text = "/Width 2 /Height 2 /Filter /DCTDecode";
    let seen_of = |text: &str, data: &[u8]| seen(&pdf(text, data, &[]));
    for (text, data) in [
        (text, jpeg.to_vec()),
        ("/Width 2 /Height 2 /Filter [/DCTDecode]", jpeg.to_vec()),
        ("/Width 2 /Height 2 /Filter [/FlateDecode /DCTDecode]", deflated(jpeg)),
    ] {
        let seen = seen_of(text, &data);
        assert_eq!(seen.pictures.len(), 1, "{text}: {:?}", seen.skipped);
        assert_eq!(seen.pictures[0].0, "picture 1");
        assert!(seen.pictures[0].1.starts_with(jpeg), "{text}");
    }
    for (text, reason) in [
        ("/Width 2 /Height 2 /Filter /JPXDecode", Reason::Picture),
        ("/Width 2 /Height 2 /Filter [/ASCII85Decode /JPXDecode]", Reason::Picture),
        ("/Width 2 /Height 2 /Filter [/RL /RL]", Reason::Picture),
        ("/Width 2 /Filter /FlateDecode", Reason::Picture),
        ("/Width 99999999 /Height 99999999 /Filter /FlateDecode", Reason::TooLarge),
        ("/Width 9000 /Height 9000 /ColorSpace /DeviceRGB /Filter /FlateDecode", Reason::TooLarge),
        ("/Width 2 /Height 2 /BitsPerComponent 3 /Filter /FlateDecode", Reason::Picture),
    ] {
        let seen = seen_of(text, &deflated(b"1234"));
        assert_eq!(seen.skipped, [("picture 1".to_owned(), reason)], "{text}");
        assert!(seen.pictures.is_empty() && seen.others.is_empty());
    }
    // What breaks off is handed out as far as it goes, and told.
    let data = deflated(&[255; 400]);
    let text = "/Width 20 /Height 20 /ColorSpace /DeviceGray /Filter /FlateDecode";
    let seen = seen_of(text, &data[..data.len() - 6]);
    assert_eq!((seen.pictures.len(), seen.skipped.len()), (1, 1), "{:?}", seen.skipped);
}

#[test]
fn the_newest_revision_of_an_object_counts() {
    let pdf = b"7 0 obj old endobj 17 0 obj other endobj\n7 0 obj\n new endobj 8 0 obj";
    let objects = Objects::new(pdf);
    let text = |wanted| objects.get(wanted).map(|object| String::from_utf8_lossy(head(object)).into_owned());
    assert_eq!(
        [7, 17, 8, 9].map(text),
        [Some("new "), Some("other "), Some(""), None].map(|text| text.map(str::to_owned))
    );
    assert_eq!((objects.resolved(b"7 0 R /X"), objects.resolved(b"9 0 R")), (&b"new "[..], &b"9 0 R"[..]));
}

#[test]
fn nothing_panics() {
    let space =
        "/ColorSpace [/Indexed /DeviceRGB 1 <ff00000000ff>] /DecodeParms << /Predictor 15 /Columns 2 >>";
    let text = format!("/Width 2 /Height 2 /BitsPerComponent 1 /Filter /FlateDecode {space}");
    let whole = pdf(&text, &deflated(&[1, 2, 3, 4]), &[]);
    for at in 0..whole.len() {
        for byte in [0, b'(', b'<', b'[', b'9', b'/', 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = byte;
            seen(&bytes);
        }
        seen(&whole[..at]);
    }
}
