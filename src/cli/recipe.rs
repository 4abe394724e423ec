//! `recipe`: the settings of a program, filled in with what the usual options and variables say.

use super::args::{Format, LookArgs, RecipeArgs};
use super::{Failure, output};
use crate::checks::shape;
use crate::intake::Around;
use crate::recipe::{self, Filled, page};
use crate::redact::Redactor;
use crate::report::text;

const TOKENS: [&str; 4] = ["BITBUCKET_API_TOKEN", "BITBUCKET_ACCESS_TOKEN", "BITBUCKET_TOKEN", "BITBUCKET_APP_PASSWORD"];

/// `bbdoctor recipe TOOL`
pub(super) fn recipe(args: &RecipeArgs, look: &LookArgs) -> Result<u8, Failure> {
    let around = Around::of_process();
    let given = |option: &Option<String>, name: &str| option.clone().or_else(|| around.filled(name).map(str::to_owned));
    let token = match &args.token_env {
        Some(name) => around.filled(name),
        None => TOKENS.iter().find_map(|name| around.filled(name)),
    };
    let filled = Filled {
        kind: token.map(|token| shape::read(token).kind),
        email: given(&args.email, "BITBUCKET_EMAIL").map(|text| text::clean(&text)),
        workspace: given(&args.workspace, "BITBUCKET_WORKSPACE").map(|text| text::clean(&text)),
        repo: given(&args.repo, "BITBUCKET_REPO_FULL_NAME").map(|text| text::clean(&text)),
    };
    let tool = args.tool.join(" ");
    let Some(page) = page(&tool, &filled) else { return Err(unknown(&tool)) };
    let text = match look.format {
        Format::Json => {
            let program = recipe::find(&tool);
            format!(
                "{:#}\n",
                serde_json::json!({ "id": program.map_or(tool.as_str(), |p| p.id.as_str()), "text": page, "program": program })
            )
        }
        _ => page,
    };
    output::stdout(&text, &Redactor::default())?;
    Ok(0)
}

fn unknown(tool: &str) -> Failure {
    let similar = recipe::similar(tool);
    let next = if similar.is_empty() {
        "bbdoctor list recipes shows them all; any program that takes user and password works as curl or git does".to_owned()
    } else {
        format!("did you mean {}? bbdoctor list recipes shows them all", similar.join(" or "))
    };
    Failure::usage(format!("there is no recipe for \"{}\"", text::cut(&text::clean(tool), 60)), next)
}
