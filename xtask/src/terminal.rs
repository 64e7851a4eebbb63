//! What a person reads: headings, plain lines and loud lines. The only place that prints.

use std::io::Write as _;
use std::time::Duration;

/// A heading over the output that follows.
pub(crate) fn heading(text: &str) {
    line(&format!("\n=== {text}"));
}

/// A plain line. It comes at once, also when the output is a file.
#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
pub(crate) fn line(text: &str) {
    println!("{text}");
    // A reader that has gone away is no reason to stop the work.
    let _ = std::io::stdout().flush();
}

/// A line that must not be overlooked.
pub(crate) fn alarm(text: &str) {
    line("");
    for part in text.lines() {
        line(&format!("!!! {part}"));
    }
}

/// A duration as a person says it.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

/// Rows of text with aligned columns.
pub(crate) fn table(rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            match widths.get_mut(column) {
                Some(width) => *width = (*width).max(cell.chars().count()),
                None => widths.push(cell.chars().count()),
            }
        }
    }
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
        line(&format!("  {}", cells.join("  ").trim_end()));
    }
}
