//! A real browser behind its driver: Debian's chromium, installed where it is absent and can be. The WebDriver protocol (W3C)
//! is JSON over HTTP on loopback, and as little of it as is needed is spoken here.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long an answer of the driver may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A session with one window.
pub(super) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    /// What it says further on; closed, it would end at its next word.
    _said: BufReader<ChildStdout>,
    _profile: TempDir,
}

/// Whether this program starts.
fn there(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Why there is no browser; installs it first where that is possible.
fn missing() -> Option<String> {
    if there("chromium") && there("chromedriver") {
        return None;
    }
    let id = Command::new("id").arg("-u").output().ok().map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    if id.as_deref() != Some("0") || !there("apt-get") {
        return Some("no chromium with chromedriver here, and no right to install them by apt-get".into());
    }
    let apt = |words: &[&str]| {
        Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).output()
    };
    let _ = apt(&["update", "-qq"]);
    let installed = apt(&["install", "-y", "-qq", "--no-install-recommends", "chromium", "chromium-driver"]);
    match installed {
        Ok(done) if done.status.success() => None,
        Ok(done) => Some(format!("chromium could not be installed: {}", String::from_utf8_lossy(&done.stderr).trim())),
        Err(error) => Some(format!("chromium could not be installed: {error}")),
    }
}

impl Browser {
    /// A window in a new, empty profile; or why there is none.
    pub(super) fn open() -> Result<Self, String> {
        if let Some(why) = missing() {
            return Err(why);
        }
        let profile = TempDir::new().map_err(|e| e.to_string())?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| e.to_string())?;
        let mut said = BufReader::new(driver.stdout.take().ok_or("no output")?);
        let port = said.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let number = line.strip_suffix('.')?.rsplit_once("successfully on port ")?.1.parse().ok()?;
            Some(number)
        });
        let mut browser = Self {
            driver,
            port: port.ok_or("chromedriver said no port")?,
            session: String::new(),
            _said: said,
            _profile: profile,
        };
        let folder = browser._profile.path().display().to_string();
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            // The picture is the same on every screen.
            "--force-device-scale-factor=1",
            "--force-color-profile=srgb",
            "--disable-dev-shm-usage",
        ];
        let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).chain([format!("--user-data-dir={folder}")]).collect();
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": { "args": args } } } });
        let made = browser.call("POST", "/session", &wanted)?;
        browser.session = made["sessionId"].as_str().ok_or("no session")?.to_owned();
        Ok(browser)
    }

    /// One command of the driver: its value, or what it says is wrong.
    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|e| e.to_string())?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(|e| e.to_string())?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).map_err(|e| e.to_string())?;
        // The driver keeps the connection open, whatever it is told: the length says where the answer ends.
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while answer.read_line(&mut line).map_err(|e| e.to_string())? > 2 {
            if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().map_err(|_| "no length")?;
            }
            line.clear();
        }
        let mut text = vec![0; length];
        answer.read_exact(&mut text).map_err(|e| e.to_string())?;
        let mut value: Value = serde_json::from_slice(&text).map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&text)))?;
        let value = value["value"].take();
        match value.get("error") {
            Some(error) => Err(format!("{path}: {error}: {}", value["message"])),
            None => Ok(value),
        }
    }

    fn on_page(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}{path}", self.session), body).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Opens a file.
    pub(super) fn open_file(&self, path: &Path) {
        self.on_page("/url", &json!({ "url": format!("file://{}", path.display()) }));
    }

    /// Opens an empty page.
    pub(super) fn leave(&self) {
        self.on_page("/url", &json!({ "url": "about:blank" }));
    }

    /// Runs a function body in the page and gives what it returns. The driver's own words: no policy of the page forbids them.
    pub(super) fn run(&self, script: &str, with: &[Value]) -> Value {
        self.on_page("/execute/sync", &json!({ "script": script, "args": with }))
    }

    /// The same for a function body that calls its last argument when it is done.
    pub(super) fn run_later(&self, script: &str, with: &[Value]) -> Value {
        self.on_page("/execute/async", &json!({ "script": script, "args": with }))
    }

    fn devtools(&self, command: &str, with: &Value) -> Value {
        self.on_page("/goog/cdp/execute", &json!({ "cmd": command, "params": with }))
    }

    /// A window of so many CSS pixels, in this colour scheme, on the screen or on paper.
    pub(super) fn look(&self, width: u32, scheme: &str, media: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        );
        let features = [json!({ "name": "prefers-color-scheme", "value": scheme })];
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
    }

    /// The whole page as PNG in base64.
    pub(super) fn picture(&self) -> String {
        let taken = self.devtools("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true }));
        taken["data"].as_str().expect("a picture").to_owned()
    }

    /// Presses a key.
    pub(super) fn press(&self, key: &str) {
        let press = |kind: &str| json!({ "type": kind, "value": key });
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": [press("keyDown"), press("keyUp")] }] });
        self.on_page("/actions", &actions);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.call("DELETE", &format!("/session/{}", self.session), &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
