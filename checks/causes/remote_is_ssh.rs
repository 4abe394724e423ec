//! `remote-is-ssh`: this remote is SSH: it takes a key, and no token.

use crate::Sign::UrlSsh;
use crate::Test::Is;
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_url;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "remote-is-ssh",
    title: "this remote is SSH: it takes a key, and no token",
    action: "use a key, or point the remote at HTTPS",
    label: "SSH takes a key, no token",
    gate: Gate::Url,
    class: Class::Fault,
    must: &[Is(UrlSsh)],
    never: &[],
    proof: &[Is(UrlSsh)],
    hint: &[Is(UrlSsh)],
    grade: Grade::Doc,
    facts: &["git-ssh-host"],
    fix: fix_url::https_remote,
};
