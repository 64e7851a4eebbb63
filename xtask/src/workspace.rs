//! Where things are: the root of the repository, cargo, the target directory, the tracked files.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Doing, Failure, Outcome};
use crate::step;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Cargo, started at the root. Variables that the surrounding `cargo run` set for this program alone are removed:
/// build scripts watch some of them, and would be run again for nothing.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// What cargo knows about the members of the workspace.
pub(crate) fn metadata() -> Outcome<Value> {
    let text = step::capture(cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text).doing("read cargo's metadata")
}

/// The names of a member's features, `default` aside.
pub(crate) fn features(package: &str) -> Outcome<Vec<String>> {
    let metadata = metadata()?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let member =
        packages.into_iter().flatten().find(|member| member.get("name").and_then(Value::as_str) == Some(package));
    let member = member.ok_or_else(|| Failure::new(format!("the workspace has no package {package}")))?;
    let features = member.get("features").and_then(Value::as_object);
    Ok(features.into_iter().flat_map(|map| map.keys()).filter(|name| *name != "default").cloned().collect())
}

/// Builds the server as anybody would and says where it is.
pub(crate) fn build_server(release: bool) -> Outcome<PathBuf> {
    let profile: &[&str] = if release { &["--release"] } else { &[] };
    build(&["--bin", "chat-server"], profile)
}

/// Builds the server with faults that `chaos teeth` runs.
pub(crate) fn build_faulty_server() -> Outcome<PathBuf> {
    build(&["--example", FAULTY_SERVER], &[])
}

/// What the server with faults is called.
pub(crate) const FAULTY_SERVER: &str = "faulty";

fn build(target: &[&str; 2], profile: &[&str]) -> Outcome<PathBuf> {
    let [_, name] = target;
    let mut command = cargo();
    command.args(["build", "--package", "chat-server", "--message-format=json-render-diagnostics"]);
    command.args(target).args(profile).stderr(std::process::Stdio::inherit());
    let output = command.output().doing("build the server")?;
    if !output.status.success() {
        return Err(Failure::new("the server does not build").with_code(output.status.code()));
    }
    executable(&String::from_utf8_lossy(&output.stdout), name)
        .ok_or_else(|| Failure::new(format!("cargo named no executable {name}")))
}

/// The executable of a binary or an example among the messages of a build.
pub(crate) fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find_map(|message| {
        let target = message.get("target")?;
        let is_program = target.get("kind")?.as_array()?.iter().any(|kind| kind == "bin" || kind == "example");
        let is_test = message.pointer("/profile/test").and_then(Value::as_bool).unwrap_or(false);
        let named = target.get("name")?.as_str()? == name;
        if is_program && named && !is_test { message.get("executable")?.as_str().map(PathBuf::from) } else { None }
    })
}

/// The files that belong to the repository, as paths from its root: what git tracks and what it would track.
/// In an unpacked archive, where git knows nothing, it is every file outside of the build's output.
pub(crate) fn files() -> Outcome<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    let mut files = match step::capture(&mut git) {
        Ok(listed) => listed.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect(),
        Err(_) => walk(&root())?,
    };
    files.retain(|file: &PathBuf| root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

fn walk(directory: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).doing("list the repository")? {
        let path = entry.doing("list the repository")?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && ![".git", "target", "chat-data"].contains(&name.as_str()) {
            files.extend(walk(&path)?);
        } else if path.is_file() {
            files.extend(path.strip_prefix(root()).map(Path::to_path_buf));
        }
    }
    Ok(files)
}
