//! Pages: developer tools of a browser, a settings page, a notebook.

use baseleak::model::Region;
use image::Rgb;

use crate::contexts::Rng;
use crate::contexts::rng::LOWER_ALNUM;
use crate::contexts::words::word;

use super::canvas::{Canvas, Pen, long};
use super::rows::rows;
use super::terminal::points;
use super::theme::{Role, Theme};
use super::{Look, Scene};

/// Writes `text`, in which `key` is marked; returns where it ends.
fn marked(canvas: &mut Canvas, pen: &Pen<'_>, (x, y): (f32, f32), text: &str, key: &str) -> f32 {
    let Some((before, after)) = text.split_once(key) else {
        return canvas.write(pen, (x, y), text, false);
    };
    let x = canvas.write(pen, (x, y), before, false);
    let x = canvas.write(pen, (x, y), key, true);
    canvas.write(pen, (x, y), after, false)
}

/// Like [`marked`], but broken at `width`; returns how many lines it took.
fn flowed(
    canvas: &mut Canvas,
    pen: &Pen<'_>,
    (x, y): (f32, f32),
    (width, pitch): (f32, f32),
    (text, key): (&str, &str),
) -> usize {
    let at = text.find(key).map_or(text.len()..text.len(), |at| at..at + key.len());
    let mut marks: Vec<Region> = Vec::new();
    let (mut line, mut left) = (0, x);
    let mut fresh = true;
    for (index, letter) in text.char_indices() {
        let advance = pen.advance(canvas.factor, letter);
        if left + advance > x + width {
            (line, left, fresh) = (line + 1, x, true);
        }
        let before = canvas.marks.len();
        left = canvas.write(pen, (left, y + pitch * long(line)), &letter.to_string(), at.contains(&index));
        for mark in canvas.marks.drain(before..).collect::<Vec<_>>() {
            match marks.last_mut() {
                Some(last) if !fresh => *last = last.join(mark),
                _ => marks.push(mark),
            }
            fresh = false;
        }
    }
    canvas.marks.extend(marks);
    line + 1
}

fn pen(look: &Look, role: Role, mono: bool) -> Pen<'static> {
    let family = if mono { look.family } else { look.chrome };
    Pen { font: &family.font, size: points(look), colour: look.theme.ink(role), snap: look.snap }
}

/// The request headers of a browser's developer tools, or its console.
pub(crate) fn tools(rng: &mut Rng, look: &Look, key: &str) -> Scene {
    let console = rng.one_in(3);
    let pitch = (points(look) * 1.6).round();
    let width = if look.wrap { 460.0 } else { 900.0 } * points(look) / 14.0;
    let mut canvas = Canvas::new(width, pitch * 17.0, look.factor, look.smoothing, look.theme.back());
    let (name, value) = (pen(look, Role::Keyword, false), pen(look, Role::Plain, false));
    canvas.fill((0.0, 0.0), (width, pitch * 1.3), look.theme.chrome());
    canvas.write(&value, (12.0, pitch), "Elements   Console   Sources   Network   Application", false);
    let mut y = pitch * 2.6;
    if console {
        let mono = pen(look, Role::Literal, true);
        let lines = [
            format!("> fetch('https://model-{}.api.baseten.co/predict',", rng.string(LOWER_ALNUM, 8)),
            format!("    {{headers: {{'Authorization': 'Api-Key {key}'}}}})"),
            "< Promise {<pending>}".to_owned(),
            format!("Access to fetch has been blocked by CORS policy: {} {}", word(rng), word(rng)),
        ];
        for line in lines {
            let count = flowed(&mut canvas, &mono, (12.0, y), (width - 24.0, pitch), (&line, key));
            y += pitch * long(count);
        }
        return Scene { name: "tools: console".to_owned(), canvas, family: look.family };
    }
    canvas.write(&value, (12.0, y), "▼ Request Headers", false);
    let column = pen(look, Role::Plain, false).width(look.factor, "access-control-request-m");
    let pairs = [
        (":authority:", format!("model-{}.api.baseten.co", rng.string(LOWER_ALNUM, 8))),
        (":method:", "POST".to_owned()),
        ("accept:", "*/*".to_owned()),
        ("accept-encoding:", "gzip, deflate, br, zstd".to_owned()),
        ("authorization:", format!("{} {key}", rng.pick(&["Api-Key", "Bearer"]))),
        ("content-length:", rng.below(9000).to_string()),
        ("content-type:", "application/json".to_owned()),
        ("origin:", format!("https://{}.example.com", word(rng))),
        ("referer:", format!("https://{}.example.com/{}", word(rng), word(rng))),
    ];
    for (header, text) in pairs {
        y += pitch;
        canvas.write(&name, (24.0, y), header, false);
        let room = (width - column - 40.0, pitch);
        let count = flowed(&mut canvas, &value, (column + 24.0, y), room, (&text, key));
        y += pitch * long(count - 1);
    }
    Scene { name: "tools: headers".to_owned(), canvas, family: look.chrome }
}

/// A page on which a key was just made.
pub(crate) fn settings(rng: &mut Rng, look: &Look, key: &str) -> Scene {
    let mono = rng.one_in(2);
    let pitch = (points(look) * 1.7).round();
    let text = pen(look, Role::Plain, false);
    let box_pen = pen(look, Role::Plain, mono);
    let key_width = box_pen.width(look.factor, key);
    let width = key_width + 150.0;
    let mut canvas = Canvas::new(width, pitch * 11.0, look.factor, look.smoothing, look.theme.back());
    let heading = Pen { size: points(look) * 1.5, ..text };
    canvas.write(&heading, (20.0, pitch * 1.6), "Baseten API keys", false);
    let faint = pen(look, Role::Comment, false);
    canvas.write(&faint, (20.0, pitch * 3.0), "Copy your API key now. You will not see it again.", false);
    let (top, size) = (pitch * 3.8, (key_width + 24.0, pitch * 1.5));
    canvas.fill((20.0, top), size, look.theme.line());
    canvas.frame((20.0, top), size, look.theme.selection());
    marked(&mut canvas, &box_pen, (32.0, top + pitch), key, key);
    canvas.fill((size.0 + 30.0, top), (70.0, size.1), Rgb([12, 110, 70]));
    canvas.write(&text.with(Rgb([255, 255, 255])), (size.0 + 42.0, top + pitch), "Copy", false);
    for line in 0..3 {
        let y = pitch * (7.0 + long(line) * 1.1);
        let row =
            format!("{}****   {}-{}   Oct {}", rng.string(LOWER_ALNUM, 8), word(rng), word(rng), 1 + line);
        canvas.write(&faint, (20.0, y), &row, false);
    }
    let family = if mono { look.family } else { look.chrome };
    Scene { name: "settings".to_owned(), canvas, family }
}

/// A notebook: a cell, and what it printed.
pub(crate) fn notebook(rng: &mut Rng, look: &Look, key: &str) -> Scene {
    let printed = rng.one_in(2);
    let code = if printed {
        "import os\nos.environ['BASETEN_API_KEY']".to_owned()
    } else {
        format!("import os\nos.environ['BASETEN_API_KEY'] = '{key}'\n{}({})", word(rng), word(rng))
    };
    let output = if printed { format!("'{key}'") } else { format!("<{} at 0x7f3c>", word(rng)) };
    let pitch = (points(look) * 1.4).round();
    let mono = pen(look, Role::Plain, true);
    let (code, output) = (rows(&code, Some(key)), rows(&output, Some(key)));
    let longest = code.iter().chain(&output).map(|row| row.cells.len()).max().unwrap_or(0);
    let left = mono.width(look.factor, "Out[12]: ") + 10.0;
    let width = left + mono.advance(look.factor, '0') * (long(longest) + 4.0);
    let height = pitch * (long(code.len() + output.len()) + 6.0);
    let theme: &Theme = look.theme;
    let mut canvas = Canvas::new(width, height, look.factor, look.smoothing, theme.back());
    let text = pen(look, Role::Plain, false);
    canvas.write(&text, (left, pitch * 1.4), "Call a model on Baseten", false);
    let mut y = pitch * 2.2;
    canvas.fill((left - 6.0, y), (width - left, pitch * (long(code.len()) + 0.8)), theme.line());
    canvas.frame((left - 6.0, y), (width - left, pitch * (long(code.len()) + 0.8)), theme.selection());
    y += pitch * 1.1;
    canvas.write(&mono.with(theme.ink(Role::Function)), (6.0, y), "In [12]:", false);
    for row in &code {
        row.draw(&mut canvas, &mono, theme, (left, y));
        y += pitch;
    }
    y += pitch;
    canvas.write(&mono.with(theme.ink(Role::Number)), (6.0, y), "Out[12]:", false);
    for row in &output {
        row.draw(&mut canvas, &mono, theme, (left, y));
        y += pitch;
    }
    let name = if printed { "notebook: output" } else { "notebook: cell" };
    Scene { name: name.to_owned(), canvas, family: look.family }
}
