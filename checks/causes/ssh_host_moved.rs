//! `ssh-host-moved`: SSH has moved to ssh.bitbucket.org.

use crate::Sign::{SshAnswered, UrlSshOldHost};
use crate::Test::{All, Is, Not};
use crate::engine::Cause;
use crate::facts::Grade;
use crate::fix_url;
use crate::gate::{Class, Gate};

pub(super) static CAUSE: Cause = Cause {
    code: "ssh-host-moved",
    title: "SSH has moved to ssh.bitbucket.org",
    action: "point the remote at ssh.bitbucket.org",
    label: "moved to ssh.bitbucket.org",
    gate: Gate::Url,
    class: Class::Fault,
    must: &[Is(UrlSshOldHost)],
    never: &[],
    proof: &[All(&[Is(UrlSshOldHost), Not(SshAnswered)])],
    hint: &[Is(UrlSshOldHost)],
    grade: Grade::Doc,
    facts: &["git-ssh-host"],
    fix: fix_url::new_ssh_host,
};
