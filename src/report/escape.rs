//! Text of others, made harmless for where it lands: HTML and XML, Markdown, the commands of a GitHub workflow.
//!
//! Everything is [`text::clean`]ed first, so no control character is left that a format could not bear.

use super::text;

/// For HTML and XML, in elements and in quoted attributes. The characters that XML 1.0 cannot hold are gone.
pub(super) fn markup(foreign: &str) -> String {
    markup_of(&text::clean(foreign))
}

/// The same for several lines.
pub(super) fn markup_lines(foreign: &str) -> String {
    markup_of(&text::clean_lines(foreign))
}

fn markup_of(clean: &str) -> String {
    let mut out = String::with_capacity(clean.len());
    for c in clean.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0, production 2 (Char); the surrogates are no `char`.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A Markdown code span that stands in a table cell too. Nothing in it is read as markup, a mention or a link.
pub(super) fn code(foreign: &str) -> String {
    let clean = text::clean(foreign);
    let clean = clean.trim();
    if clean.is_empty() {
        return String::new();
    }
    // A cell ends at a pipe, in a code span as well, and renderers disagree on how to spell one that does not end it.
    let clean = clean.replace('|', "¦");
    let fence = "`".repeat(longest_run(&clean) + 1);
    let pad = if clean.starts_with('`') || clean.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{clean}{pad}{fence}")
}

/// A Markdown code block.
pub(super) fn block(language: &str, foreign: &str) -> Vec<String> {
    let clean = text::clean_lines(foreign);
    let fence = "`".repeat(longest_run(&clean).max(2) + 1);
    let mut lines = vec![format!("{fence}{language}")];
    lines.extend(clean.lines().map(str::to_owned));
    lines.push(fence);
    lines
}

/// A Markdown sentence: no markup in it works, and a word that could call somebody stands in a code span.
pub(super) fn prose(foreign: &str) -> String {
    let clean = text::clean(foreign);
    let words = clean.split(' ').map(|word| if word.contains('@') { code(word) } else { plain(word) });
    words.collect::<Vec<_>>().join(" ")
}

fn plain(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let link = word.starts_with("https://");
    for c in word.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // In an address an underscore is no emphasis, and a backslash would become a part of it.
            '_' | '~' if link => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// The message of a workflow command.
pub(super) fn message(foreign: &str) -> String {
    text::clean(foreign).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// One line of a message of several, with its blanks.
pub(super) fn line(foreign: &str) -> String {
    text::clean_lines(foreign).replace('%', "%25").replace(['\r', '\n'], " ")
}

/// A property of a workflow command.
pub(super) fn property(foreign: &str) -> String {
    message(foreign).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(
            markup("<script>alert('&')</script>\u{0}\u{b}\u{ffff}"),
            "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt; \u{fffd}"
        );
    }

    #[test]
    fn code_spans_and_blocks_close_where_they_should() {
        assert_eq!(code("a`b``c|d"), "```a`b``c¦d```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" \n "), "");
        assert_eq!(block("", "a\n```\nb"), ["````", "a", "```", "b", "````"]);
    }

    #[test]
    fn prose_is_no_markup() {
        assert_eq!(prose("<b>*x*</b> @all [a](b)"), "&lt;b&gt;\\*x\\*&lt;/b&gt; `@all` \\[a\\](b)");
        assert_eq!(prose("see https://example.com/a_b"), "see https://example.com/a_b");
    }

    #[test]
    fn workflow_commands_stay_one_line() {
        assert_eq!(message("100%\n::set-output name=x::y"), "100%25 :?set-output name=x::y");
        assert_eq!(property("a:b,c%0A"), "a%3Ab%2Cc%250A");
    }
}
