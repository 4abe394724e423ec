//! The endpoints of the API: which scopes each wants and which credentials it takes (facts, section 5; grade doc).
//!
//! The table is a data file that `checks/` reads too; how it is read and used is this file's own.

use std::sync::LazyLock;

static TABLE: LazyLock<Vec<Endpoint>> =
    LazyLock::new(|| include_str!("../../checks/data/endpoints.tsv").lines().filter_map(Endpoint::read).collect());

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// What OAuth tokens and access tokens need, all of it.
    pub(super) classic: Vec<&'static str>,
    /// What API tokens need, all of it.
    pub(super) granular: Vec<&'static str>,
    /// Whether API tokens are declared for it.
    pub(super) takes_api_tokens: bool,
    /// The statuses that are declared.
    responses: &'static str,
}

/// What the table says of a method and a path.
#[derive(Debug)]
pub(super) enum Found {
    /// An operation.
    Operation(&'static Endpoint),
    /// The path is one, with other methods.
    OtherMethods(Vec<&'static str>),
    /// No such path.
    Nothing,
}

impl Endpoint {
    fn read(line: &'static str) -> Option<Self> {
        let mut cells = line.split('\t');
        let (method, path) = (cells.next()?, cells.next()?);
        if line.starts_with('#') || !path.starts_with('/') {
            return None;
        }
        let list = |cell: &'static str| cell.split(',').map(str::trim).filter(|s| !s.is_empty() && *s != "-").collect();
        Some(Self {
            method,
            path,
            classic: list(cells.next()?),
            granular: list(cells.next()?),
            takes_api_tokens: cells.next()?.contains("api-token"),
            responses: cells.nth(1).unwrap_or_default(),
        })
    }

    /// The first declared status of a success, else the method's usual one.
    pub(super) fn success(&self) -> u16 {
        let declared = self.responses.split(',').filter_map(|s| s.trim().parse().ok()).find(|s| (200..300).contains(s));
        declared.unwrap_or(match self.method {
            "POST" => 201,
            "DELETE" => 204,
            _ => 200,
        })
    }

    /// How well the path fits: the literal segments; `None` where it does not. A last `{path}`, `{spec}`, `{filename}` takes the rest.
    fn fits(&self, segments: &[&str]) -> Option<usize> {
        let template: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let greedy = template.last().is_some_and(|last| matches!(*last, "{path}" | "{name}"));
        if template.len() != segments.len() && !(greedy && segments.len() > template.len()) {
            return None;
        }
        let mut literal = 0;
        for (part, segment) in template.iter().zip(segments) {
            if part.starts_with('{') {
                if segment.is_empty() {
                    return None;
                }
            } else if part == segment {
                literal += 1;
            } else {
                return None;
            }
        }
        Some(literal)
    }
}

/// Looks a request up; the most literal template wins. An empty segment fits nothing (fact `404-no-api`).
pub(super) fn find(method: &str, path: &str) -> Found {
    let segments: Vec<&str> = path.trim_start_matches('/').trim_end_matches('/').split('/').collect();
    let fitting: Vec<(usize, &Endpoint)> = TABLE.iter().filter_map(|e| Some((e.fits(&segments)?, e))).collect();
    let Some(best) = fitting.iter().map(|(literal, _)| *literal).max() else { return Found::Nothing };
    let best: Vec<&Endpoint> = fitting.iter().filter(|(literal, _)| *literal == best).map(|(_, e)| *e).collect();
    // HEAD is what GET answers, without the body.
    let wanted = if method == "HEAD" { "GET" } else { method };
    match best.iter().find(|e| e.method == wanted) {
        Some(endpoint) => Found::Operation(endpoint),
        None => Found::OtherMethods(best.iter().map(|e| e.method).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_literal_template_wins() {
        let path = |method, path| match find(method, path) {
            Found::Operation(endpoint) => endpoint.path,
            Found::OtherMethods(_) => "other methods",
            Found::Nothing => "nothing",
        };
        assert!(TABLE.len() > 300, "{} rows", TABLE.len());
        assert_eq!(path("GET", "/2.0/repositories/acme"), "/2.0/repositories/{workspace}");
        assert_eq!(path("POST", "/2.0/repositories/acme"), "other methods");
        assert_eq!(
            path("GET", "/2.0/repositories/acme/app/src/main/a/b.rs"),
            "/2.0/repositories/{workspace}/{repo_slug}/src/{commit}/{path}"
        );
        assert_eq!(
            path("GET", "/2.0/repositories/acme/app/pullrequests/activity"),
            "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/activity"
        );
        assert_eq!(path("GET", "/2.0/workspaces//projects"), "nothing");
        assert_eq!(path("GET", "/2.0/nothing/here"), "nothing");
    }
}
