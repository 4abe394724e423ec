//! Which known program a pasted text is of: by what it alone writes, by the variables that it alone reads, by its name as a
//! command or as a word.
//!
//! It decides no cause. What it is good for is a pointer to the program's own settings.

use super::{Program, all};

/// From here on it is more than a word that stands there.
const SPEAKS: u32 = 3;

/// The program that a text is of, where one is told apart from all others.
#[must_use]
pub fn recognised(text: &str) -> Option<&'static Program> {
    best(text, 1)
}

/// The program that speaks or is called in a text: its name alone is not enough.
#[must_use]
pub fn speaking(text: &str) -> Option<&'static Program> {
    best(text, SPEAKS)
}

fn best(text: &str, least: u32) -> Option<&'static Program> {
    let text = beginning(text);
    let lower = text.to_ascii_lowercase();
    let graded: Vec<(u32, &'static Program)> =
        all().iter().map(|p| (grade(p, text, &lower), p)).filter(|(grade, _)| *grade >= least).collect();
    // A library or a helper is named where no program that stands on it speaks.
    let above: Vec<_> = graded.iter().filter(|(grade, p)| !p.under && *grade >= SPEAKS).collect();
    let chosen: Vec<_> = if above.is_empty() { graded.iter().collect() } else { above };
    let most = chosen.iter().map(|(grade, _)| *grade).max()?;
    let mut first = chosen.iter().filter(|(grade, _)| *grade == most);
    let (_, program) = first.next()?;
    first.next().is_none().then_some(*program)
}

/// A program says who it is early; a long log is not searched to its end.
pub(super) fn beginning(text: &str) -> &str {
    const MOST: usize = 128 * 1024;
    (0..=text.len().min(MOST)).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

fn grade(program: &'static Program, text: &str, lower: &str) -> u32 {
    let says = program.says.iter().filter(|says| whole_word(lower, says)).count();
    let says = u32::try_from(says.min(3)).unwrap_or(3);
    says * 5 + own_variables(program, text) * 4 + called(program, lower) * SPEAKS + named(program, lower)
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

/// Its word begins a line: it was typed. An everyday word needs a prompt before it.
fn called(program: &Program, lower: &str) -> u32 {
    let typed = lower.lines().any(|line| {
        let rest = line.trim_start_matches(['$', '>', '+', '#', '%', ' ', '.', '/']);
        if program.everyday && !line.trim_start().starts_with(['$', '+', '%']) {
            return false;
        }
        let words = rest.split_whitespace();
        let mut words = words.skip_while(|w| w.contains('=') || matches!(*w, "sudo" | "npx" | "-y" | "uvx" | "bundle" | "exec"));
        words
            .next()
            .and_then(|word| word.strip_prefix(program.id.as_str()).filter(|rest| rest.is_empty() || word.len() < 60))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    });
    u32::from(typed)
}

/// Its word stands somewhere, as a word.
fn named(program: &Program, lower: &str) -> u32 {
    let telling = program.id.len() >= 5 && !program.everyday;
    u32::from(telling && whole_word(lower, &program.id))
}

/// Where a word ends, no other goes on; a sign at the edge of what is looked for is an edge itself.
fn whole_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (first, last) = (word.starts_with(part), word.ends_with(part));
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part);
        !(first && before || last && after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Option<&'static str> {
        recognised(text).map(|p| p.id.as_str())
    }

    #[test]
    fn by_variables_commands_and_names() {
        assert_eq!(says("RENOVATE_PASSWORD=x\nERROR: Authentication failure"), Some("renovate"));
        assert_eq!(says("$ ghorg clone acme --scm=bitbucket"), Some("ghorg"));
        assert_eq!(says("sourcetree says: fatal: Authentication failed"), Some("sourcetree"));
        assert_eq!(says("ATLANTIS_BITBUCKET_TOKEN is set; renovate runs too"), Some("atlantis"));
        assert_eq!(says("BITBUCKET_TOKEN=x\n401 Unauthorized"), None, "many programs read it");
        assert_eq!(says("both renovate and sourcetree fail"), None);
        assert_eq!(says("my-renovate-fork fails"), None);
        assert_eq!(says(""), None);
    }

    #[test]
    fn by_what_a_program_writes() {
        for (text, id) in [
            (
                "  File \"atlassian/rest_client.py\", line 436\nrequests.exceptions.HTTPError: 401\n  in atlassian.bitbucket.cloud",
                "atlassian-python-api",
            ),
            (
                "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.bitbucket.org/2.0/user",
                "requests",
            ),
            ("hudson.plugins.git.GitException: Command \"git fetch\" returned status code 128", "jenkins-git"),
            (
                "at com.cloudbees.jenkins.plugins.bitbucket.client.BitbucketCloudApiClient.getRequest\nat hudson.plugins.git.GitSCM",
                "jenkins",
            ),
            (" WARN: Repository has unknown error (repository=acme/app)\n  \"renovateVersion\": \"40.1.3\"", "renovate"),
            ("Dependabot::Clients::Bitbucket::Unauthorized", "dependabot"),
            ("provider registry.terraform.io/drfaust92/bitbucket\n$ terraform apply\nError: 401 Unauthorized", "terraform"),
            ("provider registry.terraform.io/zahiar/bitbucket\n$ terraform apply\nError: 401 Unauthorized", "terraform-zahiar"),
            ("argocd-repo-server: rpc error: code = Unknown desc = authentication required", "argo-cd"),
            ("source-controller: failed to checkout and determine revision", "flux"),
            (
                "go: module bitbucket.org/acme/lib: reading https://api.bitbucket.org/2.0/repositories/acme/lib?fields=scm: 403",
                "go",
            ),
            ("npm ERR! code 128\nnpm ERR! fatal: could not read Username for 'https://bitbucket.org'", "npm"),
            ("[Composer\\Downloader\\TransportException]\nThe file could not be downloaded (HTTP/2 401)", "composer"),
            ("Cloning https://bitbucket.org/acme/lib to /tmp/pip-req-build-x1\nerror: subprocess-exited-with-error", "pip"),
            ("C:\\Users\\anna\\AppData\\Local\\Atlassian\\SourceTree\\git_local", "sourcetree"),
            ("2026-11-20 [git4idea] fatal: Authentication failed", "jetbrains"),
            ("IntelliJ IDEA 2026.2: Invocation failed", "jetbrains"),
            ("[VS Code] fatal: Authentication failed for 'https://bitbucket.org/acme/app.git/'", "vscode"),
            ("trace: run_command: 'git-credential-manager get'", "gcm"),
            ("User-Agent: python-requests/2.32.3\nHTTP/1.1 401", "requests"),
        ] {
            assert_eq!(says(text), Some(id), "{text}");
            assert_eq!(speaking(text).map(|p| p.id.as_str()), Some(id), "{text}");
        }
    }

    #[test]
    fn ordinary_words_are_no_programs() {
        for text in [
            "go to the settings and fork the repository",
            "Go to settings.\nFork it.\nDanger: this deletes it.",
            "the tower of requests makes flux in our cargo",
            "it fails in the test harness and backstage too",
            "I would prefect it if the composer of this text were known",
            "requests to api.bitbucket.org are refused; 401 for all requests",
            "my pipelines run pipes in Bitbucket Pipelines",
            "https://example.com/acme/not-renovatebots/app",
            "a subnpm error-handling page",
            "we use git lfs and git",
        ] {
            assert_eq!(says(text), None, "{text}");
        }
    }
}
