//! The HTML report in a real browser: every scenario is laid out and measured, some are photographed at the width of a desk
//! and of a phone, light and dark, and compared with the pictures in `fixtures/pages`.
//!
//! Fonts differ from machine to machine, so pixels do too. What is compared is what a reader would call the look: which
//! sections there are, where each begins and how wide it is, and the colours of each on a coarse grid.

mod driver;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bbdoctor::checks;
use bbdoctor::report::{Record, html, recording};
use serde_json::{Value, json};

use self::driver::Browser;
use super::{bbdoctor, hostile, read, recordings, skipped, with_reports};

const MEASURE: &str = include_str!("measure.js");
const PICTURES: &str = include_str!("pictures.js");
/// The page with most on it: carets, several answers, more than one fault.
const BEARER: &str = "post-bearer-other-email-repo";
/// How much smaller than the page the committed pictures are.
const SCALE: f64 = 0.5;
/// How far the cells of a section's grid may be from those of the picture, in the mean, of 255: other fonts move the ink.
const CELLS: f64 = 24.0;
/// How far its colour as a whole may be: other fonts have a little more or less ink.
const WHOLE: f64 = 9.0;
/// How much higher or lower a section may be with other fonts.
const TALLER: f64 = 0.4;

/// Where the sections stand.
const BOXES: &str = "const boxes = {}; for (const e of document.querySelectorAll('header, section, footer')) { const b = e.getBoundingClientRect(); boxes[e.tagName === 'SECTION' ? e.getAttribute('aria-labelledby') : e.tagName.toLowerCase()] = { left: b.left + scrollX, top: b.top + scrollY, width: b.width, height: b.height }; } return boxes;";
const SMALLER: &str = "const [data, by, done] = arguments; const image = new Image(); image.onload = () => { const c = document.createElement('canvas'); c.width = image.width * by; c.height = image.height * by; const x = c.getContext('2d'); x.imageSmoothingQuality = 'high'; x.drawImage(image, 0, 0, c.width, c.height); done(c.toDataURL('image/webp', 0.6).split(',')[1]); }; image.src = 'data:image/png;base64,' + data;";

fn browser() -> Option<Browser> {
    Browser::open().map_err(|why| skipped(&why)).ok()
}

/// Every scenario's page and one full of strangers' texts, with their names.
fn pages(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut pages = Vec::new();
    for (name, text) in recordings() {
        let (case, seen) = recording::read(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let diagnosis = checks::diagnose(&case, &seen);
        let page = folder.join(format!("{name}.html"));
        fs::write(&page, html::write(Record { case: &case, seen: &seen, diagnosis: &diagnosis })).expect("it is written");
        pages.push((name.clone(), page));
    }
    let recording = hostile(folder);
    with_reports(&["replay", &recording.display().to_string()], folder);
    assert!(read(folder, "r.html").contains("&lt;img"));
    pages.push(("hostile".into(), folder.join("r.html")));
    pages
}

#[test]
fn every_page_can_be_read_at_every_width() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut wrong = Vec::new();
    for (number, (name, page)) in pages(folder.path()).into_iter().enumerate() {
        browser.open_file(&page);
        let mut looks = vec![(1280, "light", "screen"), (390, "dark", "screen")];
        if number % 8 == 0 || name == "hostile" {
            // A desk at twice the size, as WCAG 2.2, 1.4.10 wants it readable; and paper.
            looks.extend([(640, "light", "screen"), (720, "light", "print")]);
        }
        for (width, scheme, media) in looks {
            browser.look(width, scheme, media);
            let found = browser.run(MEASURE, &[]);
            for problem in found.as_array().expect("a list") {
                wrong.push(format!("{name}, {width} {scheme} {media}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_keyboard_reaches_everything_in_order() {
    const FOCUS: &str = "const e = document.activeElement; const all = Array.from(document.querySelectorAll('*')); const s = getComputedStyle(e); const b = e.getBoundingClientRect(); return { place: all.indexOf(e), tag: e.tagName, ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, seen: b.right > 0 && b.width > 0 };";
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let page = folder.path().join("page.html");
    bbdoctor(&["demo", BEARER, "-q", "-q", "--report", &page.display().to_string()]);
    browser.look(1280, "light", "screen");
    browser.open_file(&page);
    let mut last = -1;
    let mut reached = Vec::new();
    for _ in 0..40 {
        browser.press("\u{e004}");
        let focus = browser.run(FOCUS, &[]);
        let place = focus["place"].as_i64().expect("a number");
        if focus["tag"] == "BODY" || focus["tag"] == "HTML" || place < last {
            break;
        }
        assert!(place > last && focus["seen"] == true && focus["ring"] == true, "{focus} after {reached:?}");
        last = place;
        reached.push(focus["tag"].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(reached.first().map(String::as_str), Some("A"), "the way past the head comes first: {reached:?}");
    let count = |tag: &str| reached.iter().filter(|t| *t == tag).count();
    assert!(count("PRE") >= 3 && count("SUMMARY") >= 6, "{reached:?}");
    // The first link leads where it says.
    browser.open_file(&page);
    browser.press("\u{e004}");
    browser.press("\u{e007}");
    assert_eq!(browser.run("return document.activeElement.tagName;", &[]), "MAIN");
}

/// axe-core out of its package, in a folder of its own below `target`; or why not.
fn axe() -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("axe-core");
    let file = folder.join("package/axe.min.js");
    if !file.is_file() {
        fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let packed = Command::new("npm")
            .args(["pack", "--silent", "axe-core@4.10.3"])
            .current_dir(&folder)
            .output()
            .map_err(|e| format!("npm: {e}"))?;
        if !packed.status.success() {
            return Err(format!("npm pack axe-core: {}", String::from_utf8_lossy(&packed.stderr).trim()));
        }
        let unpacked = Command::new("tar").args(["xzf", "axe-core-4.10.3.tgz"]).current_dir(&folder).status();
        unpacked.map_err(|e| format!("tar: {e}"))?;
    }
    fs::read_to_string(file).map_err(|e| e.to_string())
}

#[test]
fn axe_finds_nothing() {
    const RUN: &str = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.map((n) => n.html).join(' ').slice(0, 300))), (why) => done(['axe: ' + why]));";
    let Some(browser) = browser() else { return };
    let axe = match axe() {
        Ok(axe) => axe,
        Err(why) => return skipped(&format!("axe-core could not be had: {why}")),
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut wrong = Vec::new();
    for scenario in [BEARER, "healthy-several-needs", "way-proxy-407", "token-dead-and-whole"] {
        let page = folder.path().join(format!("{scenario}.html"));
        bbdoctor(&["demo", scenario, "-q", "-q", "--report", &page.display().to_string()]);
        for (width, scheme) in [(1280, "light"), (390, "dark")] {
            browser.look(width, scheme, "screen");
            browser.open_file(&page);
            browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; });", &[]);
            browser.run(&axe, &[]);
            let found = browser.run_later(RUN, &[]);
            wrong.extend(found.as_array().expect("a list").iter().map(|v| format!("{scenario}, {width} {scheme}: {v}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Pages that are kept as pictures, with width and colour scheme.
const KEPT: [(&str, u32, &str); 6] = [
    (BEARER, 1280, "light"),
    (BEARER, 1280, "dark"),
    (BEARER, 390, "light"),
    (BEARER, 390, "dark"),
    ("healthy-api-token", 1280, "light"),
    ("way-proxy-407", 390, "dark"),
];
/// What breaks the look of a page: each must be noticed.
const BREAKS: [&str; 5] = [
    ".path { display: block !important }",
    "header { background: none !important }",
    "table { display: none }",
    "body { max-width: none !important }",
    "pre { background: black !important; color: black !important }",
];

#[test]
fn the_pages_look_as_they_did() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pages");
    let update = std::env::var_os("BBDOCTOR_UPDATE").is_some();
    let mut wrong = Vec::new();
    for (scenario, width, scheme) in KEPT {
        let page = folder.path().join(format!("{scenario}.html"));
        bbdoctor(&["demo", scenario, "-q", "-q", "--report", &page.display().to_string()]);
        let name = format!("{scenario}-{width}-{scheme}");
        let (file, places) = (kept.join(format!("{name}.webp")), kept.join(format!("{name}.json")));
        let shown = |rule: &str| {
            browser.look(width, scheme, "screen");
            browser.open_file(&page);
            browser.run(
                "document.styleSheets[0].insertRule(arguments[0], document.styleSheets[0].cssRules.length);",
                &[json!(rule)],
            );
            let shown = (browser.picture(), browser.run(BOXES, &[]));
            // The report's own policy lets no picture in.
            browser.leave();
            shown
        };
        let (picture, boxes) = shown("x {}");
        if update && same(&browser, &picture, &boxes, &file, &places).is_none_or(|found| !found.is_empty()) {
            let small = browser.run_later(SMALLER, &[json!(picture), json!(SCALE)]);
            let small = STANDARD.decode(small.as_str().expect("a picture")).expect("base64");
            fs::create_dir_all(&kept).expect("a folder can be made");
            fs::write(&file, small).expect("it is written");
            fs::write(&places, format!("{}\n", serde_json::to_string_pretty(&boxes).expect("JSON"))).expect("it is written");
        }
        match same(&browser, &picture, &boxes, &file, &places) {
            Some(found) => wrong.extend(found.into_iter().map(|what| format!("{name}: {what}"))),
            None => wrong.push(format!("{name}: no picture to compare with; BBDOCTOR_UPDATE=1 makes it")),
        }
        // Another machine's fonts are no other look; what breaks it is.
        let (picture, boxes) = shown("* { font-family: serif !important }");
        let found = same(&browser, &picture, &boxes, &file, &places).unwrap_or_default();
        wrong.extend(found.into_iter().map(|what| format!("{name} with other fonts: {what}")));
        if scenario == BEARER && width == 1280 {
            for rule in BREAKS {
                let (picture, boxes) = shown(rule);
                if same(&browser, &picture, &boxes, &file, &places).is_none_or(|found| found.is_empty()) {
                    wrong.push(format!("{name}: nobody noticed {rule}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nlook at the page; if it is right, BBDOCTOR_UPDATE=1 takes the new pictures", wrong.join("\n"));
}

/// What differs from the committed picture; `None` where there is none.
fn same(browser: &Browser, picture: &str, boxes: &Value, file: &Path, places: &Path) -> Option<Vec<String>> {
    let before: Value = serde_json::from_str(&fs::read_to_string(places).ok()?).ok()?;
    let old = STANDARD.encode(fs::read(file).ok()?);
    let (now, then) = (boxes.as_object()?, before.as_object()?);
    let mut wrong = Vec::new();
    let names = |of: &serde_json::Map<String, Value>| of.keys().cloned().collect::<Vec<_>>();
    if names(now) != names(then) {
        wrong.push(format!("sections {:?} were {:?}", names(now), names(then)));
    }
    for (id, place) in now {
        let Some(old) = then.get(id) else { continue };
        let of = |value: &Value, key: &str| value[key].as_f64().unwrap_or(-1.0);
        for key in ["left", "width"] {
            if (of(place, key) - of(old, key)).abs() > 2.0 {
                wrong.push(format!("{id}: {key} {} was {}", place[key], old[key]));
            }
        }
        let (high, was) = (of(place, "height"), of(old, "height"));
        if (high - was).abs() > 16.0 + TALLER * was {
            wrong.push(format!("{id}: height {high} was {was}"));
        }
    }
    let found = browser.run_later(PICTURES, &[json!(picture), boxes.clone(), json!(old), before.clone(), json!(SCALE)]);
    for (id, by) in found.as_object()? {
        let over = |key: &str, most: f64| by[key].as_f64().is_none_or(|by| by > most);
        if over("cells", CELLS) || over("whole", WHOLE) {
            wrong.push(format!("{id}: looks different, by {by} of 255"));
        }
    }
    Some(wrong)
}
