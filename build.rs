//! Embeds the scenarios of `fixtures/scenarios` in the program: a new file there needs no line of Rust.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let folder = Path::new(&root).join("fixtures/scenarios");
    let out = Path::new(&env::var("OUT_DIR").map_err(io::Error::other)?).join("scenarios.rs");
    let mut files = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                files.push(path);
            }
        }
    }
    files.sort_by_key(|path| path.file_stem().map(std::ffi::OsStr::to_owned));
    let mut list = String::from("&[\n");
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        list.push_str(&format!("    ({name:?}, include_str!({:?})),\n", path.to_string_lossy()));
    }
    list.push_str("]\n");
    fs::write(out, list)?;
    println!("cargo::rerun-if-changed=fixtures/scenarios");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
