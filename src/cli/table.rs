//! Rows in columns, and texts of the API made fit to be shown.
//!
//! What is in the rows is the business of the commands.

use baseleak::render::terminal::sanitise;

use super::conceal::concealed;

/// A text that the API gave, as it may be shown in one line.
pub(crate) fn cell(text: &str) -> String {
    sanitise(&concealed(text)).into_owned()
}

/// `rows` under `head`, each column as wide as its widest cell.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain([head[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let head: Vec<String> = head.iter().map(|&word| word.to_owned()).collect();
    let mut text = String::new();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows =
            [vec!["a".to_owned(), "\u{e9}\u{e9}\u{e9}".to_owned()], vec!["long".to_owned(), String::new()]];
        assert_eq!(table(&["X", "Y"], &rows), "X     Y\na     \u{e9}\u{e9}\u{e9}\nlong\n");
    }
}
