//! From what is asked to the URL that is sent. A path is data: whatever stands in it, it stays below the base URL.

use bbdoctor_checks::{Ask, GitService};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;

/// What cannot stand in a path as it is. `%` is dealt with apart: a path may come percent-encoded.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'^')
    .add(b'|');
/// The same for a query.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'').add(b'`').add(b'\\');

/// The URL of a question.
///
/// # Errors
/// Why it is not sent: it would leave the base URL.
pub(super) fn of(ask: &Ask, api: &Url, git: &Url) -> Result<Url, String> {
    match ask {
        Ask::Api(text) => {
            let (path, query) = text.split_once('?').map_or((text.as_str(), None), |(path, query)| (path, Some(query)));
            let Some(path) = path.strip_prefix('/') else { return Err(format!("not sent: `{}` is no path", shown(text))) };
            below(api, &path.split('/').collect::<Vec<_>>(), query)
        }
        Ask::GitRefs(repo, service) => {
            let slug = repo.strip_suffix(".git").unwrap_or(repo);
            let mut segments: Vec<&str> = slug.split('/').collect();
            if segments.len() < 2 || segments.iter().any(|segment| segment.is_empty()) {
                return Err(format!("not sent: `{}` is no repository", shown(repo)));
            }
            let last = format!("{}.git", segments.pop().unwrap_or_default());
            segments.extend([last.as_str(), "info", "refs"]);
            let service = match service {
                GitService::UploadPack => "git-upload-pack",
                GitService::ReceivePack => "git-receive-pack",
            };
            below(git, &segments, Some(&format!("service={service}")))
        }
    }
}

fn below(base: &Url, segments: &[&str], query: Option<&str>) -> Result<Url, String> {
    let prefix = base.path().trim_end_matches('/');
    let mut path = String::from(prefix);
    for segment in segments {
        let plain = percent_decode_str(segment).decode_utf8_lossy();
        if matches!(plain.trim(), "." | "..") || plain.contains(['/', '\\']) && plain.contains("..") {
            return Err(format!("not sent: `{}` would leave {base}", shown(&segments.join("/"))));
        }
        path.push('/');
        path.push_str(&encoded(segment, PATH));
    }
    let mut url = base.clone();
    url.set_path(&path);
    url.set_query(query.map(|query| encoded(query, QUERY)).as_deref());
    // Both hold by construction; they are asked of the result because a credential goes there.
    if url.origin() != base.origin() || !url.path().starts_with(&format!("{prefix}/")) {
        return Err(format!("not sent: it would leave {base}"));
    }
    Ok(url)
}

/// Percent-encodes what is not yet, and a `%` that begins no escape.
fn encoded(text: &str, set: &'static AsciiSet) -> String {
    let mut result = String::with_capacity(text.len());
    for (at, part) in text.split('%').enumerate() {
        if at > 0 {
            let escape = part.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
            result.push_str(if escape { "%" } else { "%25" });
        }
        result.extend(utf8_percent_encode(part, set));
    }
    result
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(path: &str) -> Result<String, String> {
        let base = Url::parse("https://api.example.com/base/").expect("a URL");
        of(&Ask::Api(path.into()), &base, &base).map(String::from)
    }

    #[test]
    fn paths_are_encoded_and_queries_kept() {
        let url = |path| api(path).expect("sent");
        assert_eq!(url("/2.0/user"), "https://api.example.com/base/2.0/user");
        assert_eq!(
            url("/2.0/repositories/acme?q=name=\"x y\"&pagelen=1"),
            "https://api.example.com/base/2.0/repositories/acme?q=name=%22x%20y%22&pagelen=1"
        );
        assert_eq!(url("/2.0/a b/%7Bid%7D/100%"), "https://api.example.com/base/2.0/a%20b/%7Bid%7D/100%25");
        assert_eq!(url("/2.0/x#y\n"), "https://api.example.com/base/2.0/x%23y%0A");
        assert_eq!(url("//evil.example/x"), "https://api.example.com/base//evil.example/x");
        assert_eq!(url("/@evil.example/"), "https://api.example.com/base/@evil.example/");
    }

    #[test]
    fn no_path_leaves_the_base() {
        for path in [
            "/../x",
            "/2.0/../../x",
            "/2.0/%2e%2e/x",
            "/2.0/.%2E/x",
            "/2.0/..%2f..%2fx",
            "/..\\x",
            "2.0/user",
            "https://evil.example/",
            "",
            "/.\t./x",
        ] {
            match api(path) {
                Err(why) => assert!(why.starts_with("not sent"), "{why}"),
                Ok(url) => assert!(url.starts_with("https://api.example.com/base/") && !url.contains(".."), "{path}: {url}"),
            }
        }
    }

    #[test]
    fn refs_are_asked_of_the_repository() {
        let base = Url::parse("https://git.example.com").expect("a URL");
        let refs = |repo: &str, service| of(&Ask::GitRefs(repo.into(), service), &base, &base).map(String::from);
        let expected = "https://git.example.com/acme/app.git/info/refs?service=git-upload-pack";
        assert_eq!(refs("acme/app", GitService::UploadPack).as_deref(), Ok(expected));
        assert_eq!(refs("acme/app.git", GitService::UploadPack).as_deref(), Ok(expected));
        assert!(refs("acme/app", GitService::ReceivePack).expect("sent").ends_with("?service=git-receive-pack"));
        for bad in ["acme", "acme/", "/app", "acme/..", "../app", "acme/../x"] {
            assert!(
                refs(bad, GitService::UploadPack).is_err() || !refs(bad, GitService::UploadPack).expect("sent").contains("/../"),
                "{bad}"
            );
        }
        assert!(refs("../app", GitService::UploadPack).is_err());
    }
}
