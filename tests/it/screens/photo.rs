//! Pictures that are no screens: gradients, clouds, blobs, lights, bricks, fences, leaves,
//! stripes, and drawings such as charts. Some have rows that look like lines of text from afar.

use image::{Rgb, RgbImage};

use crate::contexts::Rng;

use super::canvas::{cut, long, shade, wide};

/// A painter: the colour at a place, from 0 to 1 each way.
type Painter = Box<dyn Fn(f32, f32) -> [f32; 3]>;

/// The kinds of pictures, by their names in reports.
pub(crate) const KINDS: [&str; 12] = [
    "gradient",
    "clouds",
    "landscape",
    "blobs",
    "lights",
    "bricks",
    "fence",
    "leaves",
    "stripes",
    "fabric",
    "bars",
    "curves",
];

/// A picture of one of [`KINDS`].
pub(crate) fn picture(rng: &mut Rng, kind: &str) -> RgbImage {
    let (width, height) =
        [(640, 480), (800, 533), (1024, 768), (600, 900), (1280, 720), (512, 512)][rng.below(6)];
    let painter = painter(rng, kind);
    let grain = [0.0, 2.0, 6.0, 14.0][rng.below(4)];
    let mut image = RgbImage::new(width, height);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let colour = painter(wide(x) / wide(width), wide(y) / wide(height));
        let noise = (dice(x, y, 77) - 0.5) * 2.0 * grain;
        *pixel = Rgb(colour.map(|part| shade((part * 255.0 + noise).clamp(0.0, 255.0))));
    }
    image
}

fn painter(rng: &mut Rng, kind: &str) -> Painter {
    let (one, two, three) = (colour(rng), colour(rng), colour(rng));
    let salt = u32::try_from(rng.below(1 << 20)).expect("it is small");
    let size = long(rng.within(6..=40));
    match kind {
        "gradient" => Box::new(move |x, y| mix(mix(one, two, x), three, y)),
        "clouds" => Box::new(move |x, y| mix(one, two, clouds(x * size / 4.0, y * size / 4.0, salt))),
        "landscape" => Box::new(move |x, y| {
            let ridge = 0.35 + 0.3 * clouds(x * 4.0, 0.5, salt);
            let texture = clouds(x * 40.0, y * 40.0, salt + 1);
            if y < ridge { mix(one, [1.0; 3], 1.0 - y) } else { mix(two, three, texture) }
        }),
        "blobs" | "lights" => {
            let glow = kind == "lights";
            let spots = spots(rng, if glow { 60 } else { 25 });
            Box::new(move |x, y| {
                let mut out = if glow { one.map(|part| part * 0.15) } else { one };
                for &(left, top, radius, tint) in &spots {
                    let away = (x - left).hypot(y - top) / radius;
                    let cover = if glow { 0.6 } else { 1.0 - away * 0.5 };
                    if away < 1.0 {
                        out = mix(out, tint, cover);
                    }
                }
                out
            })
        }
        _ => pattern(kind, (one, two, three), salt, size),
    }
}

/// Things that repeat, and drawings.
fn pattern(kind: &str, (one, two, three): ([f32; 3], [f32; 3], [f32; 3]), salt: u32, size: f32) -> Painter {
    match kind {
        "bricks" => Box::new(move |x, y| {
            let row = (y * size).floor();
            let shift = if cut(row).is_multiple_of(2) { 0.0 } else { 0.5 };
            let (left, top) = ((x * size / 2.0 + shift).fract(), (y * size).fract());
            let tone = dice(cut(x * size / 2.0 + shift), cut(row), salt);
            if left < 0.06 || top < 0.12 {
                three
            } else {
                mix(one, two, tone * 0.6 + 0.3 * clouds(x * 60.0, y * 60.0, salt))
            }
        }),
        "fence" => Box::new(move |x, y| {
            let bar = (x * size * 1.7).fract() < 0.45 || (y * 5.0).fract() < 0.08;
            if bar { one } else { mix(two, three, clouds(x * 9.0, y * 9.0, salt)) }
        }),
        "leaves" => Box::new(move |x, y| {
            let tone = clouds(x * 30.0, y * 30.0, salt);
            if clouds(x * 90.0, y * 90.0, salt + 3) > 0.55 {
                mix(one, [0.0; 3], 0.6)
            } else {
                mix(two, three, tone)
            }
        }),
        "stripes" => Box::new(move |x, y| {
            // Rows of dark marks with gaps: text from afar.
            let row = (y * size).fract() < 0.5;
            let mark = dice(cut(x * size * 6.0), cut(y * size), salt) > 0.4;
            if row && mark { one } else { two }
        }),
        "fabric" => Box::new(move |x, y| {
            let weave = ((x * size * 8.0).sin() * (y * size * 8.0).sin()).midpoint(1.0);
            mix(one, two, weave * 0.7 + 0.3 * clouds(x * 50.0, y * 50.0, salt))
        }),
        "bars" => Box::new(move |x, y| {
            let bar = dice(cut(x * size), 0, salt);
            let line = (y * 8.0).fract() < 0.02;
            if (x * size).fract() < 0.7 && 1.0 - y < bar {
                one
            } else if line {
                [0.8; 3]
            } else {
                [1.0; 3]
            }
        }),
        _ => Box::new(move |x, y| {
            let curve = 0.5 + 0.4 * (clouds(x * 8.0, 0.3, salt) - 0.5) * 2.0;
            if (y - curve).abs() < 0.006 {
                one
            } else if (x * 10.0).fract() < 0.01 {
                [0.85; 3]
            } else {
                [1.0; 3]
            }
        }),
    }
}

fn spots(rng: &mut Rng, count: usize) -> Vec<(f32, f32, f32, [f32; 3])> {
    let mut part = |scale: f32| long(rng.below(1000)) / 1000.0 * scale;
    (0..count).map(|_| (part(1.0), part(1.0), 0.02 + part(0.12), [part(1.0), part(1.0), part(1.0)])).collect()
}

fn colour(rng: &mut Rng) -> [f32; 3] {
    [(); 3].map(|()| long(rng.below(256)) / 255.0)
}

fn mix(one: [f32; 3], other: [f32; 3], share: f32) -> [f32; 3] {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|part| one[part] + (other[part] - one[part]) * share)
}

/// A number from 0 to 1 that belongs to a place.
fn dice(x: u32, y: u32, salt: u32) -> f32 {
    let mut bits = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ salt.wrapping_mul(0xC2B2_AE3D);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2C1B_3C6D);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297A_2D39);
    wide((bits ^ (bits >> 15)) >> 8) / wide(1 << 24)
}

/// Smooth noise of five octaves, from 0 to 1.
fn clouds(x: f32, y: f32, salt: u32) -> f32 {
    let (mut sum, mut weight, mut scale) = (0.0, 0.5, 1.0);
    for octave in 0..5 {
        let (left, top) = (x * scale, y * scale);
        let (column, row) = (cut(left), cut(top));
        let (right, down) = (smooth(left.fract()), smooth(top.fract()));
        let corner = |dx: u32, dy: u32| dice(column + dx, row + dy, salt + octave);
        let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * right;
        let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * right;
        sum += weight * (upper + (lower - upper) * down);
        (weight, scale) = (weight / 2.0, scale * 2.0);
    }
    sum
}

fn smooth(part: f32) -> f32 {
    part * part * (3.0 - 2.0 * part)
}
