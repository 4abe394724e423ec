//! One report's file: where it lands, and how it gets there whole.
//!
//! It is written beside its place and renamed, so nobody ever reads half a report. A link stays, and what it points to is
//! replaced; so do the permissions of a file that was there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::report::text;

/// Links that lead to links; a circle ends here.
const MOST_LINKS: usize = 16;

/// The place that this path means: links followed, a missing last part as well, so that two names of one file are seen to be one.
pub(super) fn place(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().map_or_else(|| target.clone(), |folder| folder.join(&target));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let found = fs::metadata(path);
    // A pipe or a device is written to, not replaced.
    if found.as_ref().is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        return OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes());
    }
    let path = place(path);
    if found.as_ref().is_ok_and(fs::Metadata::is_dir) {
        return Err(ErrorKind::IsADirectory.into());
    }
    // What may not be changed is not replaced either, though the folder would allow it.
    if found.is_ok() {
        drop(OpenOptions::new().write(true).open(&path)?);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bbdoctor-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any program's new file: the umask takes its share. There is no secret in it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    if let Ok(before) = found {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.as_file().sync_data().or_else(unsupported)?;
    file.persist(&path).map(|_: File| ()).map_err(|error| error.error)
}

/// Some file systems cannot say that a file has arrived; then nobody can.
fn unsupported(error: io::Error) -> io::Result<()> {
    if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) { Ok(()) } else { Err(error) }
}

/// What went wrong, and what to do next.
pub(super) fn trouble(error: &io::Error) -> (String, &'static str) {
    let (what, next) = match error.kind() {
        ErrorKind::NotFound => ("there is no such folder", "make the folder first, or name another"),
        ErrorKind::NotADirectory => ("a part of the path is no folder", "name another place"),
        ErrorKind::IsADirectory => ("it is a folder", "name a file in it"),
        ErrorKind::PermissionDenied => ("you may not write there", "name another place, or change who may write there"),
        ErrorKind::ReadOnlyFilesystem => ("nothing can be written there", "name another place"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ("the disk is full", "make room, or name another place"),
        ErrorKind::InvalidFilename => ("the name is too long, or not one", "name another file"),
        _ => return (text::clean(&error.to_string()), "check that its folder exists and that you may write there"),
    };
    (what.into(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("r.md");
        write(&path, "one").expect("it is written");
        write(&path, "two").expect("it is replaced");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "two");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 1);
        assert!(write(folder.path(), "x").is_err());
    }

    #[test]
    fn two_names_of_one_file_are_one_place() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("r.md");
        assert_eq!(place(&path), place(&folder.path().join(".").join("r.md")));
        assert_ne!(place(&path), place(&folder.path().join("other.md")));
    }
}
