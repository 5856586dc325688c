//! Lines of text that keep to a width.

/// The widest line.
pub const WIDTH: usize = 100;

/// A text of at most `width` characters, its end cut off if need be.
pub fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.into();
    }
    let kept = width.saturating_sub(3);
    text.chars().take(kept).chain("...".chars()).collect()
}

/// The same, cut in the middle: both ends of a name tell it from others.
pub fn cut_middle(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.into();
    }
    let kept = width.saturating_sub(3);
    let head = kept / 2;
    let tail = text.chars().skip(count - (kept - head));
    text.chars().take(head).chain("...".chars()).chain(tail).collect()
}

/// Some words in a line that stops where it is wide enough, and how many are left.
pub fn enumerated<'a>(lead: &str, words: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = words.len();
    let mut line = lead.to_owned();
    for (at, word) in words.enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let word = cut_middle(word, WIDTH / 2);
        // Room for what may have to be said of the rest.
        let room = if at + 1 == count { 0 } else { format!(" and {count} more").len() };
        if at > 0 && line.chars().count() + comma.len() + word.chars().count() + room > WIDTH {
            return format!("{line} and {} more", count - at);
        }
        line = format!("{line}{comma}{word}");
    }
    line
}

/// Breaks a sentence into lines, all but the first indented further.
pub fn wrapped(text: &str) -> String {
    let indent = text.chars().take_while(|letter| *letter == ' ').count();
    let mut lines = vec![" ".repeat(indent)];
    for (at, word) in text.trim_start().split(' ').enumerate() {
        let last = lines.last_mut().expect("there is a first line");
        if at == 0 || last.chars().count() + 1 + word.chars().count() > WIDTH {
            if at > 0 {
                lines.push(" ".repeat(indent + 2));
            }
        } else {
            last.push(' ');
        }
        lines.last_mut().expect("there is a first line").push_str(word);
    }
    lines.iter().map(|line| cut(line, WIDTH)).collect::<Vec<_>>().join("\n")
}

/// Two values that differ, each in at most `width` characters; of long ones that begin alike the part that differs.
pub fn apart(a: &str, b: &str, width: usize) -> String {
    let alike = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let long = a.chars().count().max(b.chars().count()) > width;
    // Some of what is alike tells where the rest begins.
    let skipped = if long { alike.saturating_sub(width / 3) } else { 0 };
    let shown = |text: &str| {
        let rest: String = text.chars().skip(skipped).collect();
        cut(&if skipped > 3 { format!("...{rest}") } else { text.to_owned() }, width)
    };
    format!("{} -> {}", shown(a), shown(b))
}

/// "1 cell", "2 cells".
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
