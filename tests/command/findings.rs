//! The faults in the text of a command: each is noted, at its place.

use NoteKind::{
    GitConfig, HeaderMalformed, NetrcUsed, NoCredential, NotDefined, NotExpanded, OauthEndpoint, PerhapsMangled,
    PerhapsPlaceholder, Placeholder, Remark, ShellMangled, StrayCharacters, TokenAsUser, TokenInQuery, TwoAuthorizations,
    UserinfoNotEncoded,
};
use bbdoctor::checks::{NoteKind, Request, Scheme, Surface, UserForm};
use bbdoctor::command::{Context, Input, read};

use super::fixture::{api_token, at, context, text};

/// `T` stands for an API token.
fn one(command: &str) -> Request {
    let reading = text(&command.replace("TTT", &api_token()));
    let request = reading.requests.into_iter().next();
    request.unwrap_or_else(|| panic!("no request in {command}"))
}

fn noted(request: &Request, kind: NoteKind) -> Option<String> {
    let note = request.notes.iter().find(|n| n.kind == kind)?;
    Some(note.at.map_or(String::new(), |s| request.text[s.start as usize..s.end as usize].to_owned()))
}

const USER: &str = "https://api.bitbucket.org/2.0/user";

#[test]
fn each_fault_is_noted_at_its_place() {
    let cases: &[(&str, NoteKind, &str)] = &[
        ("curl -H 'Authorization: Bearer $TOKEN' URL", NotExpanded, "$TOKEN"),
        ("curl -H 'Authorization: Bearer ${TOKEN}' URL", NotExpanded, "${TOKEN}"),
        ("curl -H \"Authorization: Bearer $NOT_SET\" URL", NotDefined, "$NOT_SET"),
        ("curl -H \"Authorization: Bearer $env:TOKEN\" URL\n", NotDefined, "$env:TOKEN"),
        ("curl -H 'Authorization: Bearer {{token}}' URL", NotExpanded, "{{token}}"),
        ("curl -H 'Authorization: Bearer null' URL", NotExpanded, "null"),
        ("TOKEN=TTT curl -H \"Authorization: Bearer $TOKEN\" URL", NotExpanded, "$TOKEN"),
        ("TOKEN=\ncurl -u \"anna@example.com:$TOKEN\" URL", NotExpanded, "$TOKEN"),
        // What is pasted shows the name whether that cmd knew it or not.
        ("C:\\Users\\anna> curl -u anna@example.com:%BB_TOKEN% URL", NotDefined, "%BB_TOKEN%"),
        ("C:\\Users\\anna> curl -u anna@example.com:%TOKEN% URL", NotDefined, "%TOKEN%"),
        ("$ curl -u anna@example.com:%TOKEN% URL", NotExpanded, "%TOKEN%"),
        ("C:\\> curl -u anna@example.com:TTT \\\n  URL", ShellMangled, "\\"),
        ("PS C:\\> curl.exe -u anna@example.com:TTT \\\n  URL", ShellMangled, "\\"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/{workspace}", Placeholder, "{workspace}"),
        ("curl -u anna@example.com:<api_token> URL", Placeholder, "<api_token>"),
        (
            "curl -u your_email@example.com:TTT https://api.bitbucket.org/2.0/repositories/YOUR_WORKSPACE",
            Placeholder,
            "YOUR_WORKSPACE",
        ),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/:workspace", Placeholder, ":workspace"),
        ("curl -H “Authorization: Bearer TTT” URL", ShellMangled, "“"),
        ("curl –u anna@example.com:TTT URL", ShellMangled, "–"),
        ("curl -–header 'Authorization: Bearer TTT' URL", ShellMangled, "–"),
        ("curl -H Authorization: Bearer TTT URL", ShellMangled, "Authorization: Bearer ATATT3…"),
        ("curl -u anna@example.com:TTT -X GET #TTT URL", ShellMangled, "#"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/acme?role=member;page=2", ShellMangled, ";"),
        ("% curl -u anna@example.com:TTT URL?a=b\nzsh: no matches found: URL?a=b", ShellMangled, "?"),
        ("PS C:\\> curl -H \"Authorization: Bearer TTT\" URL\nInvoke-WebRequest : Cannot bind parameter", ShellMangled, "curl"),
        ("curl -H 'Authorization: Basic Bearer TTT' URL", HeaderMalformed, "Bearer"),
        ("curl -H 'Authorization;' URL", HeaderMalformed, "Authorization;"),
        ("curl -H 'Authorization; Bearer TTT' URL", HeaderMalformed, "Authorization; Bearer ATATT3…"),
        ("curl --ntlm -u a:b -H 'Authorization: Bearer TTT' URL", HeaderMalformed, "Authorization: Bearer ATATT3…"),
        ("curl --head --data x=y -u a:TTT URL", Remark, "--data"),
        ("curl --oauth2-b TTT URL", Remark, "--oauth2-b"),
        ("curl --user=anna@example.com:TTT URL", Remark, "--user=anna@example.com:ATATT3…"),
        ("curl -K - URL <<'END'\noauth2-bearer = \"TTT\"\nuser = anna:TTT\nEND\n", TwoAuthorizations, "anna:ATATT3…"),
        ("curl -H 'Authorization:\u{a0}Bearer TTT' URL", StrayCharacters, "\u{a0}"),
        ("curl -u TTT:anna@example.com URL", TokenAsUser, "ATATT3…"),
        ("curl -u 'anna:pa'$$word1 URL", NotExpanded, "…"),
        ("git clone https://:TTT@bitbucket.org/acme/app.git", NoCredential, "ATATT3…"),
        ("curl -n https://anna@api.bitbucket.org/2.0/user", NetrcUsed, "-n"),
        ("> curl -X GET \\\n>   -H 'Authorization: TTT' \\\n>   URL", HeaderMalformed, "ATATT3…"),
        ("sudo -u ci bash -c \"curl -H 'Authorization: TTT' URL\"", HeaderMalformed, "ATATT3…"),
        ("code=$(curl -H 'Authorization: TTT' URL)", HeaderMalformed, "ATATT3…"),
        ("  - \"curl -H \\\"Authorization: TTT\\\" URL\"", HeaderMalformed, "ATATT3…"),
        ("docker run --rm curlimages/curl:8.5.0 -sS -H 'Authorization: TTT' URL", HeaderMalformed, "ATATT3…"),
        ("requests.get('URL', headers={'Authorization': 'TTT'})", HeaderMalformed, "ATATT3…"),
        ("fetch(`URL`, { headers: { Authorization: 'Basic ' + btoa('TTT') } })", HeaderMalformed, ""),
        ("curl —header 'Authorization: Bearer TTT' URL", ShellMangled, "—"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/acme?role=member&page=2", ShellMangled, "&"),
        ("$ curl -g -u \"anna@example.com:pass!word1\" URL", ShellMangled, "…"),
        ("curl -g -u \"anna@example.com:pass!word1\" URL", PerhapsMangled, "…"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/acme/your-app", PerhapsPlaceholder, "your-app"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/yourls", PerhapsPlaceholder, "yourls"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/your-workspace", Placeholder, "your-workspace"),
        (
            "curl -u anna@example.com:TTT 'https://api.bitbucket.org/2.0/users/{00000000-0000-0000-0000-000000000000}'",
            ShellMangled,
            "{00000000-0000-0000-0000-000000000000}",
        ),
        ("curl -u anna@example.com:TTT \\ \n  URL", ShellMangled, "\\ "),
        ("curl URL\n-H 'Authorization: Bearer TTT'", ShellMangled, "-H"),
        ("C:\\> curl -H 'Authorization: Bearer TTT' URL", ShellMangled, "'"),
        ("curl -H 'Authorization: Bearer TTT URL", ShellMangled, "'"),
        // The token is whole: it is the words that run together.
        ("curl\u{a0}-u anna@example.com:TTT URL", ShellMangled, "\u{a0}"),
        ("curl -u anna@example.com:TTT\u{a0}URL", StrayCharacters, "\u{a0}"),
        ("curl -H 'Authorization: Bearer TTT\u{200b}' URL", StrayCharacters, "ATATT3…"),
        ("curl -u 'anna@example.com:TTT ' URL", StrayCharacters, "ATATT3…"),
        ("curl -H \"Authorization: Basic $(echo anna@example.com:TTT | base64)\" URL", StrayCharacters, ""),
        ("curl -H 'Authorization: TTT' URL", HeaderMalformed, "ATATT3…"),
        ("curl -H 'Authorization: Bearer Bearer TTT' URL", HeaderMalformed, "Bearer"),
        ("curl -H 'Authorization: Token TTT' URL", HeaderMalformed, "Token"),
        ("curl -H 'Authorization: Bearer:TTT' URL", HeaderMalformed, "Bearer:"),
        ("curl -H 'Authorization: Basic anna@example.com:TTT' URL", HeaderMalformed, "anna@example.com:ATATT3…"),
        ("curl -H 'Authorization: Basic TTT' URL", HeaderMalformed, "ATATT3…"),
        ("curl -H 'Authorization: Basic bm9jb2xvbg==' URL", HeaderMalformed, "…"),
        ("curl -H 'Authorization: Bearer anna@example.com:TTT' URL", HeaderMalformed, "anna@example.com"),
        ("curl -H 'Authorization Bearer TTT' URL", HeaderMalformed, "Authorization Bearer ATATT3…"),
        ("curl -H 'Authentication: Bearer TTT' URL", HeaderMalformed, "Authentication"),
        ("curl -H 'PRIVATE-TOKEN: TTT' URL", HeaderMalformed, "PRIVATE-TOKEN"),
        ("curl -u anna@example.com:other1234 -H 'Authorization: Bearer TTT' URL", TwoAuthorizations, "anna@example.com:…"),
        ("curl -n -u anna@example.com:TTT URL", NetrcUsed, "-n"),
        ("curl -n URL", NetrcUsed, "-n"),
        ("curl 'https://api.bitbucket.org/2.0/user?access_token=TTT'", TokenInQuery, "ATATT3…"),
        ("git clone http://anna@bitbucket.org/acme/app.git", Remark, "http://anna@bitbucket.org/acme/app.git"),
        ("git clone https://bitbucket.org/acme/app.git.git", Remark, ".git"),
        ("git clone git@bitbucket.org/acme/app.git", Remark, "/"),
        ("git clone 'https://bitbucket.org/Acme Tools/app.git'", Remark, "Acme Tools"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/acme/My%20App", Remark, "My%20App"),
        ("curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/acme/MyApp", Remark, "MyApp"),
        ("curl -u anna@example.com URL", NoCredential, "anna@example.com"),
        ("curl URL", NoCredential, ""),
        ("curl -u TTT: URL", TokenAsUser, "ATATT3…"),
        ("git clone https://TTT@bitbucket.org/acme/app.git", TokenAsUser, "ATATT3…"),
        ("git clone https://TTT:x-oauth-basic@bitbucket.org/acme/app.git", TokenAsUser, "ATATT3…"),
        ("git clone https://anna@example.com:TTT@bitbucket.org/acme/app.git", UserinfoNotEncoded, "anna@example.com:ATATT3…"),
        ("git clone https://anna:pa/ss#word1@bitbucket.org/acme/app.git", UserinfoNotEncoded, "anna:…"),
        (
            "git -c http.extraHeader='Authorization: Bearer TTT' fetch https://bitbucket.org/acme/app.git",
            GitConfig,
            "http.extraHeader",
        ),
        ("git clone https://$USER_NAME:TTT@bitbucket.org/acme/app.git", NotDefined, "$USER_NAME"),
        (
            "curl -u key:Ab3dEf7hIj9kLmNpQrAb3dEf7hIj9kLm https://bitbucket.org/site/oauth2/access_token -d grant_type=client_credentials",
            OauthEndpoint,
            "https://bitbucket.org/site/oauth2/access_token",
        ),
        ("http -A bearer -a '$TOKEN' GET URL", NotExpanded, "$TOKEN"),
        ("wget --header='Authorization: TTT' URL", HeaderMalformed, "ATATT3…"),
        (
            "PS C:\\> Invoke-RestMethod -Uri URL -Headers @{ Authorization = \"Bearer $env:BB_TOKEN\" }",
            NotDefined,
            "$env:BB_TOKEN",
        ),
    ];
    let mut wrong = Vec::new();
    for (command, kind, place) in cases {
        let request = one(&command.replace("URL", USER));
        let found = noted(&request, *kind);
        if found.is_none() || !place.is_empty() && found.as_deref() != Some(*place) {
            wrong.push(format!("{command}\n   {kind:?} at {found:?}, not {place:?}; {:?}", request.notes));
        }
        assert!(!request.text.contains(&api_token()), "{command}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn passwords_of_a_proxy_or_a_key_are_hidden_too() {
    for options in [
        "-x http://someone:hunter22@proxy.example:3128",
        "--proxy 'someone:hunter22@proxy.example'",
        "--proxy-user someone:hunter22",
        "-U \"someone:hunter22\"",
        "--socks5-hostname someone:hunter22@proxy.example",
        "--cert me.pem --pass hunter22",
    ] {
        let request = one(&format!("curl {options} -H 'Authorization: Bearer TTT' {USER}"));
        assert!(!request.text.contains("hunter22"), "{}", request.text);
        assert!(!request.text.contains("someone") || request.text.contains("someone:…"), "{}", request.text);
        assert_eq!(request.sends.credential.map(|id| id.0), Some(0), "{options}");
    }
}

#[test]
fn what_is_right_is_not_noted() {
    for command in [
        "curl -u anna@example.com:TTT URL",
        "curl -u anna@example.com:TTT URL&",
        "curl -u anna@example.com:TTT 'https://api.bitbucket.org/2.0/repositories/acme?token=next'",
        "curl -u anna@example.com:TTT -H 'Authorization-Info: x' URL",
        "curl -u 'anna@example.com:TTT' 'https://api.bitbucket.org/2.0/repositories/acme?role=member&page=2'",
        "curl -u anna@example.com:TTT https://api.bitbucket.org/2.0/repositories/acme?role=member",
        "curl -g -u anna@example.com:TTT 'https://api.bitbucket.org/2.0/users/{00000000-0000-0000-0000-000000000000}'",
        "curl -X POST -u anna@example.com:TTT URL -d '{\"title\": \"it costs $5 & “more”\"}'",
        "curl --silent --user \"anna@example.com:TTT\" --header 'Accept: application/json' URL",
        "git clone https://x-bitbucket-api-token-auth:TTT@bitbucket.org/acme/app.git",
        "git clone https://anna%40example.com:TTT@bitbucket.org/acme/app.git",
        "TOKEN=TTT\ncurl -u \"anna@example.com:$TOKEN\" URL",
        "export TOKEN='TTT' && curl -u anna@example.com:${TOKEN} URL",
        "PS C:\\> curl.exe -u \"anna@example.com:TTT\" `\n  URL",
        "C:\\> curl -u \"anna@example.com:TTT\" ^\n  \"URL\"",
        "curl -H \"Authorization: Basic $(printf '%s' 'anna@example.com:TTT' | base64 -w0)\" URL",
        "wget --auth-no-challenge --user=anna@example.com --password=TTT URL",
        "xh -a anna@example.com:TTT URL",
        "requests.get('URL', auth=('anna@example.com', 'TTT'))",
        "pair = 'anna@example.com:TTT'\nh = {'Authorization': 'Basic ' + base64.b64encode(pair.encode()).decode()}\nrequests.get('URL', headers=h)",
        "axios.get('URL', { auth: { username: 'anna@example.com', password: 'TTT' } })",
        "$p = \"anna@example.com:TTT\"\n$b = [System.Text.Encoding]::ASCII.GetBytes($p)\n$e = [System.Convert]::ToBase64String($b)\nirm URL -Headers @{Authorization = \"Basic $e\"}",
    ] {
        let request = one(&command.replace("URL", USER));
        assert_eq!(request.notes, Vec::new(), "{command}");
        assert!(request.sends.credential.is_some(), "{command}");
        assert_eq!(request.sends.scheme, Some(Scheme::Basic), "{command}");
    }
}

#[test]
fn methods_are_those_that_curl_implies() {
    for (options, method) in [
        ("", "GET"),
        ("-d a=b", "POST"),
        ("-d a=b -G", "GET"),
        ("-I", "HEAD"),
        ("-T file", "PUT"),
        ("-F a=b", "POST"),
        ("--json '{}'", "POST"),
        ("-sXDELETE", "DELETE"),
        ("--request PUT -d a=b", "PUT"),
    ] {
        assert_eq!(one(&format!("curl {options} {USER}")).method, method, "{options}");
    }
}

#[test]
fn hosts_paths_and_repositories() {
    for (command, surface, path, repo) in [
        ("curl https://api.bitbucket.org/2.0/user", Some(Surface::Rest), Some("/2.0/user"), None),
        ("curl https://api.bitbucket.org/user", Some(Surface::Rest), Some("/user"), None),
        ("curl https://bitbucket.org/!api/2.0/user", Some(Surface::Rest), Some("/2.0/user"), None),
        ("curl https://bitbucket.org/api/2.0/user", Some(Surface::Rest), Some("/2.0/user"), None),
        ("curl https://bitbucket.example.com/rest/api/1.0/projects", None, None, None),
        ("git clone git@bitbucket.org:acme/app.git", Some(Surface::Git), None, Some("acme/app")),
        ("git clone ssh://git@ssh.bitbucket.org/acme/app.git", Some(Surface::Git), None, Some("acme/app")),
        ("git clone https://bitbucket.org/acme/My%20App.git.git", Some(Surface::Git), None, Some("acme/My App.git")),
        ("git clone https://git.example.com/acme/app.git", None, None, None),
        ("git push https://bitbucket.org/acme/app main", Some(Surface::Git), None, Some("acme/app")),
        ("git remote set-url origin https://bitbucket.org/acme/app.git", Some(Surface::Git), None, Some("acme/app")),
        ("git submodule add -b main https://bitbucket.org/acme/app.git sub", Some(Surface::Git), None, Some("acme/app")),
    ] {
        let request = one(command);
        assert_eq!((request.surface, request.api_path.as_deref(), request.repo.as_deref()), (surface, path, repo), "{command}");
    }
}

#[test]
fn other_bases_count_as_bitbucket() {
    let context = Context { variable: &|_| None, api_url: "http://127.0.0.1:7990", git_base_url: "http://127.0.0.1:7991" };
    let api = read(Input::Text("curl http://127.0.0.1:7990/2.0/user"), &context);
    assert_eq!(api.requests[0].api_path.as_deref(), Some("/2.0/user"));
    let git = read(Input::Text("git clone http://127.0.0.1:7991/acme/app.git"), &context);
    assert_eq!(git.requests[0].repo.as_deref(), Some("acme/app"));
}

#[test]
fn the_environment_is_asked_where_a_shell_would() {
    let token = api_token();
    let variable = |name: &str| (name == "BB_TOKEN").then(|| token.clone());
    let context = Context { variable: &variable, ..context() };
    let both = "curl -u \"anna@example.com:$BB_TOKEN\" URL\ncurl -u 'anna@example.com:$BB_TOKEN' URL".replace("URL", USER);
    let reading = read(Input::Text(&both), &context);
    assert!(noted(&reading.requests[0], NotExpanded).is_none());
    assert_eq!(reading.credentials[0].1.expose(), token);
    assert_eq!(noted(&reading.requests[1], NotExpanded).as_deref(), Some("$BB_TOKEN"));
}

#[test]
fn several_commands_with_their_answers() {
    let pasted = "anna@host:~/app$ git push origin main\nremote: Your credentials lack one or more required privilege scopes.\nfatal: unable to access 'https://bitbucket.org/acme/app.git/': The requested URL returned error: 403\n[anna@host app]$ curl -sI -u anna@example.com:TTT URL | head -1\nHTTP/2 200\n$ cd app && git pull -q\nAlready up to date.\n";
    let reading = text(&pasted.replace("TTT", &api_token()).replace("URL", USER));
    let statuses: Vec<_> = reading.requests.iter().map(|r| r.reported.as_ref().and_then(|a| a.status)).collect();
    assert_eq!(statuses, [Some(403), Some(200), Some(200)]);
    assert!(reading.requests[0].writes);
    assert_eq!(reading.requests[0].repo.as_deref(), Some("acme/app"));
    assert_eq!(reading.main, Some(0));
    assert!(reading.unread.iter().any(|u| u.contains("head -1")));
}

#[test]
fn log_lines_and_settings() {
    let pasted = "BITBUCKET_USER=anna\nBITBUCKET_PASS_TOKEN=TTT\n2026-11-20 ERROR request failed: GET https://api.bitbucket.org/2.0/repositories/acme/app/pullrequests status=401\n";
    let request = one(pasted);
    assert_eq!(request.reported.as_ref().and_then(|r| r.status), Some(401));
    assert_eq!(request.api_path.as_deref(), Some("/2.0/repositories/acme/app/pullrequests"));
    assert_eq!(request.sends.user.as_ref().map(|u| (u.text.as_str(), u.form)), Some(("anna", UserForm::Name)));
    assert_eq!(request.sends.place, "settings");
    assert!(request.sends.credential.is_some());
}

#[test]
fn program_code() {
    let python = "import requests\ntoken = \"TTT\"\nr = requests.get(\"https://api.bitbucket.org/2.0/repositories/acme\", headers={\"Authorization\": f\"Bearer {token}\"})\nprint(r.status_code)  # 401\n";
    let request = one(python);
    assert_eq!((request.method.as_str(), request.sends.scheme), ("GET", Some(Scheme::Bearer)));
    assert!(request.sends.credential.is_some());
    let script = "const res = await fetch('https://api.bitbucket.org/2.0/repositories/acme', { method: 'POST', headers: { 'Authorization': 'Bearer TTT' } });";
    let request = one(script);
    assert_eq!((request.method.as_str(), request.sends.scheme), ("POST", Some(Scheme::Bearer)));
}

#[test]
fn powershell_builds_headers_step_by_step() {
    let pasted = "PS C:\\> $pair = \"anna@example.com:TTT\"\nPS C:\\> $encoded = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes($pair))\nPS C:\\> $headers = @{ Authorization = \"Basic $encoded\"; Accept = 'x' }\nPS C:\\> Invoke-RestMethod -Method Get -Uri https://api.bitbucket.org/2.0/user -Headers $headers\n";
    let request = one(pasted);
    assert_eq!(request.tool, "powershell");
    assert_eq!(request.sends.scheme, Some(Scheme::Basic));
    assert_eq!(request.sends.user.as_ref().map(|u| u.form), Some(UserForm::Email));
    assert!(request.sends.credential.is_some());
}

#[test]
fn positions_survive_quotes_and_continuations() {
    let request = one(
        "curl \\\n\t-X \"PO\"'ST' \\\n  -H \"Authorization: \\\nBearer\"' TTT' 'https://api.bitbucket.org/2.0/repositories/acme/ü'",
    );
    assert_eq!((at(&request, "method"), request.method.as_str()), ("PO\"'ST", "POST"));
    assert_eq!(at(&request, "scheme"), "Bearer");
    assert_eq!(at(&request, "secret"), "ATATT3…");
    assert_eq!(at(&request, "host"), "api.bitbucket.org");
}
