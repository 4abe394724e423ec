//! Requests that programs make: Python, JavaScript, PowerShell, the steps of a pipeline. URL, method, scheme and user are read, the
//! secret is known, and none of it is shown.

use bbdoctor::checks::{NoteKind, Request, Scheme, UserForm};

use super::fixture::{api_token, text};

const ACME: &str = "https://api.bitbucket.org/2.0/repositories/acme";

/// `TTT` stands for an API token, `ACME` for an address.
fn one(pasted: &str) -> Request {
    let token = api_token();
    let reading = text(&pasted.replace("TTT", &token).replace("ACME", ACME));
    let request = reading.requests.into_iter().next().unwrap_or_else(|| panic!("no request in {pasted}"));
    assert!(!request.text.contains(&token), "{pasted}");
    request
}

fn sends(pasted: &str, tool: &str, method: &str, path: &str, scheme: Scheme, user: Option<UserForm>) {
    let request = one(pasted);
    let shown = (request.tool.as_str(), request.method.as_str(), request.api_path.as_deref().unwrap_or_default());
    assert_eq!(shown, (tool, method, path), "{pasted}");
    let how = (request.sends.scheme, request.sends.user.as_ref().map(|u| u.form));
    assert_eq!(how, (Some(scheme), user), "{pasted}\n{:?}", request.notes);
    assert!(request.sends.credential.is_some(), "{pasted}\n{:?}", request.notes);
    assert!(!request.notes.iter().any(|n| n.kind == NoteKind::HeaderMalformed), "{pasted}\n{:?}", request.notes);
}

#[test]
fn python() {
    let (basic, name) = (Scheme::Basic, Some(UserForm::Name));
    for pasted in [
        "s = requests.Session()\ns.auth = HTTPBasicAuth('annasmith', 'TTT')\nr = s.get('ACME')",
        "cred = base64.b64encode(b'annasmith:TTT').decode('ascii')\nreq = urllib.request.Request('ACME')\nreq.add_header('Authorization', 'Basic %s' % cred)\nurllib.request.urlopen(req)",
        "pair = '{}:{}'.format('annasmith', 'TTT')\nh = {'Authorization': 'Basic {}'.format(base64.b64encode(pair.encode()).decode())}\nrequests.get('ACME', headers=h)",
        "pair = '%s:%s' % ('annasmith', 'TTT')\nrequests.get('ACME', headers={'Authorization': 'Basic ' + base64.b64encode(pair.encode()).decode()})",
        "with httpx.Client(base_url='https://api.bitbucket.org/2.0', auth=('annasmith', 'TTT')) as client:\n    r = client.get('/repositories/acme')",
        "bb = httpx.Client(auth=('annasmith', 'TTT'))\nbb.get('ACME')",
    ] {
        sends(pasted, "python", "GET", "/2.0/repositories/acme", basic, name);
    }
    let client = "c = httpx.AsyncClient(base_url='https://api.bitbucket.org/2.0/', headers={'Authorization': 'Bearer TTT'})\nawait c.post('repositories/acme/app/pullrequests', json={})";
    sends(client, "python", "POST", "/2.0/repositories/acme/app/pullrequests", Scheme::Bearer, None);
}

#[test]
fn javascript() {
    let (basic, name) = (Scheme::Basic, Some(UserForm::Name));
    for pasted in [
        "await fetch('ACME', { headers: { 'Authorization': `Basic ${Buffer.from('annasmith:TTT').toString('base64')}` } });",
        "const token = 'TTT';\nfetch(`ACME`, { headers: { Authorization: 'Basic ' + btoa('annasmith' + ':' + token) } });",
        "const bb = axios.create({ baseURL: 'https://api.bitbucket.org/2.0', auth: { username: 'annasmith', password: 'TTT' } });\nconst { data } = await bb.get('/repositories/acme');",
    ] {
        sends(pasted, "javascript", "GET", "/2.0/repositories/acme", basic, name);
    }
    for pasted in [
        "const api = axios.create({\n  baseURL: 'https://api.bitbucket.org/2.0',\n  headers: { Authorization: `Bearer ${token}` },\n});\nconst token = 'TTT';\napi.get('/user').then(r => console.log(r.data));",
        "const client = axios.create({ baseURL: \"https://api.bitbucket.org/2.0\" });\nclient.defaults.headers.common['Authorization'] = \"Bearer TTT\";\nclient.get(\"/user\");",
    ] {
        sends(pasted, "javascript", "GET", "/2.0/user", Scheme::Bearer, None);
    }
    // A table's own `get` asks for nothing.
    let other = text("const api = axios.create({ baseURL: 'https://api.bitbucket.org/2.0' });\nconst x = map.get('user');");
    assert!(other.requests.iter().all(|r| r.tool != "javascript"), "{:?}", other.requests);
}

#[test]
fn powershell() {
    let path = "/2.0/repositories/acme";
    for pasted in [
        "$bytes = [System.Text.Encoding]::UTF8.GetBytes(\"annasmith:TTT\")\n$h = @{ Authorization = 'Basic ' + [System.Convert]::ToBase64String($bytes) }\nirm -Method Get -Uri ACME -Headers $h",
        "$h = @{ 'Authorization' = ('Basic ' + [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes('annasmith:TTT'))) }\niwr ACME -Headers $h",
        "Invoke-RestMethod -Uri ACME -Headers @{Authorization=('Basic {0}' -f [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes(('{0}:{1}' -f 'annasmith','TTT'))))}",
        "irm -Uri ACME -Headers @{ Authorization = \"Basic $([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('annasmith:TTT')))\" }",
        "$cred = New-Object System.Management.Automation.PSCredential('annasmith', (ConvertTo-SecureString 'TTT' -AsPlainText -Force))\nInvoke-RestMethod -Uri ACME -Authentication Basic -Credential $cred",
    ] {
        sends(pasted, "powershell", "GET", path, Scheme::Basic, Some(UserForm::Name));
    }
    sends("$h = @{ Authorization = \"Bearer TTT\" }\nirm ACME -Headers $h", "powershell", "GET", path, Scheme::Bearer, None);
    // `Encoding::Unicode` is UTF-16: what is decoded is no pair.
    for pasted in [
        "$b = [Text.Encoding]::Unicode.GetBytes('anna@example.com:TTT')\n$h = @{ Authorization = ('Basic ' + [Convert]::ToBase64String($b)) }\nirm ACME -Headers $h",
        "$e = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes(\"anna@example.com:TTT\"))\nirm ACME -Headers @{ Authorization = \"Basic $e\" }",
    ] {
        let request = one(pasted);
        let told = request.notes.iter().find(|n| n.kind == NoteKind::HeaderMalformed);
        assert!(told.is_some_and(|n| n.text.contains("UTF-16")), "{pasted}\n{:?}", request.notes);
    }
}

#[test]
fn steps_of_a_pipeline() {
    let path = "/2.0/repositories/acme";
    for pasted in [
        "script:\n  - export TOKEN=TTT\n  - curl -s -u \"annasmith:${TOKEN}\" ACME\n",
        "script:\n  - TOKEN=TTT\n  - >-\n    curl -s -u \"annasmith:${TOKEN}\"\n    ACME\n",
        "script:\n  - |\n    export TOKEN=\"TTT\"\n    curl -s -u \"annasmith:${TOKEN}\" ACME\n",
    ] {
        sends(pasted, "curl", "GET", path, Scheme::Basic, Some(UserForm::Name));
    }
    let pipe = "- pipe: atlassian/bitbucket-upload-file:0.7.1\n  variables:\n    BITBUCKET_USERNAME: annasmith\n    BITBUCKET_APP_PASSWORD: TTT\n";
    sends(pipe, "pipe", "GET", "", Scheme::Basic, Some(UserForm::Name));
    let pipe = "- pipe: atlassian/trigger-pipeline:5.6.0\n  variables:\n    BITBUCKET_USERNAME: $BITBUCKET_USERNAME\n    BITBUCKET_ACCESS_TOKEN: 'TTT'\n";
    assert_eq!(one(pipe).sends.scheme, Some(Scheme::Bearer));
    // What the pipeline puts in is not known, and no path is wrong for it.
    let step =
        "script:\n  - curl -u annasmith:TTT https://api.bitbucket.org/2.0/repositories/$BITBUCKET_REPO_FULL_NAME/pullrequests\n";
    assert!(one(step).url_is_unfinished());
}
