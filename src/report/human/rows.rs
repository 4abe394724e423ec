//! The rows of evidence: what was asked, how, and what came back; the control and what was not asked are rows too.

use super::{Look, parts, way};
use crate::checks::{Ask, Exchange, FaultKind, Role, Status};
use crate::report::{Record, exchange, text};

/// One row, before it is known how wide its columns are.
struct Row {
    id: String,
    surface: &'static str,
    ask: String,
    role: &'static str,
    outcome: String,
    remark: String,
}

/// All rows, in columns.
pub(super) fn rows(record: Record<'_>, look: Look<'_>) -> Vec<String> {
    let exchanges = &record.seen.exchanges;
    let healthy = record.diagnosis.verdict.status == Status::Healthy && look.verbose == 0;
    let mut rows: Vec<Row> = Vec::new();
    for x in exchanges {
        // Where all is well the control stands behind the row that it controls.
        if healthy && x.probe.role == Role::Anonymous && exchanges.iter().any(|o| controlled_by(o, x)) {
            continue;
        }
        let mut row = of(x);
        if let Err(fault) = &x.got
            && way::tells(record, fault)
        {
            row.remark.clear();
        }
        if healthy && let Some(control) = exchanges.iter().find(|c| controlled_by(x, c)) {
            row.remark = format!("anonymous {}", exchange::outcome(control));
        }
        rows.push(row);
    }
    if let Some(row) = not_asked(record) {
        rows.push(row);
    }
    columns(rows, exchanges)
}

fn controlled_by(x: &Exchange, control: &Exchange) -> bool {
    control.probe.role == Role::Anonymous && x.probe.role != Role::Anonymous && x.probe.ask == control.probe.ask
}

fn of(x: &Exchange) -> Row {
    let unasked = matches!(&x.got, Err(fault) if fault.kind == FaultKind::Budget);
    let outcome = if unasked { format!("not asked: {}", exchange::remark(x)) } else { exchange::outcome(x) };
    Row {
        id: exchange::name(x.id),
        surface: exchange::surface(&x.probe.ask),
        ask: text::clean(&exchange::ask(&x.probe.ask)),
        role: exchange::role(x.probe.role),
        outcome,
        remark: if unasked { String::new() } else { exchange::remark(x) },
    }
}

/// The question that would have been next, and why it was not asked.
fn not_asked(record: Record<'_>) -> Option<Row> {
    let row = |ask: String, role, outcome: &str| Row {
        id: "--".into(),
        surface: "",
        ask,
        role,
        outcome: outcome.into(),
        remark: String::new(),
    };
    if record.case.options.arrived {
        return None;
    }
    if record.case.options.offline && record.seen.exchanges.is_empty() {
        return Some(row("all questions".into(), "", "not asked: --offline"));
    }
    if record.diagnosis.verdict.status == Status::Healthy {
        return None;
    }
    let rest: Vec<&Exchange> = record.seen.exchanges.iter().filter(|x| matches!(x.probe.ask, Ask::Api(_))).collect();
    let asked: Vec<Role> = rest.iter().map(|x| x.probe.role).collect();
    let with_credential = rest.iter().find(|x| x.probe.role != Role::Anonymous)?;
    let mut unasked =
        row(exchange::ask(&with_credential.probe.ask), exchange::role(Role::EmailBasic), "not asked: no e-mail given");
    unasked.surface = "REST";
    parts::email_not_given(record.case, &asked).then_some(unasked)
}

/// The rows in columns; a path gives way first, what came back is cut last.
fn columns(rows: Vec<Row>, exchanges: &[Exchange]) -> Vec<String> {
    let git = exchanges.iter().any(|x| matches!(x.probe.ask, Ask::GitRefs(..)));
    let widest = |of: fn(&Row) -> &str| rows.iter().map(|row| text::width(of(row))).max().unwrap_or(0);
    let role = widest(|r| r.role);
    let id = widest(|r| &r.id);
    let outcome = rows.iter().filter(|r| r.id != "--").map(|r| text::width(&r.outcome)).max().unwrap_or(0).min(13);
    let fixed = 2 + id + 2 + if git { 6 } else { 0 } + 2 + role + 2 + outcome + 2;
    // At least some 14 columns are left to say what came back.
    let remark = widest(|r| &r.remark).min(14);
    let ask = widest(|r| &r.ask).min(text::WIDTH.saturating_sub(fixed + remark).max(20));
    rows.iter()
        .map(|row| {
            let surface = if git { format!("{}  ", text::pad(row.surface, 4)) } else { String::new() };
            let asked = text::pad(&text::cut_middle(&row.ask, ask), ask);
            let head = format!("  {}  {surface}{asked}  {}  ", text::pad(&row.id, id), text::pad(row.role, role));
            let answer = format!("{}  {}", text::pad(&row.outcome, outcome), row.remark);
            let left = text::WIDTH.saturating_sub(text::width(&head)).max(10);
            let remark_left = left.saturating_sub(outcome + 2);
            if text::width(answer.trim_end()) <= left {
                format!("{head}{answer}")
            } else if text::width(&row.outcome) > outcome {
                format!("{head}{}", text::cut(answer.trim_end(), left))
            } else {
                format!("{head}{}  {}", text::pad(&row.outcome, outcome), text::cut(&row.remark, remark_left))
            }
        })
        .map(|line| line.trim_end().to_owned())
        .collect()
}
