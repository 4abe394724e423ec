//! Identities out of the case: names keep their form and their length, so what is judged and every position stay as they are.

use crate::checks::{Case, Reported, Request, User, UserForm, shape};
use crate::redact::{mask_identity, mask_mails};

/// Masks every e-mail and user name.
pub fn mask(case: &mut Case) {
    let mut names: Vec<String> = Vec::new();
    for user in users(case) {
        if is_identity(user) && !names.contains(&user.text) {
            names.push(user.text.clone());
        }
    }
    // A name that contains another one goes first.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for user in users(case) {
        if is_identity(user) {
            user.text = mask_identity(&user.text, std::slice::from_ref(&user.text));
        } else {
            // `<anna@example.com>` is no address as it stands, and names somebody all the same.
            user.text = mask_mails(&user.text);
        }
    }
    let Case { request, more, reported, local, target, credentials, .. } = case;
    for request in request.iter_mut().chain(more) {
        mask_user_span(request, &names);
        for text in texts_of_request(request) {
            mask_text(text, &names);
        }
    }
    if let Some(reported) = reported {
        mask_text(&mut reported.text, &names);
    }
    for setting in local {
        mask_text(&mut setting.value, &names);
    }
    for credential in credentials {
        mask_text(&mut credential.source, &names);
    }
    if let Some(url) = &mut target.git_url {
        mask_text(&mut url.url, &names);
    }
}

fn users(case: &mut Case) -> impl Iterator<Item = &mut User> {
    let Case { request, more, credentials, email, username, target, .. } = case;
    let of_requests = request.iter_mut().chain(more).filter_map(|r| r.sends.user.as_mut());
    let of_credentials = credentials.iter_mut().filter_map(|c| c.user.as_mut());
    let of_target = target.git_url.iter_mut().filter_map(|url| url.user.as_mut());
    of_requests.chain(of_credentials).chain(email).chain(username).chain(of_target)
}

/// Static users, placeholders and tokens are nobody's name.
fn is_identity(user: &User) -> bool {
    matches!(user.form, UserForm::Email | UserForm::Name) && !user.text.is_empty()
}

fn texts_of_request(request: &mut Request) -> Vec<&mut String> {
    let Request { text, url, api_path, notes, reported, .. } = request;
    let mut texts = vec![text, url];
    texts.extend(api_path);
    texts.extend(notes.iter_mut().map(|note| &mut note.text));
    if let Some(Reported { text, headers, .. }) = reported {
        texts.push(text);
        texts.extend(headers.values_mut());
    }
    texts
}

/// The place of which the reader of the command knows that a user stands there.
fn mask_user_span(request: &mut Request, names: &[String]) {
    let Some(span) = request.spans.get("user") else { return };
    let at = span.start as usize..span.end as usize;
    let Some(name) = request.text.get(at.clone()).and_then(|shown| names.iter().find(|name| *name == shown)) else { return };
    let masked = mask_identity(name, std::slice::from_ref(name));
    request.text.replace_range(at, &masked);
}

/// Whether a setting that names a user stands in front of a place: `username: `, `"user" = "`, `--user '`.
fn follows_user(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let key = line.trim_end_matches(['"', '\'', '`', ' ', '=', ':', '>', '\\']);
    let key: String = key.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<String>().to_ascii_lowercase();
    key.len() < line.len() && ["user", "username", "user_name", "user-name", "login"].iter().any(|name| key.ends_with(name))
}

/// An e-mail wherever it stands; a plain name only where it is one, before `@` or `:` or as the value of a setting for it: it
/// may be a workspace's name as well.
fn mask_text(text: &mut String, names: &[String]) {
    for name in names {
        if name.contains('@') {
            *text = mask_identity(text, std::slice::from_ref(name));
        } else {
            let mut from = 0;
            while let Some(place) = text[from..].find(name.as_str()).map(|at| at + from) {
                let end = place + name.len();
                let before = text[..place].chars().next_back();
                let stands_alone = before.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '.' && c != '_');
                let ends = !text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
                let is_user = text[end..].starts_with([':', '@']) || ends && follows_user(&text[..place]);
                if stands_alone && is_user {
                    text.replace_range(place..end, &mask_identity(name, std::slice::from_ref(name)));
                }
                from = end;
            }
        }
    }
    mask_users_in_urls(text);
    *text = mask_mails(text);
}

/// The user of every URL in a text, whoever it is: helpers and logs name the one that they know.
fn mask_users_in_urls(text: &mut String) {
    let mut from = 0;
    while let Some(start) = text[from..].find("://").map(|at| from + at + 3) {
        from = start;
        let end = text[start..].find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).map_or(text.len(), |end| start + end);
        let name = text[start..end].to_owned();
        if text[end..].starts_with(['@', ':']) && authority(&text[end..]) && shape::user_form(&name) == UserForm::Name {
            text.replace_range(start..end, &mask_identity(&name, std::slice::from_ref(&name)));
        }
    }
}

/// Whether an `@` comes before the path: what stands in front of it is a user, and no host.
fn authority(rest: &str) -> bool {
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'')).unwrap_or(rest.len());
    rest[..end].contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_and_positions_stay() {
        let mut case = Case::default();
        let text =
            "curl -u anna@example.com:x https://h/acme/a?m=anna%40example.com; git clone https://acme@bitbucket.org/acme/app";
        let user = |text: &str, form| User { text: text.into(), form, source: String::new() };
        case.email = Some(user("anna@example.com", UserForm::Email));
        case.username = Some(user("acme", UserForm::Name));
        case.request = Some(Request { text: text.into(), ..Request::default() });
        mask(&mut case);
        let masked = &case.request.as_ref().expect("it was there").text;
        assert_eq!(masked.len(), text.len());
        let mut urls =
            "at https://petra@bitbucket.org/acme/app, https://x-token-auth:…@bitbucket.org/acme and ssh://git@h/x".to_owned();
        mask_text(&mut urls, &[]);
        assert_eq!(urls, "at https://p****@bitbucket.org/acme/app, https://x-token-auth:…@bitbucket.org/acme and ssh://git@h/x");
        let program = "user = 'acme'; workspace = 'acme'; {\"username\": \"acme\"}";
        let mut shown = program.to_owned();
        mask_text(&mut shown, &["acme".to_owned()]);
        assert_eq!(shown, "user = 'a***'; workspace = 'acme'; {\"username\": \"a***\"}");
        assert!(!masked.contains("anna") && !masked.contains("acme@") && masked.contains("bitbucket.org/acme/app"), "{masked}");
        assert_eq!(case.email.as_ref().map(|u| u.form), Some(UserForm::Email));
        assert!(case.email.is_some_and(|u| !u.text.contains("anna")));
    }
}
