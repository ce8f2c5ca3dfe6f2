//! Tables that fit the terminal: where the cells of a row are too long for it, the widest columns become narrower and their cells take
//! several lines.

/// The space between columns.
const GAP: usize = 2;
/// The width below which no column is made narrower.
const NARROWEST: usize = 12;

/// Writes rows with aligned columns. Without a width, every row is one line.
pub(super) fn table<const N: usize>(rows: &[[String; N]], indent: usize, width: Option<usize>) -> String {
    let mut widths = [0usize; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    if let Some(width) = width {
        narrow(&mut widths, width.saturating_sub(indent + GAP * (N - 1)));
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<Vec<String>> =
            row.iter().zip(widths).map(|(cell, width)| wrapped(cell, width)).collect();
        let lines = cells.iter().map(Vec::len).fold(1, usize::max);
        for line in 0..lines {
            let parts = cells.iter().zip(widths).map(|(cell, width)| {
                let part = cell.get(line).map_or("", String::as_str);
                format!("{part:width$}")
            });
            let line = parts.collect::<Vec<_>>().join(&" ".repeat(GAP));
            out.push_str(&format!("{:indent$}{}\n", "", line.trim_end()));
        }
    }
    out
}

/// Makes the widest columns narrower until all fit into a width, or none can be narrower.
fn narrow(widths: &mut [usize], most: usize) {
    while widths.iter().sum::<usize>() > most {
        let over = widths.iter().sum::<usize>() - most;
        let widest = widths.iter().copied().fold(0, usize::max);
        let next = widths.iter().copied().filter(|width| *width < widest).fold(NARROWEST, usize::max);
        let Some(column) = widths.iter_mut().find(|width| **width == widest && **width > NARROWEST) else {
            return;
        };
        // A single widest column goes down to the next one at once.
        *column = widest.saturating_sub(over).max(next.min(widest - 1)).max(NARROWEST);
    }
}

/// Breaks a text into pieces of a width, if possible after a separator.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let mut lines = Vec::new();
    while width > 0
        && letters.len() > width
        && let Some(fits) = letters.get(..width)
    {
        let after = fits.iter().rposition(|letter| matches!(letter, ' ' | ',' | '/' | ':'));
        // A piece is at least half full.
        let end = after.map(|place| place + 1).filter(|end| *end > width / 2).unwrap_or(width);
        let rest = letters.split_off(end);
        lines.push(letters.iter().collect::<String>().trim_end().to_owned());
        letters = rest.into_iter().skip_while(|letter| *letter == ' ').collect();
    }
    lines.push(letters.into_iter().collect());
    lines
}

#[cfg(test)]
mod tests {
    use super::table;

    fn rows() -> [[String; 3]; 2] {
        [
            ["#", "PRINCIPAL", "ACTIONS"],
            ["#1", "arn:aws:iam::111122223333:role/etl", "s3:GetObject, s3:PutObject"],
        ]
        .map(|row| row.map(str::to_owned))
    }

    #[test]
    fn rows_are_lines_where_there_is_room() {
        let whole = "#   PRINCIPAL                           ACTIONS\n\
                     #1  arn:aws:iam::111122223333:role/etl  s3:GetObject, s3:PutObject\n";
        for width in [None, Some(66), Some(500)] {
            assert_eq!(table(&rows(), 0, width), whole);
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_letter_is_lost() {
        let all = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        let whole = all(&table(&rows(), 0, None));
        for width in 32..70 {
            let narrow = table(&rows(), 2, Some(width));
            assert!(narrow.lines().all(|line| line.chars().count() <= width), "{width}:\n{narrow}");
            assert_eq!(all(&narrow), whole, "{narrow}");
        }
        // A terminal without room for anything gets the narrowest columns.
        assert_eq!(all(&table(&rows(), 0, Some(1))), whole);
    }
}
