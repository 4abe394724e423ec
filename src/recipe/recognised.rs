//! Which known program a pasted text is of: by the variables that it alone reads, by its name as a command or as a word.
//!
//! It decides no cause. What it is good for is a pointer to the program's own settings.

use super::{Program, all};

/// The program that speaks, where one is told apart from all others.
#[must_use]
pub fn recognised(text: &str) -> Option<&'static Program> {
    let lower = text.to_ascii_lowercase();
    let mut best: Option<(u32, &'static Program)> = None;
    let mut tied = false;
    for program in all() {
        let grade = own_variables(program, text) * 4 + called(program, &lower) * 3 + named(program, &lower);
        match best {
            _ if grade == 0 => {}
            Some((known, _)) if known > grade => {}
            Some((known, _)) if known == grade => tied = true,
            _ => {
                best = Some((grade, program));
                tied = false;
            }
        }
    }
    best.filter(|_| !tied).map(|(_, program)| program)
}

/// Variables in the text that no other program reads.
fn own_variables(program: &Program, text: &str) -> u32 {
    let alone = |name: &&str| {
        let of = |p: &&Program| p.env.iter().any(|env| env.split(':').next() == Some(*name));
        all().iter().filter(of).count() == 1
    };
    let names = program.env.iter().filter_map(|env| env.split(':').next());
    let found = names.filter(|name| name.len() >= 8).filter(|name| whole_word(text, name)).filter(alone).count();
    u32::try_from(found.min(3)).unwrap_or(3)
}

/// Its word begins a line, behind a prompt: it was typed.
fn called(program: &Program, lower: &str) -> u32 {
    let typed = lower.lines().any(|line| {
        let words = line.trim_start_matches(['$', '>', '+', '#', ' ', '.', '/']).split_whitespace();
        let mut words = words.skip_while(|w| w.contains('=') || matches!(*w, "sudo" | "npx" | "-y" | "uvx" | "bundle" | "exec"));
        words.next().is_some_and(|word| word == program.id || word.starts_with(&format!("{}-", program.id)) && word.len() < 60)
    });
    u32::from(typed)
}

/// Its word stands somewhere, as a word.
fn named(program: &Program, lower: &str) -> u32 {
    // Words of everyday texts about Bitbucket.
    const COMMON: &[&str] = &["pipes", "git-lfs", "gitlab", "jira", "forge"];
    u32::from(program.id.len() >= 5 && !COMMON.contains(&program.id.as_str()) && whole_word(lower, &program.id))
}

fn whole_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    text.match_indices(word).any(|(at, _)| edge(text[..at].chars().next_back()) && edge(text[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_variables_commands_and_names() {
        let says = |text: &str| recognised(text).map(|p| p.id.as_str());
        assert_eq!(says("RENOVATE_PASSWORD=x\nERROR: Authentication failure"), Some("renovate"));
        assert_eq!(says("$ ghorg clone acme --scm=bitbucket"), Some("ghorg"));
        assert_eq!(says("sourcetree says: fatal: Authentication failed"), Some("sourcetree"));
        assert_eq!(says("ATLANTIS_BITBUCKET_TOKEN is set; renovate runs too"), Some("atlantis"));
        assert_eq!(says("BITBUCKET_TOKEN=x\n401 Unauthorized"), None, "many programs read it");
        assert_eq!(says("both renovate and sourcetree fail"), None);
        assert_eq!(says("my-renovate-fork fails"), None);
        assert_eq!(says(""), None);
    }
}
