//! The contracts in `docs/contract`: those that are out, `1.0.0.yaml`, which nobody changes any more, and at most a candidate
//! for the next, `1.1.0-candidate.yaml`.
//!
//! What is out is held by its SHA-256 in the file `RELEASED` beside it, in the form of `sha256sum`: a release is one `git mv`
//! and one line (CONTRIBUTING.md).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::{Version, version};

/// How the name of a contract ends that is not out yet.
const CANDIDATE: &str = "-candidate";

/// A contract that is kept.
#[derive(Debug)]
pub struct Kept {
    /// The name of its file.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Whether it is out: nobody changes it any more.
    pub is_released: bool,
    /// The contract itself.
    pub document: Value,
}

/// Whether the name of a file says that its contract is out.
pub fn is_released(file: &str) -> bool {
    !file.trim_end_matches(".yaml").ends_with(CANDIDATE)
}

/// Every contract in a folder, oldest first.
///
/// # Errors
/// With what is wrong with the folder: a contract that was changed after it was released, or is gone; one that is not in the
/// list; a name that is not its version; a candidate for a version that is out.
pub fn kept(folder: &Path) -> Result<Vec<Kept>, String> {
    let mut listed = list(folder)?;
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(|fault| fault.to_string())? {
        let name = entry.map_err(|fault| fault.to_string())?.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".yaml") else { continue };
        let bytes = fs::read(folder.join(&name)).map_err(|fault| format!("{name}: {fault}"))?;
        let text = String::from_utf8(bytes).map_err(|fault| format!("{name}: {fault}"))?;
        let document: Value = serde_norway::from_str(&text).map_err(|fault| format!("{name}: {fault}"))?;
        let version = version(&document)?;
        let (major, minor, patch) = version;
        if stem.trim_end_matches(CANDIDATE) != format!("{major}.{minor}.{patch}") {
            return Err(format!("{name} holds version {major}.{minor}.{patch}"));
        }
        let is_released = is_released(&name);
        if is_released {
            let sum = sum(text.as_bytes());
            match listed.remove(&name) {
                Some(before) if before == sum => {}
                Some(_) => return Err(format!("{name} is released and was changed after that")),
                None => return Err(format!("{name} is released: add this line to RELEASED:\n{sum}  {name}")),
            }
        }
        all.push(Kept { name, version, is_released, document });
    }
    if let Some((gone, _)) = listed.first_key_value() {
        return Err(format!("{gone} was released and is gone"));
    }
    all.sort_by_key(|one| (one.version, !one.is_released));
    let newest = all.iter().filter(|one| one.is_released).map(|one| one.version).max();
    if let Some(late) = all.iter().find(|one| !one.is_released && Some(one.version) <= newest) {
        return Err(format!("{} is a candidate for a version that is out, or older", late.name));
    }
    Ok(all)
}

fn sum(bytes: &[u8]) -> String {
    let byte = |text: String, byte: &u8| text + &format!("{byte:02x}");
    digest(&SHA256, bytes).as_ref().iter().fold(String::new(), byte)
}

/// File and SHA-256 of each contract that was released.
fn list(folder: &Path) -> Result<BTreeMap<String, String>, String> {
    let text = fs::read_to_string(folder.join("RELEASED")).map_err(|fault| format!("RELEASED: {fault}"))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &str| {
        let (sum, name) =
            line.split_once("  ").ok_or_else(|| format!("RELEASED: {line:?} is not `sum  file`"))?;
        Ok((name.to_owned(), sum.to_owned()))
    };
    lines.map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "info: {version: 1.0.0}\npaths: {}\n";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    #[test]
    fn what_is_released_stays_as_it_is() {
        let line = format!("# what is out\n{}  1.0.0.yaml\n", sum(OLD.as_bytes()));
        let next = "info: {version: 1.1.0}\n";
        let good = folder(&[("RELEASED", &line), ("1.0.0.yaml", OLD), ("1.1.0-candidate.yaml", next)]);
        let kept_ones = kept(good.path()).expect("a good folder");
        let seen: Vec<_> = kept_ones.iter().map(|one| (one.name.as_str(), one.is_released)).collect();
        assert_eq!(seen, [("1.0.0.yaml", true), ("1.1.0-candidate.yaml", false)]);
        // a candidate changes as it likes
        let candidate = folder(&[("RELEASED", ""), ("1.0.0-candidate.yaml", OLD)]);
        assert!(kept(candidate.path()).is_ok());
        let changed = format!("{OLD}# one more remark\n");
        for (why, files) in [
            ("was changed", vec![("RELEASED", line.as_str()), ("1.0.0.yaml", changed.as_str())]),
            ("is gone", vec![("RELEASED", line.as_str())]),
            ("is gone", vec![("RELEASED", line.as_str()), ("1.0.0-candidate.yaml", OLD)]),
            ("add this line", vec![("RELEASED", ""), ("1.0.0.yaml", OLD)]),
            ("holds version", vec![("RELEASED", ""), ("1.2.0-candidate.yaml", OLD)]),
            (
                "version that is out",
                vec![("RELEASED", line.as_str()), ("1.0.0.yaml", OLD), ("1.0.0-candidate.yaml", OLD)],
            ),
            ("RELEASED:", vec![("1.0.0-candidate.yaml", OLD)]),
        ] {
            let fault = kept(folder(&files).path()).expect_err(why);
            assert!(fault.contains(why), "{fault}");
        }
    }
}
