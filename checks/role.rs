//! Which user and scheme go with which kind of credential on which surface: the one table (section 2 of the facts).

use crate::{Kind, Role, Surface, UserForm};

/// The role that works for this kind on this surface; `None` where none does.
#[must_use]
pub fn right(kind: Kind, surface: Surface) -> Option<Role> {
    match (kind, surface) {
        (Kind::ApiToken, Surface::Rest) => Some(Role::EmailBasic),
        (Kind::AccessToken | Kind::OauthToken, Surface::Rest) => Some(Role::Bearer),
        (Kind::ApiToken | Kind::AccessToken | Kind::OauthToken, Surface::Git) => Some(Role::GitStaticUser),
        _ => None,
    }
}

/// Whether this role with a user of this form can work: beside [`right`], git takes the owner's own user name with an API token.
#[must_use]
pub fn can_work(kind: Kind, surface: Surface, role: Role, form: Option<UserForm>) -> bool {
    right(kind, surface) == Some(role) || (kind == Kind::ApiToken && role == Role::GitUserName && form == Some(UserForm::Name))
}

/// git's static user for this kind (facts `git-api-token`, `git-access-token`).
#[must_use]
pub fn git_static_user(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::ApiToken => Some("x-bitbucket-api-token-auth"),
        Kind::AccessToken | Kind::OauthToken => Some("x-token-auth"),
        _ => None,
    }
}

/// The role that a user of this form plays as Basic on this surface with this kind of credential.
#[must_use]
pub fn of_user(kind: Kind, surface: Surface, form: UserForm) -> Role {
    match (surface, kind, form) {
        (Surface::Git, Kind::ApiToken, UserForm::ApiTokenStatic)
        | (Surface::Git, Kind::AccessToken | Kind::OauthToken, UserForm::AccessTokenStatic) => Role::GitStaticUser,
        (Surface::Git, ..) => Role::GitUserName,
        (Surface::Rest, _, UserForm::Email) => Role::EmailBasic,
        (Surface::Rest, ..) => Role::UserBasic,
    }
}
