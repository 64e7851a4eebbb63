//! `docs/CONFIG.md`, written from the table of keys.

use std::fmt::Write as _;

use super::keys::{Config, KEYS, Key};

const HEAD: &str = "# Configuration

<!-- Made from the table of keys in chat-server/src/config/keys.rs. Change it there and run
     UPDATE_DOCS=1 cargo test -p chat-server --lib config -->

The server runs without any configuration. What you want otherwise, write into a TOML file (`chat-server --config FILE`, or
`CHAT_CONFIG`), into the environment, or (where there is one) into a flag. The file overrides the defaults, the environment
the file, and a flag the environment.

A key `some_key` is `some_key` in the file and `CHAT_SOME_KEY` in the environment; an empty variable counts as not set.
`DATABASE_URL`, `JWT_SECRET` and `REDIS_URL` are read too, and `CHAT_...` is stronger. A key that holds a secret can also be
read from a file: `jwt_secret_file`, `CHAT_JWT_SECRET_FILE`, `JWT_SECRET_FILE`. A list is an array in the file and has commas
in the environment. An unknown key in the file is an error, an unknown `CHAT_...` variable a warning.

Flags: `--config FILE`, `--listen ADDR`, `--data-dir DIR`, `--database-url URL`, `--bus-url URL`.

```toml
# An example: behind a proxy on the same machine, on Postgres.
listen = \"127.0.0.1:7722\"
database_url_file = \"/run/secrets/database-url\"
jwt_secret_file = \"/run/secrets/jwt-secret\"
trusted_proxies = [\"127.0.0.1\"]
rate_messages = \"100/20\"
```
";

/// The documentation of every key.
#[must_use]
pub fn document() -> String {
    let defaults = Config::default();
    let mut text = HEAD.to_owned();
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            let _ =
                write!(text, "\n## {section}\n\n| key | default | meaning | why this default |\n|---|---|---|---|\n");
        }
        let _ = writeln!(text, "{}", row(key, &defaults));
    }
    text
}

fn row(key: &Key, defaults: &Config) -> String {
    let default = (key.show)(defaults);
    let default = if default.is_empty() { "none".to_owned() } else { format!("`{default}`") };
    format!("| `{}` | {default} | {} A value is {}. | {} |", key.name, key.about.trim(), key.kind, key.because)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn path() -> std::path::PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/CONFIG.md")
    }

    #[test]
    fn the_documentation_says_what_the_code_does() {
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path(), document()).expect("written");
        }
        let written = std::fs::read_to_string(path()).unwrap_or_default();
        assert!(
            written == document(),
            "docs/CONFIG.md is outdated: run UPDATE_DOCS=1 cargo test -p chat-server --lib config"
        );
    }

    #[test]
    fn every_default_can_be_written_as_it_is_shown() {
        let defaults = Config::default();
        for key in KEYS.iter().filter(|key| !key.secret) {
            let mut read = defaults.clone();
            assert!((key.set)(&mut read, &(key.show)(&defaults)), "{}", key.name);
            assert!(read == defaults, "{}", key.name);
        }
    }

    #[test]
    fn the_example_of_the_documentation_names_known_keys_only() {
        let example = HEAD.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
        let file = tempfile::NamedTempFile::new().expect("a file");
        let here = |line: &&str| !line.contains("/run/secrets/");
        std::fs::write(file.path(), example.lines().filter(here).collect::<Vec<_>>().join("\n")).expect("written");
        let sources = Sources { file: Some(file.path().to_owned()), ..Sources::default() };
        assert!(sources.load().is_ok());
    }
}
