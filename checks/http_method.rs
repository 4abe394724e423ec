//! `http-method`: is the method one of the endpoint's?
//!
//! Evidence: the table of endpoints. Nothing is asked: a write is never tried.

use alloc::format;

use crate::check::asks_nothing;
use crate::endpoints::{Match, find};
use crate::{Case, Check, Finding, Need, Outcome, Seen, Sign};

pub(crate) static CHECK: Check = Check { id: "http-method", title: "the endpoint takes this method", asks: asks_nothing, reads };

fn reads(case: &Case, _: &Seen) -> Outcome {
    let at = case.request.as_ref().and_then(|r| r.spans.get("method")).copied();
    let mut found = alloc::vec::Vec::new();
    // A log may show what was asked for and not how.
    let unsaid = |r: &crate::Request| {
        let told = matches!(r.tool.as_str(), "log" | "settings" | "exception");
        told && !r.spans.contains_key("method")
    };
    if case.needs.is_empty() && case.request.as_ref().is_some_and(unsaid) {
        return Outcome::Skipped("what is shown names no method".into(), found);
    }
    for need in case.wanted() {
        let Need::Endpoint { method, path } = need else { continue };
        // Browsers ask it of any URL before a request; the table is about what the API does.
        if method == "OPTIONS" {
            continue;
        }
        match find(&method, &path) {
            Match::Found(_) => {
                found.push(Finding::new(Sign::MethodUnfit, false, format!("{method} is a method of this endpoint")).at(at));
            }
            Match::OtherMethods(methods) => {
                let text = format!("this URL takes {}, not {method}", methods.join(", "));
                found.push(Finding::new(Sign::MethodUnfit, true, text).at(at));
            }
            Match::NoSuchPath => {}
        }
    }
    if found.is_empty() {
        return Outcome::Skipped("no request to a known endpoint".into(), found);
    }
    if found.iter().any(|f| f.holds) { Outcome::Failed(found) } else { Outcome::Passed(found) }
}
