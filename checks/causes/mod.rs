//! The known causes: one row each, in the order in which a request meets their gates.
//!
//! To add one: a file with its row, a page beside it, one word in this list, a scenario that reaches it and a near miss.

use crate::engine::Cause;

mod access_token_out_of_reach;
mod account_locked;
mod account_password_used;
mod app_password_removed;
mod basic_with_access_token;
mod bearer_with_api_token;
mod blocked_by_policy;
mod branch_restricted;
mod cannot_connect;
mod captive_portal;
mod clock_skew;
mod credential_missing;
mod data_center_credential;
mod data_center_url;
mod endpoint_refuses_credential_kind;
mod gcm_validation_loop;
mod git_config_wins;
mod git_wrong_username;
mod header_malformed;
mod ip_not_allowed;
mod lfs_uses_other_credential;
mod missing_scope;
mod name_not_resolved;
mod netrc_wins;
mod no_permission;
mod not_an_authentication_fault;
mod not_from_bitbucket;
mod oauth_client_misconfigured;
mod oauth_token_expired;
mod other_product_credential;
mod placeholder_left_in;
mod proxy_refused;
mod rate_limited;
mod remote_is_ssh;
mod removed_endpoint;
mod service_unavailable;
mod shell_mangled;
mod ssh_host_moved;
mod stored_credential_wins;
mod tls_untrusted;
mod token_altered;
mod token_as_git_username;
mod token_has_stray_characters;
mod token_in_query;
mod token_rejected;
mod token_without_scopes;
mod tool_cannot_use_credential;
mod two_step_required;
mod userinfo_not_encoded;
mod username_instead_of_email;
mod variable_not_expanded;
mod workspace_deactivated;
mod workspace_read_only;
mod wrong_api_url;
mod wrong_email;
mod wrong_method;
mod wrong_workspace_or_repository;

/// Every cause, in the order of the gates' table: within a gate the earlier one wins.
pub const CAUSES: &[&Cause] = &[
    // gate 1
    &name_not_resolved::CAUSE,
    &cannot_connect::CAUSE,
    &proxy_refused::CAUSE,
    &tls_untrusted::CAUSE,
    &captive_portal::CAUSE,
    &clock_skew::CAUSE,
    &service_unavailable::CAUSE,
    // gate 2
    &userinfo_not_encoded::CAUSE,
    &not_from_bitbucket::CAUSE,
    &data_center_url::CAUSE,
    &ssh_host_moved::CAUSE,
    &remote_is_ssh::CAUSE,
    &wrong_api_url::CAUSE,
    // gate 3
    &placeholder_left_in::CAUSE,
    &variable_not_expanded::CAUSE,
    &shell_mangled::CAUSE,
    &token_in_query::CAUSE,
    &header_malformed::CAUSE,
    &token_has_stray_characters::CAUSE,
    &token_altered::CAUSE,
    &credential_missing::CAUSE,
    // gate 4
    &stored_credential_wins::CAUSE,
    &netrc_wins::CAUSE,
    &git_config_wins::CAUSE,
    &gcm_validation_loop::CAUSE,
    &lfs_uses_other_credential::CAUSE,
    &tool_cannot_use_credential::CAUSE,
    // gate 5
    &app_password_removed::CAUSE,
    &data_center_credential::CAUSE,
    &other_product_credential::CAUSE,
    &oauth_client_misconfigured::CAUSE,
    &account_password_used::CAUSE,
    // gate 6
    &token_without_scopes::CAUSE,
    &oauth_token_expired::CAUSE,
    &account_locked::CAUSE,
    &blocked_by_policy::CAUSE,
    &rate_limited::CAUSE,
    &token_rejected::CAUSE,
    // gate 7
    &bearer_with_api_token::CAUSE,
    &basic_with_access_token::CAUSE,
    &token_as_git_username::CAUSE,
    &git_wrong_username::CAUSE,
    &username_instead_of_email::CAUSE,
    &wrong_email::CAUSE,
    // gate 8
    &removed_endpoint::CAUSE,
    &wrong_method::CAUSE,
    &endpoint_refuses_credential_kind::CAUSE,
    // gate 9
    &missing_scope::CAUSE,
    // gate 10
    &workspace_deactivated::CAUSE,
    &ip_not_allowed::CAUSE,
    &two_step_required::CAUSE,
    &workspace_read_only::CAUSE,
    &branch_restricted::CAUSE,
    &access_token_out_of_reach::CAUSE,
    &wrong_workspace_or_repository::CAUSE,
    &no_permission::CAUSE,
    // gate 11
    &not_an_authentication_fault::CAUSE,
];

/// The cause with this code.
#[must_use]
pub fn find(code: &str) -> Option<&'static Cause> {
    CAUSES.iter().copied().find(|c| c.code == code)
}
