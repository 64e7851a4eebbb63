//! The packages of the peers, in exactly the versions that `xtask/peers` names: figures are compared with earlier ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::programs;
use crate::{step, terminal, workspace};

const REQUIREMENTS: &str = "requirements.txt";
const LOCK: &str = "package-lock.json";
const SUMS: &str = "go.sum";

/// Where the peers' programs are, and the lists of their packages.
pub(super) fn manifests() -> PathBuf {
    workspace::root().join("xtask").join("peers")
}

/// The interpreter that has Python's packages.
pub(super) fn python() -> PathBuf {
    home("python").join("bin").join("python")
}

/// Where Node finds its packages.
pub(super) fn node_modules() -> PathBuf {
    home("node").join("node_modules")
}

/// The peer that is written in Go, once it is built.
pub(super) fn go_program() -> PathBuf {
    home("go").join("centrifuge")
}

/// Installs Python's packages unless they are there.
pub(super) fn install_python() -> Outcome {
    let Some(system) = programs::find("python3") else { return Err(Failure::new("there is no python3")) };
    let list = manifests().join(REQUIREMENTS);
    install(&home("python"), &list, "pip", |place| {
        step::capture(Command::new(&system).args(["-m", "venv", "--clear"]).arg(place))?;
        let mut pip = Command::new(python());
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list);
        step::capture(&mut pip).map(|_| ())
    })
}

/// Installs Node's packages unless they are there.
pub(super) fn install_node() -> Outcome {
    if programs::find("node").is_none() {
        return Err(Failure::new("there is no node"));
    }
    let Some(npm) = programs::find("npm") else { return Err(Failure::new("there is no npm")) };
    install(&home("node"), &manifests().join(LOCK), "npm", |place| {
        fs::create_dir_all(place).doing("make a directory for Node's packages")?;
        for name in ["package.json", LOCK] {
            fs::copy(manifests().join(name), place.join(name)).doing("copy the list of Node's packages")?;
        }
        let mut ci = Command::new(&npm);
        step::capture(ci.args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(place)).map(|_| ())
    })
}

/// Builds the peer that is written in Go. Go fetches the modules to where it keeps all others, unless they are there.
pub(super) fn install_go() -> Outcome {
    let Some(go) = programs::find("go") else { return Err(Failure::new("there is no go")) };
    let source = manifests().join("centrifuge");
    let build = || {
        let mut build = Command::new(&go);
        build.args(["build", "-mod=readonly", "-buildvcs=false", "-o"]).arg(go_program());
        build.current_dir(&source).env("CGO_ENABLED", "0").env("GOWORK", "off");
        step::capture(&mut build).map(|_| ())
    };
    install(&home("go"), &source.join(SUMS), "go", |place| {
        fs::create_dir_all(place).doing("make a directory for the peer in Go")?;
        build()
    })?;
    // The modules are the same, the program may have changed. Go knows whether there is anything to do.
    build()
}

fn home(language: &str) -> PathBuf {
    workspace::root().join("target").join("peers").join(language)
}

/// Installs what a list names, unless the very same list was installed before; it is noted beside what came of it.
fn install(place: &Path, list: &Path, tool: &str, fetch: impl FnOnce(&Path) -> Outcome) -> Outcome {
    let wanted = fs::read_to_string(list).doing("read a list of packages")?;
    let note = place.join("installed");
    if fs::read_to_string(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let (list, into) = (list.display(), place.display());
    terminal::alarm(&format!("installing from the network with {tool}: the packages of {list}, into {into}"));
    fetch(place)?;
    fs::write(note, wanted).doing("note what is installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_list_that_has_changed_is_installed() {
        let directory = tempfile::tempdir().unwrap();
        let list = directory.path().join("list");
        let mut times = 0;
        for packages in ["a==1", "a==1", "a==2"] {
            fs::write(&list, packages).unwrap();
            install(directory.path(), &list, "nothing", |_| {
                times += 1;
                Ok(())
            })
            .unwrap();
        }

        assert_eq!(times, 2);
    }

    #[test]
    fn every_package_of_the_peers_has_one_version() {
        let requirements = fs::read_to_string(manifests().join(REQUIREMENTS)).unwrap();
        assert!(requirements.lines().all(|line| line.contains("==")), "{requirements}");

        let package: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(manifests().join("package.json")).unwrap()).unwrap();
        let versions = package["dependencies"].as_object().unwrap();
        assert!(
            versions.values().all(|version| version.as_str().unwrap().starts_with(char::is_numeric)),
            "{versions:?}"
        );

        let sums = fs::read_to_string(manifests().join("centrifuge").join(SUMS)).unwrap();
        let module = fs::read_to_string(manifests().join("centrifuge").join("go.mod")).unwrap();
        let required = module.lines().filter_map(|line| line.trim().trim_start_matches("require ").split_once(" v"));
        let required: Vec<_> = required.collect();
        assert!(!required.is_empty());
        for (name, version) in required {
            let version = version.split(' ').next().unwrap_or_default();
            assert!(sums.contains(&format!("{name} v{version}/go.mod h1:")), "{name} {version}");
        }
    }
}
