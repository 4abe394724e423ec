//! What a host's name tells where it is none of Bitbucket's: a slip of the pen, or a service that everybody knows.
//!
//! `api.bitbuket.org` or `bitbucket.com` is not another service whose answer was read by mistake, and no server of Data Center:
//! somebody meant Bitbucket Cloud. Only names are looked at; who answers there is not known (fact `website` has the real ones).

use alloc::vec::Vec;

/// Services that answer requests which mention Bitbucket, and are known not to be it: other hosts of code, registries and
/// checksum databases of package managers.
const OTHER_SERVICES: &[&str] = &[
    "github.com",
    "githubusercontent.com",
    "gitlab.com",
    "codeberg.org",
    "dev.azure.com",
    "visualstudio.com",
    "golang.org",
    "npmjs.org",
    "npmjs.com",
    "yarnpkg.com",
    "pypi.org",
    "packagist.org",
    "rubygems.org",
    "crates.io",
    "docker.io",
    "docker.com",
    "maven.org",
    "hooks.slack.com",
];

/// The registered name of Bitbucket Cloud.
const OURS: &str = "bitbucket.org";

/// Endings that people write for `.org` and that exist: a server of somebody's own may have such a name.
const ENDINGS: &[&str] = &["com", "io", "net", "co", "dev", "cloud"];

/// Endings that people write for `.org` and that nobody has.
const NO_ENDINGS: &[&str] = &["og", "ogr", "orgs"];

/// Whether `name`, in lower case and without a port, was meant for Bitbucket Cloud: one character lost, added, changed or two
/// neighbours exchanged in its registered name, or another ending.
pub(crate) fn is_slip(name: &str) -> bool {
    let bare = bare(name);
    if bare == OURS {
        return false;
    }
    let ending = bare.strip_prefix("bitbucket.");
    let other_ending = ending.is_some_and(|ending| ENDINGS.contains(&ending) || NO_ENDINGS.contains(&ending));
    // `apibitbucket.org`, `api-bitbucket.org`: the dot was lost.
    let joined = matches!(bare, "apibitbucket.org" | "api-bitbucket.org" | "wwwbitbucket.org");
    other_ending || joined || one_edit_apart(bare.as_bytes(), OURS.as_bytes())
}

/// Whether a slip may as well be the name of somebody's own server.
pub(crate) fn may_be_ones_own(name: &str) -> bool {
    bare(name).strip_prefix("bitbucket.").is_some_and(|ending| ENDINGS.contains(&ending))
}

/// The registered name of one of Bitbucket's hosts, or of what was meant for one.
fn bare(name: &str) -> &str {
    let bare = ["api.", "www.", "ssh."].iter().find_map(|sub| name.strip_prefix(sub)).unwrap_or(name);
    bare.trim_end_matches('.')
}

/// Whether `name`, in lower case and without a port, is of a service that is known to be another one.
pub(crate) fn is_another_service(name: &str) -> bool {
    OTHER_SERVICES.iter().any(|known| name == *known || name.strip_suffix(known).is_some_and(|sub| sub.ends_with('.')))
}

/// Whether one insertion, deletion, substitution or exchange of neighbours makes one of the other.
fn one_edit_apart(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (&short[same..], &long[same..]);
    match long.len() - short.len() {
        0 => {
            let differ: Vec<usize> = (0..long.len()).filter(|&i| short[i] != long[i]).collect();
            match differ.as_slice() {
                [_] => true,
                [i, j] => i + 1 == *j && short[*i] == long[*j] && short[*j] == long[*i],
                _ => false,
            }
        }
        1 => short == &long[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_another_service, is_slip};

    #[test]
    fn slips_are_told_from_other_names() {
        let slips = [
            "bitbuket.org",
            "api.bitbuket.org",
            "bitbuckett.org",
            "bitbucekt.org",
            "bitbucket.com",
            "api.bitbucket.com",
            "bitbucket.io",
            "api.bitbucket.orq",
            "bitbuckt.org",
            "www.bitbucket.net",
            "bitbucket.og",
            "apibitbucket.org",
        ];
        for name in slips {
            assert!(is_slip(name), "{name}");
        }
        let others = [
            "bitbucket.org",
            "api.bitbucket.org",
            "www.bitbucket.org",
            "ssh.bitbucket.org",
            "bitbucket.example.com",
            "bitbucket.corp",
            "bucket.org",
            "github.com",
            "bitbucket",
            "mybitbucket.org",
            "api.bitbucket.example.org",
            "",
        ];
        for name in others {
            assert!(!is_slip(name), "{name}");
        }
    }

    #[test]
    fn known_services_are_known_by_their_whole_name() {
        for name in ["github.com", "api.github.com", "sum.golang.org", "registry.npmjs.org"] {
            assert!(is_another_service(name), "{name}");
        }
        for name in ["notgithub.com", "github.com.example.org", "bitbucket.org", ""] {
            assert!(!is_another_service(name), "{name}");
        }
    }
}
