//! The command line: one definition for parsing, help, man page and completions.

#![allow(rustdoc::bare_urls, reason = "the texts are those of --help, where angle brackets would be read")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Finds out why a Bitbucket Cloud token does not work, and shows the command that does.
#[derive(Debug, Parser)]
#[command(
    name = "bbdoctor",
    version,
    about,
    override_usage = "bbdoctor [OPTIONS] [-- COMMAND...]\n       bbdoctor [OPTIONS] -   (the failing command as text on standard input)\n       bbdoctor <SUBCOMMAND>",
    after_help = "Exit codes: 0 healthy, 1 misconfigured, 2 usage error, 3 inconclusive, 4 bbdoctor failed.\n\
                  The token is read from BITBUCKET_API_TOKEN, BITBUCKET_ACCESS_TOKEN, BITBUCKET_TOKEN, BITBUCKET_APP_PASSWORD,\n\
                  from --token-file, --token-stdin or --token-env, from the command, or asked for.\n\
                  It is sent to api.bitbucket.org and bitbucket.org only, and never written anywhere.",
    disable_help_subcommand = true,
    subcommand_value_name = "SUBCOMMAND"
)]
pub struct Cli {
    /// What to diagnose.
    #[command(flatten)]
    pub check: CheckArgs,
    /// What to do instead.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How the report looks.
    #[command(flatten)]
    pub look: LookArgs,
}

/// What is to be diagnosed, and how the way to Bitbucket is built.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "What to diagnose")]
pub struct CheckArgs {
    /// `-`: the failing command as text on standard input
    #[arg(value_name = "-", hide = true)]
    pub dash: Option<String>,
    /// The failing command, after `--`: curl, git, wget, http, xh
    #[arg(last = true, value_name = "COMMAND")]
    pub words: Vec<OsString>,
    /// The failing command as text, pasted as it is; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub command_file: Option<PathBuf>,
    /// The failing request as exported from Postman (v2.1) or a browser (HAR)
    #[arg(long, value_name = "FILE")]
    pub request_file: Option<PathBuf>,
    /// The Postman environment that goes with --request-file
    #[arg(long, value_name = "FILE", requires = "request_file")]
    pub postman_environment: Option<PathBuf>,
    /// The Atlassian account e-mail [env: BITBUCKET_EMAIL]
    #[arg(long, value_name = "EMAIL")]
    pub email: Option<String>,
    /// What is typed as user today, whatever it is [env: BITBUCKET_USERNAME]
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Read the token from a file
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Read the token from standard input
    #[arg(long)]
    pub token_stdin: bool,
    /// Read the token from this environment variable
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
    /// Refused, with a reason
    #[arg(long, hide = true, num_args = 0..=1, default_missing_value = "", value_name = "VALUE", allow_hyphen_values = true)]
    pub token: Option<String>,
    /// How the token is sent, where no command shows it
    #[arg(long, value_name = "SCHEME")]
    pub scheme: Option<SchemeArg>,
    /// The workspace [env: BITBUCKET_WORKSPACE]
    #[arg(long, value_name = "SLUG")]
    pub workspace: Option<String>,
    /// The repository [env: BITBUCKET_REPO_FULL_NAME]
    #[arg(long, value_name = "WORKSPACE/REPO")]
    pub repo: Option<String>,
    /// The remote that fails
    #[arg(long, value_name = "URL")]
    pub git_url: Option<String>,
    /// What the token must be able to do: scope names, git:read, git:write, "METHOD PATH"
    #[arg(long, value_name = "NEED")]
    pub require: Vec<String>,

    /// Look at no local configuration beyond the variables named here
    #[arg(long, help_heading = "Where to look, what to send")]
    pub no_discover: bool,
    /// Ask git's credential helpers too what they would send
    #[arg(long, help_heading = "Where to look, what to send")]
    pub ask_helpers: bool,
    /// Send nothing
    #[arg(long, help_heading = "Where to look, what to send")]
    pub offline: bool,
    /// Another base URL than https://api.bitbucket.org
    #[arg(long, value_name = "URL", help_heading = "Where to look, what to send")]
    pub api_url: Option<String>,
    /// Another base URL than https://bitbucket.org
    #[arg(long, value_name = "URL", help_heading = "Where to look, what to send")]
    pub git_base_url: Option<String>,
    /// Trust the certificates in this file as well
    #[arg(long, value_name = "FILE", alias = "cacert", help_heading = "Where to look, what to send")]
    pub ca_cert: Option<PathBuf>,
    /// Go through this proxy
    #[arg(long, value_name = "URL", help_heading = "Where to look, what to send")]
    pub proxy: Option<String>,
    /// Bounds the whole run [default: 30]
    #[arg(long, value_name = "SECONDS", help_heading = "Where to look, what to send")]
    pub timeout: Option<u64>,
}

/// `bbdoctor preflight`
#[derive(Clone, Debug, Args)]
pub struct PreflightArgs {
    /// What to check; the same options as without a subcommand, but for a command
    #[command(flatten)]
    pub check: CheckArgs,
    /// The file of needs and credentials; without it and without --require: bbdoctor.toml here, if there is one
    #[arg(long, value_name = "FILE", help_heading = "What to diagnose")]
    pub config: Option<PathBuf>,
    /// Ask nobody: read the repository's pipelines, workflows, Jenkinsfiles and scripts, propose a bbdoctor.toml on standard
    /// output, and point at outdated authentication; exits 1 where something is outdated
    #[arg(long, help_heading = "What to diagnose")]
    pub suggest: bool,
}

/// How the report looks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The report")]
pub struct LookArgs {
    /// What standard output carries
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human", hide_default_value = false)]
    pub format: Format,
    /// Also write a report: FILE ending in .md .html .json .xml .sarif, or FORMAT=FILE; repeatable
    #[arg(long, global = true, value_name = "[FORMAT=]FILE")]
    pub report: Vec<String>,
    /// In Bitbucket Pipelines: show the verdict on the commit too, through the build's own proxy; no credential is used
    #[arg(long, global = true)]
    pub publish: bool,
    /// Show e-mails and user names in reports that do not go to a terminal
    #[arg(long, global = true)]
    pub show_identity: bool,
    /// Exit 0 instead of 3
    #[arg(long, global = true)]
    pub allow_inconclusive: bool,
    /// Colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// Show passed checks, every exchange with its headers, and the facts
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,
    /// The verdict line only; twice: nothing
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub quiet: u8,
}

/// `--scheme`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemeArg {
    /// `Authorization: Basic`, a user and the token
    Basic,
    /// `Authorization: Bearer`, the token alone
    Bearer,
}

/// `--format`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// For programs: a complete recording, without secrets
    Json,
    /// For a ticket
    Markdown,
    /// For a forum: short, names always masked
    Post,
    /// One file for a browser
    Html,
    /// For CI: checks as test cases
    Junit,
    /// For code scanning: causes as rules (SARIF 2.1.0)
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// Code Insights of Bitbucket: a report and its annotations
    Insights,
}

/// `--color`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// Where standard output is a terminal and NO_COLOR is not set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What else bbdoctor does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Diagnose: the same as no subcommand
    #[command(override_usage = "bbdoctor check [OPTIONS] [-- COMMAND...]")]
    Check(Box<CheckArgs>),
    /// For CI: is everything there that this pipeline needs? One line when it is
    #[command(override_usage = "bbdoctor preflight [OPTIONS]")]
    Preflight(Box<PreflightArgs>),
    /// Diagnose a simulated account: no account, no network
    Demo {
        /// Which one; see `bbdoctor list scenarios`
        scenario: Option<String>,
    },
    /// Serve the simulated Bitbucket for curl, git and scripts
    Simulate {
        /// Which account; see `bbdoctor list scenarios`
        scenario: Option<String>,
        /// Where to listen; loopback only
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
        listen: String,
        /// Serve over TLS, with a certificate made at start, and write its authority to this file
        #[arg(long, value_name = "FILE")]
        tls_ca: Option<PathBuf>,
    },
    /// Point any program here: shows what it really sends, and judges it
    #[command(after_help = "It answers like Bitbucket with an account that fits what arrives: every well-formed token is\n\
                      good there. So it judges how a credential is sent, never whether it is alive, and where\n\
                      all is right it exits 3, not 0. Exit codes: 1 a cause was found, 3 the form is right,\n\
                      130 Ctrl-C before anything could be judged or before --count.")]
    Listen(ListenArgs),
    /// Diagnose again from a recorded JSON report, offline
    Replay {
        /// The report; `-` is standard input
        file: PathBuf,
    },
    /// What differs between "works there" and "fails here": two JSON reports
    Compare {
        /// A report; `-` is standard input
        #[arg(value_name = "A.json")]
        a: PathBuf,
        /// Another
        #[arg(value_name = "B.json")]
        b: PathBuf,
    },
    /// The page of a cause or check; the scopes that an endpoint needs
    Explain {
        /// A cause, a check, or "METHOD PATH"
        #[arg(required = true, value_name = "CAUSE|CHECK|\"METHOD PATH\"")]
        what: Vec<String>,
    },
    /// The working settings of a program: curl, git, Jenkins, Renovate, …
    Recipe(RecipeArgs),
    /// What bbdoctor knows
    List {
        /// Which list
        what: ListWhat,
    },
    /// Write completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man page
    Man {
        /// Write one page for each command into this folder instead
        #[arg(long, value_name = "DIR")]
        dir: Option<std::path::PathBuf>,
    },
}

/// `bbdoctor listen`
#[derive(Clone, Debug, Args)]
pub struct ListenArgs {
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: String,
    /// End after so many requests, readable or not, with a report
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Speak TLS, with a certificate made at start
    #[arg(long)]
    pub tls: bool,
    /// The same, and write the certificate to trust to this file
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// The Atlassian account e-mail that is to arrive [env: BITBUCKET_EMAIL]
    #[arg(long, value_name = "EMAIL")]
    pub email: Option<String>,
    /// Read the token that is to arrive from a file
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Read the token that is to arrive from standard input
    #[arg(long)]
    pub token_stdin: bool,
    /// Read the token that is to arrive from this environment variable
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

/// `bbdoctor recipe TOOL`, filled in for this account.
#[derive(Clone, Debug, Args)]
pub struct RecipeArgs {
    /// The program; see `bbdoctor list recipes`
    #[arg(required = true, value_name = "TOOL")]
    pub tool: Vec<String>,
    /// The Atlassian account e-mail [env: BITBUCKET_EMAIL]
    #[arg(long, value_name = "EMAIL")]
    pub email: Option<String>,
    /// The workspace [env: BITBUCKET_WORKSPACE]
    #[arg(long, value_name = "SLUG")]
    pub workspace: Option<String>,
    /// The repository [env: BITBUCKET_REPO_FULL_NAME]
    #[arg(long, value_name = "WORKSPACE/REPO")]
    pub repo: Option<String>,
    /// The variable that holds the token: its kind chooses the recipe
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

/// `bbdoctor list …`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListWhat {
    /// Every fault that a verdict can name
    Causes,
    /// Every check, in order
    Checks,
    /// Every scope
    Scopes,
    /// Every simulated account
    Scenarios,
    /// Every program with a recipe
    Recipes,
}
