//! What a bench prints.

use comfy_table::{CellAlignment, Table, presets};

/// The result.
#[expect(clippy::print_stdout, reason = "a benchmark is for people to read")]
pub fn print(text: &str) {
    println!("{text}");
}

/// What is under way, and what went wrong.
#[expect(clippy::print_stderr, reason = "what is under way is no result")]
pub fn complain(text: &str) {
    eprintln!("{text}");
}

/// A table in Markdown. The first column has names, the others have numbers.
pub fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Digits with a comma between each three of them.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number without its fraction, as [`grouped`] writes it.
#[expect(clippy::cast_sign_loss, reason = "rates are not negative")]
pub fn rounded(number: f64) -> String {
    grouped(number.round() as u64)
}
