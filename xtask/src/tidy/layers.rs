//! Laws about who may know what: the direction of the dependencies, and where SQL, HTTP and sockets live.

use std::collections::BTreeSet;

use super::Report;
use super::house::House;
use crate::step;
use crate::workspace;

/// A package and what must not be among what it depends on. A name ending in `*` stands for all that begin so.
struct Rule {
    package: &'static str,
    /// The edges of cargo's tree to follow.
    edges: &'static str,
    forbidden: &'static [&'static str],
    why: &'static str,
}

const DIRECTIONS: &[Rule] = &[
    Rule {
        package: "chat-core",
        edges: "normal",
        forbidden: &["tokio*", "sqlx*", "hyper*", "axum*", "serde", "serde_json", "tungstenite"],
        why: "the rules know no runtime, no database, no wire; put it behind a port, or behind the feature `testing`",
    },
    Rule {
        package: "chat-core",
        edges: "normal,build,dev",
        forbidden: &["chat-store", "chat-transport", "chat-server"],
        why: "the core knows nobody; move the shared thing into the core or the test into the crate it tests",
    },
    Rule {
        package: "chat-store",
        edges: "normal,build,dev",
        forbidden: &["chat-transport", "chat-server", "axum*", "hyper*", "tokio-tungstenite", "tungstenite"],
        why: "a store knows no clients; what both need belongs into chat-core",
    },
    Rule {
        package: "chat-transport",
        edges: "normal,build,dev",
        forbidden: &["chat-store", "chat-server", "sqlx*", "axum*"],
        why: "a transport knows no SQL and no routes; what both need belongs into chat-core",
    },
    Rule {
        package: "xtask",
        edges: "normal,build,dev",
        forbidden: &["chat-core", "chat-store", "chat-transport", "chat-server"],
        why: "xtask looks at the server from outside, so that it cannot share its mistakes",
    },
];

/// Dependencies point one way.
pub(super) fn depend_in_one_direction(_: &House, report: &mut Report) {
    for rule in DIRECTIONS {
        match dependencies(rule) {
            Ok(names) => {
                for name in offenders(rule.forbidden, &names) {
                    let package = rule.package;
                    report.broken(format!(
                        "{package} depends on {name} (cargo tree -p {package} -i {name}): {}",
                        rule.why
                    ));
                }
            }
            Err(failure) => report.broken(failure.to_string()),
        }
    }
}

fn dependencies(rule: &Rule) -> crate::failure::Outcome<BTreeSet<String>> {
    let mut tree = workspace::cargo();
    tree.args(["tree", "--quiet", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--package", rule.package, "--edges", rule.edges]);
    let listed = step::capture(&mut tree)?;
    let names = listed.lines().filter_map(|line| line.split_whitespace().next());
    Ok(names.filter(|name| *name != rule.package).map(str::to_owned).collect())
}

fn offenders<'a>(forbidden: &[&str], names: &'a BTreeSet<String>) -> Vec<&'a String> {
    let matches = |pattern: &str, name: &str| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    };
    names.iter().filter(|name| forbidden.iter().any(|pattern| matches(pattern, name))).collect()
}

/// Statements stand in the store alone. (xtask reads the database to check the server, from outside.)
pub(super) fn keep_sql_in_the_store(house: &House, report: &mut Report) {
    const STATEMENTS: &[&str] = &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE TABLE "];
    // At the beginning of a text or of one of its lines: an attack in a test may hold the words too.
    let begins = |line: &str, statement: &str| {
        line.trim_start().starts_with(statement) || line.contains(&format!("\"{statement}"))
    };
    for file in house.rust().filter(|file| !file.is_below("chat-store") && !file.is_below("xtask")) {
        for (number, line) in file.code() {
            for statement in STATEMENTS.iter().filter(|statement| begins(line, statement)) {
                let place = format!("{}:{number}", file.path);
                report.broken(format!("{place}: `{statement}`; statements belong into chat-store, behind a port"));
            }
        }
    }
}

/// HTTP is spoken in the server alone.
pub(super) fn keep_http_in_the_server(house: &House, report: &mut Report) {
    for file in house.rust().filter(|file| !file.is_below("chat-server")) {
        for word in [concat!("ax", "um::"), concat!("hy", "per::"), concat!("hyper", "_util::")] {
            for place in file.places(word) {
                report.broken(format!("{place}: `{word}`; HTTP belongs into chat-server"));
            }
        }
    }
}

/// Sockets are spoken in the transport; the server only hands an upgraded stream over, tests and xtask are clients.
pub(super) fn keep_sockets_in_the_transport(house: &House, report: &mut Report) {
    let allowed = |path: &str| path.starts_with("chat-server/") && path.contains("upgrade");
    for file in house.rust().filter(|file| !file.is_below("chat-transport") && !file.is_below("xtask")) {
        if file.is_test() || allowed(&file.path) {
            continue;
        }
        for word in [concat!("tung", "stenite::"), concat!("tokio_", "tungstenite")] {
            for place in file.places(word) {
                report.broken(format!("{place}: `{word}`; sockets belong into chat-transport"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_dependency_is_found_by_name_and_by_beginning() {
        let names: BTreeSet<String> = ["serde", "sqlx-core", "serde_derive"].map(str::to_owned).into();

        assert_eq!(offenders(&["serde", "sqlx*"], &names), ["serde", "sqlx-core"]);
    }

    #[test]
    fn what_lives_in_the_wrong_crate_is_found() {
        let mut report = Report::default();
        let house = House::of(&[
            ("chat-server/src/http/users.rs", "sqlx::query(\"SELECT 1\")"),
            ("chat-transport/src/hub.rs", concat!("use ax", "um::Router;")),
            ("chat-server/src/http/login.rs", concat!("use tokio_", "tungstenite::WebSocketStream;")),
            ("chat-server/tests/socket.rs", concat!("use tokio_", "tungstenite::WebSocketStream;")),
            ("chat-server/src/http/upgrade.rs", concat!("use tokio_", "tungstenite::WebSocketStream;")),
        ]);

        keep_sql_in_the_store(&house, &mut report);
        keep_http_in_the_server(&house, &mut report);
        keep_sockets_in_the_transport(&house, &mut report);

        assert_eq!(report.broken.len(), 3, "{:?}", report.broken);
    }
}
