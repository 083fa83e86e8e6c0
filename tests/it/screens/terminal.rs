//! Terminals: a window with or without a bar, sessions in it, lines that break at its width.

use crate::contexts::Rng;

use super::canvas::{Canvas, Pen, long};
use super::rows::{Row, rows, wrap};
use super::texts::{SESSIONS, session_filler};
use super::theme::Role;
use super::{Look, Scene};

/// A session in which a key is shown.
pub(crate) fn session(rng: &mut Rng, look: &Look, key: &str) -> Scene {
    let text = &SESSIONS[rng.below(SESSIONS.len())];
    let (before, after) = (rng.below(14), rng.below(10));
    let mut all = session_filler(rng, before);
    all += &text.fill(rng, key);
    if after > 0 {
        all.push('\n');
        all += &session_filler(rng, after);
    }
    let canvas = draw(rng, look, &all, Some(key));
    Scene { name: format!("terminal: {}", text.name), canvas, family: look.family }
}

/// A terminal that shows `text`.
pub(crate) fn draw(rng: &mut Rng, look: &Look, text: &str, key: Option<&str>) -> Canvas {
    let lines = rows(text, key);
    let longest = lines.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let columns = columns(rng, look, &lines, longest);
    let lines = wrap(lines, columns, 0);

    let pen =
        Pen { font: &look.family.font, size: points(look), colour: look.theme.ink(Role::Plain), snap: true };
    let pitch = (points(look) * [1.15, 1.2, 1.3, 1.45][rng.below(4)]).round();
    let (margin, bar) = (long(rng.within(2..=14)), if rng.one_in(2) { 28.0 } else { 0.0 });
    let width = pen.advance(look.factor, '0') * long(columns) + 2.0 * margin;
    let height = bar + pitch * long(lines.len()) + 2.0 * margin;
    let mut canvas = Canvas::new(width.max(160.0), height, look.factor, look.smoothing, look.theme.back());
    if bar > 0.0 {
        title(&mut canvas, look, bar);
    }
    for (number, row) in lines.iter().enumerate() {
        let y = bar + margin + pitch * long(number) + pitch.midpoint(points(look) * 0.7);
        let x = row.draw(&mut canvas, &pen, look.theme, (margin, y));
        if number + 1 == lines.len() {
            // The cursor.
            canvas.fill(
                (x, y - points(look) * 0.8),
                (points(look) * 0.6, points(look)),
                look.theme.ink(Role::Plain),
            );
        }
    }
    canvas
}

/// How wide the window is in letters: the key is broken at its edge, or nothing near it is.
fn columns(rng: &mut Rng, look: &Look, lines: &[Row], longest: usize) -> usize {
    let marked = lines.iter().find(|row| row.is_marked()).map(Row::marked);
    match marked {
        Some(key) if look.wrap => {
            // From 3 letters on the first line to 3 on the second; too narrow a window breaks it twice.
            let first = rng.within(3..=key.len() - 3);
            (key.start + first).max(24)
        }
        _ => longest + rng.within(1..=24),
    }
}

/// The bar of a window.
fn title(canvas: &mut Canvas, look: &Look, height: f32) {
    let width = canvas.width();
    canvas.fill((0.0, 0.0), (width, height), look.theme.chrome());
    for (index, colour) in [[255, 95, 86], [255, 189, 46], [39, 201, 63]].into_iter().enumerate() {
        canvas.fill((10.0 + 20.0 * long(index), 8.0), (12.0, 12.0), image::Rgb(colour));
    }
    let pen = Pen { font: &look.chrome.font, size: 13.0, colour: look.theme.ink(Role::Comment), snap: false };
    canvas.write(&pen, (width / 2.0 - 60.0, 18.0), "dev — zsh — 80x24", false);
}

/// Height of the em.
pub(crate) fn points(look: &Look) -> f32 {
    super::canvas::wide(look.points)
}
