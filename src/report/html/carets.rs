//! The command with its carets: the block of the human report, its marks in the colour of what they say.
//!
//! The text is the same for eyes, ears and the clipboard; only elements around it are added.

use super::pre;
use crate::report::escape::markup_lines;

/// What a mark below a line says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    /// The fault itself: carets.
    Fault,
    /// What is wrong beside it: dashes.
    Beside,
}

/// The block as `pre`, without its title, which the page has said already, and the bar below that.
pub(super) fn block(text: &str) -> String {
    let mut marks: Vec<(usize, Tone)> = Vec::new();
    let mut out = String::new();
    for line in text.lines().skip(1).skip_while(|line| line.trim() == "|") {
        let Some((gutter, rest)) = line.split_once('|') else {
            out.push_str(&format!("{}\n", markup_lines(line)));
            continue;
        };
        let numbered = gutter.trim().bytes().all(|b| b.is_ascii_digit()) && !gutter.trim().is_empty();
        out.push_str(&format!("<span class=\"gutter\">{}|</span>", markup_lines(gutter)));
        if numbered {
            marks.clear();
            out.push_str(&markup_lines(rest));
        } else {
            let found = runs(rest);
            let own = !found.is_empty();
            if own {
                marks = found;
            }
            out.push_str(&toned(rest, &marks, own));
        }
        out.push('\n');
    }
    pre("The command, with a mark below each wrong word", out.trim_end())
}

/// Where carets and dashes begin, by character.
fn runs(line: &str) -> Vec<(usize, Tone)> {
    let chars: Vec<char> = line.chars().collect();
    let mut found = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let first = at.checked_sub(1).is_none_or(|before| chars[before] != *c);
        // A dash inside a word of a label is none that points.
        let points = at.checked_sub(1).is_none_or(|before| !chars[before].is_alphanumeric() && chars[before] != '[');
        let alone = !chars.get(at + 1).is_some_and(|next| next.is_alphanumeric());
        match c {
            '^' if first => found.push((at, Tone::Fault)),
            '-' if first && points && alone => found.push((at, Tone::Beside)),
            _ => {}
        }
    }
    found
}

/// A line of marks and labels: a mark and what stands behind it on its line in the mark's tone, a label or a connector further
/// down in the tone of the mark above it.
fn toned(line: &str, marks: &[(usize, Tone)], own: bool) -> String {
    let mut parts: Vec<(Option<Tone>, String)> = Vec::new();
    let mut blanks = 2;
    for (at, c) in line.chars().enumerate() {
        let begins = if own { marks.iter().any(|(start, _)| *start == at) } else { c != ' ' && (blanks >= 2 || c == '|') };
        blanks = if c == ' ' { blanks + 1 } else { 0 };
        if begins {
            let above = marks.iter().filter(|(start, _)| *start <= at).max_by_key(|(start, _)| *start);
            parts.push((above.map(|(_, tone)| *tone), String::new()));
        } else if parts.is_empty() {
            parts.push((None, String::new()));
        }
        if let Some((_, part)) = parts.last_mut() {
            part.push(c);
        }
    }
    let element = |(tone, part): &(Option<Tone>, String)| {
        let text = markup_lines(part);
        match tone {
            Some(Tone::Fault) => format!("<b class=\"fault\">{text}</b>"),
            Some(Tone::Beside) => format!("<b class=\"beside\">{text}</b>"),
            None => text,
        }
    };
    parts.iter().map(element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "error[a-b]: t\n  |\n1 | curl -H 'B <i>'\n  |         ^^ --- [x-y]\n  |         |\n  |         goes <so>";

    #[test]
    fn marks_have_the_tone_of_what_they_point_at() {
        let html = block(BLOCK);
        assert!(html.contains("<b class=\"fault\">^^ </b><b class=\"beside\">--- [x-y]</b>"), "{html}");
        assert!(html.contains("<b class=\"fault\">goes &lt;so&gt;</b>"), "{html}");
        assert!(!html.contains("error[") && html.contains("curl -H &#39;B &lt;i&gt;&#39;"), "{html}");
    }

    #[test]
    fn the_text_is_that_of_the_terminal() {
        let html = block(BLOCK);
        let inner = html.split_once('>').map_or("", |(_, rest)| rest);
        let mut text = String::new();
        let mut tag = false;
        for c in inner.chars() {
            match c {
                '<' => tag = true,
                '>' => tag = false,
                c if !tag => text.push(c),
                _ => {}
            }
        }
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'");
        let wanted: Vec<&str> = BLOCK.lines().skip(2).collect();
        assert_eq!(text.trim_end(), wanted.join("\n"));
    }
}
