//! The exact sentences of the server, each with its fact. Where a fact says that the text is not known, the grade is guess.

/// Fact `401-token`.
pub(super) const TOKEN_INVALID: &str = "Token is invalid, expired, or not supported for this endpoint.";
/// Facts `401-no-scopes`; git adds a full stop (`git-no-scopes`).
pub(super) const NO_SCOPES: &str = "API Token provided has no Bitbucket scopes";
/// Fact `401-oauth-expired`; the short form is that of consumers without refresh token.
pub(super) const OAUTH_EXPIRED: &str = "Access token expired. Use your refresh token to obtain a new access token.";
/// Fact `401-oauth-expired`.
pub(super) const OAUTH_EXPIRED_SHORT: &str = "Access token expired.";
/// Fact `401-basic`: the plain text.
pub(super) const LOGIN_FAILED: &str = "Login failed due to incorrect login credentials or method.\nFor information on authentication methods for Bitbucket Cloud APIs, visit:\n    https://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication\nIf you are unsure of which login details or login method to use, visit:\n    https://support.atlassian.com/bitbucket-cloud/docs/log-into-or-connect-to-bitbucket-cloud/";
/// Fact `401-account-password`.
pub(super) const ACCOUNT_PASSWORD_API: &str = "Bitbucket Cloud recently stopped supporting account passwords for API authentication.\nSee our community post for more details: https://atlassian.community/t5/x/x/ba-p/1948231\nApp passwords are recommended for most use cases and can be created in your Personal settings:\nhttps://bitbucket.org/account/settings/app-passwords/\nFor more details on API authentication methods see our documentation:\nhttps://developer.atlassian.com/cloud/bitbucket/rest/intro/#authentication";
/// Fact `git-account-password`.
pub(super) const ACCOUNT_PASSWORD_GIT: &str = "Bitbucket Cloud recently stopped supporting account passwords for Git authentication.\nSee our community post for more details: https://atlassian.community/t5/x/x/ba-p/1948231\nApp passwords are recommended for most use cases and can be created in your Personal settings:\nhttps://bitbucket.org/account/settings/app-passwords/";
/// Fact `lockout` (old; that it would come for a token is a guess).
pub(super) const LOCKED: &str = "Too many invalid password attempts. Try logging in through the website with your password.";
/// Fact `policy-creation`: it is known that the answer names an administrator who blocked it; the words are a guess.
pub(super) const BLOCKED: &str = "An administrator has blocked API tokens for this account.";
/// Fact `403-scope`.
pub(super) const SCOPE: &str = "Your credentials lack one or more required privilege scopes.";
/// Fact `403-mechanism`.
pub(super) const MECHANISM: &str = "This API is not accessible by this authentication mechanism";
/// Fact `403-jwt`.
pub(super) const JWT_ONLY: &str = "This API is only accessible with the following authentication types: jwt";
/// Fact `403-forbidden`.
pub(super) const FORBIDDEN: &str = "Forbidden";
/// Fact `403-deactivated`.
pub(super) const DEACTIVATED: &str = "Error: This workspace and its content have been deactivated due to inactivity. Contact your workspace admin to reactivate it and avoid permanent deletion. Workspace admins can reactivate it via the web interface.";
/// Fact `404-repository`.
pub(super) const NO_REPOSITORY: &str = "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.";
/// Fact `404-no-api`.
pub(super) const NO_API: &str = "Resource not found";
/// Fact `404-no-api`.
pub(super) const NO_API_DETAIL: &str = "There is no API hosted at this URL.\n\nFor information about our API's, please refer to the documentation at: https://developer.atlassian.com/bitbucket/api/2/reference/";
/// Fact `410-removed`.
pub(super) const REMOVED: &str = "CHANGE-2770 - Functionality has been deprecated";
/// Fact `410-removed`.
pub(super) const REMOVED_URL: &str = "https://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-2770";
/// Fact `429`.
pub(super) const RATE_LIMIT: &str = "Rate limit for this resource has been exceeded";
/// Fact `402`; the words are a guess.
pub(super) const PLAN: &str = "This feature is not available on the workspace's current plan.";
/// Fact `git-410-app-password`.
pub(super) const APP_PASSWORD_GIT: &str = "CHANGE-3222 - Functionality has been deprecated\nApp passwords are deprecated and must be replaced with API tokens.\nhttps://developer.atlassian.com/cloud/bitbucket/changelog#CHANGE-3222";
/// Fact `git-no-access`.
pub(super) const GIT_NO_ACCESS: &str = "The requested repository either does not exist or you do not have access. If you believe this repository exists and you have access, make sure you're authenticated.";
/// Fact `git-ip`; that REST uses the same words is a guess (fact `403-ip`: text not known).
pub(super) const IP: &str = "To access this repository, an admin must whitelist your IP.";
/// Fact `git-two-step`; that REST uses the same words is a guess.
pub(super) const TWO_STEP: &str = "To access this repository, enable two-step authentication.";

/// Fact `404-workspace`.
pub(super) fn no_workspace(slug: &str) -> String {
    format!("No workspace with identifier '{slug}'.")
}

/// Fact `git-read-only`.
pub(super) fn read_only(account: &str) -> String {
    format!(
        "[ALERT] Your push failed because the account '{account}' has exceeded its\n[ALERT] user limit and this repository is restricted to read-only access.\n[ALERT] To restore write access, ask an account administrator to upgrade their plan."
    )
}

/// Fact `403-branch`.
pub(super) fn branch(name: &str) -> String {
    format!("You are not allowed to create a branch that matches the pattern \"{name}\".")
}

/// Fact `git-branch`.
pub(super) fn branch_push(name: &str) -> String {
    format!("Permission denied to update branch {name}.")
}
