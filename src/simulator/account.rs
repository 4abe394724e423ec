//! What exists in a simulated account: its owner, workspaces and repositories, as a scenario describes them.
//!
//! Everything has a default, so that a scenario names only what it is about: Anna's workspace `acme` with the private
//! repository `acme/app`, which she may write to, and the public repository `acme/site`.

use serde::Deserialize;

/// Everything that exists.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Whose credentials these are.
    pub owner: Owner,
    /// Workspaces that exist.
    pub workspaces: Vec<Workspace>,
    /// Repositories that exist.
    pub repositories: Vec<Repository>,
}

/// The person.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Owner {
    /// The Atlassian account's e-mail.
    pub email: String,
    /// The Bitbucket user name.
    pub username: String,
}

/// One workspace.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Its slug; matched without regard to case (fact `workspace-anonymous`).
    pub slug: String,
    /// Whether the workspace itself is hidden from the public.
    #[serde(default)]
    pub private: bool,
    /// Whether it works.
    #[serde(default)]
    pub state: WorkspaceState,
    /// It has an IP allowlist, and the caller's address is not on it.
    #[serde(default)]
    pub ip_allowlist: bool,
    /// It wants two-step verification, and the owner has none.
    #[serde(default)]
    pub two_step: bool,
    /// Whether the owner is a member.
    #[serde(default = "yes")]
    pub member: bool,
}

/// Whether a workspace works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkspaceState {
    /// As it should.
    #[default]
    Active,
    /// Deactivated for inactivity (fact `403-deactivated`).
    Deactivated,
    /// Over the plan's limit or unpaid (facts `402`, `git-read-only`).
    ReadOnly,
}

/// One repository.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// `workspace/repository`.
    pub full_name: String,
    /// Whether only those with access see it.
    #[serde(default = "yes")]
    pub private: bool,
    /// What the owner may do.
    #[serde(default = "write")]
    pub access: Access,
    /// Branches that nobody here may write to; `*` at the end stands for anything.
    #[serde(default)]
    pub restricted_branches: Vec<String>,
    /// Whether it stores large files with Git LFS.
    #[serde(default)]
    pub lfs: bool,
}

/// What somebody may do with a repository, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Nothing.
    None,
    /// Read it.
    Read,
    /// Push to it.
    Write,
    /// Change its settings.
    Admin,
}

fn yes() -> bool {
    true
}

fn write() -> Access {
    Access::Write
}

impl Default for Owner {
    fn default() -> Self {
        Self { email: "anna@example.com".into(), username: "annasmith".into() }
    }
}

impl Default for Account {
    fn default() -> Self {
        let repository = |name: &str, private| Repository {
            full_name: name.into(),
            private,
            access: Access::Write,
            restricted_branches: Vec::new(),
            lfs: false,
        };
        let workspace = Workspace {
            slug: "acme".into(),
            private: false,
            state: WorkspaceState::Active,
            ip_allowlist: false,
            two_step: false,
            member: true,
        };
        Self {
            owner: Owner::default(),
            workspaces: vec![workspace],
            repositories: vec![repository("acme/app", true), repository("acme/site", false)],
        }
    }
}

impl Repository {
    /// The workspace's slug.
    #[must_use]
    pub fn workspace(&self) -> &str {
        self.full_name.split('/').next().unwrap_or_default()
    }

    /// The repository's slug.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.full_name.split('/').nth(1).unwrap_or_default()
    }

    /// Whether a restriction covers this branch (fact `git-branch`).
    #[must_use]
    pub fn restricts(&self, branch: &str) -> bool {
        self.restricted_branches.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => branch.starts_with(start),
            None => branch == pattern,
        })
    }
}

impl Account {
    /// The workspace of this slug (fact `workspace-anonymous`: without regard to case).
    #[must_use]
    pub fn workspace(&self, slug: &str) -> Option<&Workspace> {
        self.workspaces.iter().find(|w| w.slug.eq_ignore_ascii_case(slug))
    }

    /// The repository of this name.
    #[must_use]
    pub fn repository(&self, workspace: &str, slug: &str) -> Option<&Repository> {
        let found = |r: &&Repository| r.workspace().eq_ignore_ascii_case(workspace) && r.slug().eq_ignore_ascii_case(slug);
        self.repositories.iter().find(found)
    }
}
