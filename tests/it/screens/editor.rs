//! Editors: line numbers, tabs, the line of the cursor, a selection, guides and a small map.

use crate::contexts::Rng;

use super::canvas::{Canvas, Pen, long};
use super::rows::{Row, rows, wrap};
use super::terminal::points;
use super::texts::{FILES, file_filler};
use super::theme::Role;
use super::{Look, Scene};

/// A file in which a key stands.
pub(crate) fn file(rng: &mut Rng, look: &Look, key: &str) -> Scene {
    let text = &FILES[rng.below(FILES.len())];
    let (before, after) = (rng.below(14), rng.below(20));
    let mut all = file_filler(rng, before);
    all += &text.fill(rng, key);
    all += &file_filler(rng, after);
    let canvas = draw(rng, look, text.name, &all, Some(key));
    Scene { name: format!("editor: {}", text.name), canvas, family: look.family }
}

/// What an editor shows besides the text, at random.
struct Trim {
    tabs: f32,
    status: f32,
    gutter: f32,
    map: f32,
    pitch: f32,
    cursor: bool,
    selected: bool,
    guides: bool,
}

/// An editor in which the file `name` is open.
pub(crate) fn draw(rng: &mut Rng, look: &Look, name: &str, text: &str, key: Option<&str>) -> Canvas {
    let text = text.replace('\t', "    ");
    let lines = rows(&text, key);
    let longest = lines.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let marked = lines.iter().find(|row| row.is_marked()).map(Row::marked);
    let lines = match marked {
        Some(key) if look.wrap => {
            let columns = (key.start + rng.within(4..=key.len() - 4)).max(28);
            wrap(lines, columns, [0, 2, 4][rng.below(3)])
        }
        _ => lines,
    };
    let pen = Pen {
        font: &look.family.font,
        size: points(look),
        colour: look.theme.ink(Role::Plain),
        snap: look.snap,
    };
    let letter = pen.advance(look.factor, '0');
    let trim = Trim {
        tabs: if rng.one_in(3) { 0.0 } else { 35.0 },
        status: if rng.one_in(2) { 0.0 } else { 22.0 },
        gutter: if rng.one_in(5) { 8.0 } else { letter * 5.0 },
        map: if rng.one_in(3) { 70.0 } else { 0.0 },
        pitch: (points(look) * [1.3, 1.4, 1.5, 1.6][rng.below(4)]).round(),
        cursor: rng.one_in(3),
        selected: rng.one_in(5),
        guides: rng.one_in(2),
    };
    let shown = lines.iter().map(|row| row.cells.len()).max().unwrap_or(0).min(longest) + rng.within(1..=16);
    let width = trim.gutter + letter * long(shown) + trim.map;
    let height = trim.tabs + trim.status + trim.pitch * long(lines.len()) + 6.0;
    let mut canvas = Canvas::new(width.max(220.0), height, look.factor, look.smoothing, look.theme.back());
    bars(&mut canvas, look, &trim, name);
    for (number, row) in lines.iter().enumerate() {
        let top = trim.tabs + 3.0 + trim.pitch * long(number);
        line(&mut canvas, look, &trim, &pen, (row, top));
    }
    canvas
}

fn bars(canvas: &mut Canvas, look: &Look, trim: &Trim, name: &str) {
    let (width, height) = (canvas.width(), canvas.height());
    let pen = Pen { font: &look.chrome.font, size: 13.0, colour: look.theme.ink(Role::Plain), snap: false };
    if trim.tabs > 0.0 {
        canvas.fill((0.0, 0.0), (width, trim.tabs), look.theme.chrome());
        canvas.fill((0.0, 0.0), (pen.width(look.factor, name) + 48.0, trim.tabs), look.theme.back());
        canvas.write(&pen, (24.0, 22.0), name, false);
    }
    if trim.status > 0.0 {
        canvas.fill((0.0, height - trim.status), (width, trim.status), image::Rgb([0, 122, 204]));
        let pen = pen.with(image::Rgb([255, 255, 255]));
        canvas.write(&pen, (10.0, height - 7.0), "main*   0 errors   Ln 12, Col 4   UTF-8", false);
    }
}

fn line(canvas: &mut Canvas, look: &Look, trim: &Trim, pen: &Pen<'_>, (row, top): (&Row, f32)) {
    let width = canvas.width() - trim.map;
    let y = top + trim.pitch.midpoint(points(look) * 0.7);
    let letter = pen.advance(look.factor, '0');
    if row.is_marked() && trim.cursor {
        canvas.fill((0.0, top), (width, trim.pitch), look.theme.line());
    }
    if row.is_marked() && trim.selected {
        let key = row.marked();
        let left = trim.gutter + pen.width(look.factor, &row.text(0..key.start));
        let selected = pen.width(look.factor, &row.text(key));
        canvas.fill((left, top), (selected, trim.pitch), look.theme.selection());
    }
    if trim.guides {
        let indent = row.cells.iter().take_while(|cell| cell.letter == ' ').count();
        for step in (0..indent).step_by(4) {
            canvas.fill((trim.gutter + letter * long(step), top), (1.0, trim.pitch), look.theme.selection());
        }
    }
    if trim.gutter > 8.0 && !row.goes_on {
        let number = pen.with(look.theme.ink(Role::Comment));
        canvas.write(&number, (letter, y), &format!("{:>3}", row.line + 1), false);
    }
    row.draw(canvas, pen, look.theme, (trim.gutter, y));
    if trim.map > 0.0 {
        let length = long(row.cells.len()).min(60.0);
        let at = (width + 4.0, trim.tabs + (top - trim.tabs) / trim.pitch * 2.0);
        canvas.fill((width, top), (trim.map, trim.pitch), look.theme.back());
        canvas.fill(at, (length, 1.0), look.theme.ink(Role::Comment));
    }
}
