//! Reading the configuration from its sources, with errors that say where the mistake stands.

use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::keys::{Config, KEYS, Key};

/// Where a configuration comes from, besides the defaults: each overrides the one before.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Names and values of the environment.
    pub environment: Vec<(String, String)>,
    /// Names of keys and values, from the command line.
    pub flags: Vec<(&'static str, String)>,
}

/// A configuration, and what its reader should be told about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Variables that look like ours and mean nothing.
    pub unknown_variables: Vec<String>,
}

/// The environment's older names of some keys. `CHAT_...` is stronger.
const ALIASES: [(&str, &str); 3] =
    [("DATABASE_URL", "database_url"), ("REDIS_URL", "bus_url"), ("JWT_SECRET", "jwt_secret")];

/// Variables with our prefix that are not keys.
const NOT_KEYS: [&str; 1] = ["CHAT_CONFIG"];

impl Sources {
    /// Reads every source into one configuration.
    pub fn load(&self) -> Result<Loaded, ConfigError> {
        let mut config = Config::default();
        if let Some(path) = &self.file {
            read_file(&mut config, path)?;
        }
        let unknown_variables = self.read_environment(&mut config)?;
        for (name, value) in &self.flags {
            let flag = format!("--{}", name.replace('_', "-"));
            if let Some(key) = KEYS.iter().find(|key| key.name == *name) {
                set(&mut config, key, value, &flag)?;
            }
        }
        Ok(Loaded { config, unknown_variables })
    }

    fn read_environment(&self, config: &mut Config) -> Result<Vec<String>, ConfigError> {
        let mut unknown = Vec::new();
        // What compose files leave empty is not set.
        let variables = || self.environment.iter().filter(|(_, value)| !value.is_empty());
        for (alias, name) in ALIASES {
            for (variable, value) in variables() {
                if let Some((key, is_file)) = key_of(name, variable.strip_prefix(alias)) {
                    set_or_read(config, key, is_file, value, variable)?;
                }
            }
        }
        for (variable, value) in variables() {
            let Some(rest) = variable.strip_prefix("CHAT_") else { continue };
            match named(&rest.to_ascii_lowercase()) {
                Some((key, is_file)) => set_or_read(config, key, is_file, value, variable)?,
                None if NOT_KEYS.contains(&variable.as_str()) => {}
                None => unknown.push(variable.clone()),
            }
        }
        Ok(unknown)
    }
}

fn read_file(config: &mut Config, path: &Path) -> Result<(), ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    let not_toml = |error: toml::de::Error| {
        // The error itself would quote the line, which may hold a secret.
        let line =
            error.span().map_or(1, |span| text.get(..span.start).map_or(1, |before| before.lines().count().max(1)));
        ConfigError::NotToml { path: path.to_owned(), reason: format!("line {line}: {}", error.message()) }
    };
    let table: toml::Table = toml::from_str(&text).map_err(not_toml)?;
    for (name, value) in &table {
        let unknown = || ConfigError::UnknownKey { path: path.to_owned(), key: name.clone() };
        let (key, is_file) = named(name).ok_or_else(unknown)?;
        let source = path.display().to_string();
        let bad = || ConfigError::BadValue { key: key.name, source_name: source.clone(), kind: key.kind };
        set_or_read(config, key, is_file, &written(value).ok_or_else(bad)?, &source)?;
    }
    Ok(())
}

/// A value of the file as it would stand in the environment.
fn written(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(on) => Some(on.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| item.as_str()).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// A key by its name, and whether the name is that of the file that holds it.
fn named(name: &str) -> Option<(&'static Key, bool)> {
    let exact = KEYS.iter().find(|key| key.name == name).map(|key| (key, false));
    exact.or_else(|| {
        let name = name.strip_suffix("_file")?;
        KEYS.iter().find(|key| key.secret && key.name == name).map(|key| (key, true))
    })
}

/// The key that an alias stands for, by what follows the alias in the variable's name.
fn key_of(name: &str, rest: Option<&str>) -> Option<(&'static Key, bool)> {
    match rest? {
        "" => named(name),
        "_FILE" => named(&format!("{name}_file")),
        _ => None,
    }
}

fn set_or_read(
    config: &mut Config,
    key: &'static Key,
    is_file: bool,
    value: &str,
    source_name: &str,
) -> Result<(), ConfigError> {
    if !is_file {
        return set(config, key, value, source_name);
    }
    let unreadable = |source| ConfigError::SecretFile { key: key.name, source_name: source_name.to_owned(), source };
    let secret = std::fs::read_to_string(value).map_err(unreadable)?;
    set(config, key, secret.trim_end_matches(['\r', '\n']), source_name)
}

fn set(config: &mut Config, key: &'static Key, value: &str, source_name: &str) -> Result<(), ConfigError> {
    let read = (key.set)(config, value);
    let bad = || ConfigError::BadValue { key: key.name, source_name: source_name.to_owned(), kind: key.kind };
    if read { Ok(()) } else { Err(bad()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Sources {
        let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Sources { environment, ..Sources::default() }
    }

    fn file(text: &str) -> (tempfile::NamedTempFile, Sources) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let sources = Sources { file: Some(file.path().to_owned()), ..Sources::default() };
        (file, sources)
    }

    fn config(sources: &Sources) -> Config {
        sources.load().expect("a good configuration").config
    }

    #[test]
    fn without_any_source_the_defaults_hold() {
        assert_eq!(config(&Sources::default()), Config::default());
    }

    #[test]
    fn flags_are_stronger_than_the_environment_and_that_is_stronger_than_the_file() {
        let (_file, mut sources) = file("heartbeat_seconds = 1\nmax_replay = 1\nlisten = \"127.0.0.1:1\"");
        sources.environment = environment(&[("CHAT_MAX_REPLAY", "2"), ("CHAT_LISTEN", "127.0.0.1:2")]).environment;
        sources.flags = vec![("listen", "127.0.0.1:3".to_owned())];
        let config = config(&sources);
        assert_eq!((config.heartbeat_seconds.get(), config.max_replay.get(), config.listen.port()), (1, 2, 3));
    }

    #[test]
    fn the_older_names_of_the_environment_work_and_the_prefixed_ones_are_stronger() {
        let secret = |config: Config| config.jwt_secret.map(|secret| secret.reveal().to_owned());
        assert_eq!(secret(config(&environment(&[("JWT_SECRET", "a")]))).as_deref(), Some("a"));
        let both = environment(&[("CHAT_JWT_SECRET", "b"), ("JWT_SECRET", "a")]);
        assert_eq!(secret(config(&both)).as_deref(), Some("b"));
        let url = config(&environment(&[("DATABASE_URL", "sqlite://x")])).database_url;
        assert_eq!(url.as_ref().map(crate::secret::Secret::reveal), Some("sqlite://x"));
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(config(&environment(&[("CHAT_LISTEN", ""), ("REDIS_URL", "")])), Config::default());
    }

    #[test]
    fn a_secret_can_come_from_a_file_whose_line_end_is_not_part_of_it() {
        let (secret, _) = file("from a file\n");
        let path = secret.path().display().to_string();
        for sources in [environment(&[("JWT_SECRET_FILE", &path)]), environment(&[("CHAT_JWT_SECRET_FILE", &path)])] {
            assert_eq!(config(&sources).jwt_secret.map(|it| it.reveal().to_owned()).as_deref(), Some("from a file"));
        }
        let (_file, sources) = file(&format!("jwt_secret_file = \"{path}\""));
        assert_eq!(config(&sources).jwt_secret.map(|it| it.reveal().to_owned()).as_deref(), Some("from a file"));
    }

    #[test]
    fn an_unknown_key_in_the_file_is_refused_and_a_near_one_is_named() {
        let (_file, sources) = file("heartbeat = 5");
        let message = sources.load().expect_err("unknown").to_string();
        assert!(message.contains("unknown key `heartbeat`; did you mean `heartbeat_seconds`?"), "{message}");
    }

    #[test]
    fn an_unknown_variable_with_our_prefix_is_told_and_one_without_is_nobodys_business() {
        let loaded = environment(&[("CHAT_RATELIMITS", "off"), ("PATH", "/bin"), ("CHAT_CONFIG", "x")]).load();
        assert_eq!(loaded.expect("good").unknown_variables, ["CHAT_RATELIMITS"]);
    }

    #[test]
    fn a_bad_value_is_refused_with_where_it_stands_and_without_what_it_is() {
        let message = environment(&[("CHAT_HEARTBEAT_SECONDS", "hunter2")]).load().expect_err("bad").to_string();
        assert_eq!(message, "CHAT_HEARTBEAT_SECONDS: `heartbeat_seconds` must be a whole number above 0");
        let (_file, sources) = file("max_fragments = 0");
        assert!(sources.load().is_err());
    }

    #[test]
    fn a_bus_that_this_version_does_not_know_is_refused_clearly() {
        let message = environment(&[("REDIS_URL", "redis://user:hunter2@host")]).load().expect_err("bad").to_string();
        assert!(message.contains("this version runs as one node") && !message.contains("hunter2"), "{message}");
    }

    #[test]
    fn a_file_that_is_not_toml_is_refused_by_line_without_quoting_it() {
        let (_file, sources) = file("max_replay = 1\njwt_secret = hunter2\n");
        let message = sources.load().expect_err("bad").to_string();
        assert!(message.contains("line 2") && !message.contains("hunter2"), "{message}");
    }

    #[test]
    fn lists_are_arrays_in_the_file_and_have_commas_in_the_environment() {
        let (_file, from_file) = file("trusted_proxies = [\"10.0.0.0/8\", \"127.0.0.1\"]");
        let from_environment = environment(&[("CHAT_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1")]);
        assert_eq!(config(&from_file).trusted_proxies, config(&from_environment).trusted_proxies);
        assert_eq!(config(&from_file).trusted_proxies.len(), 2);
    }

    #[test]
    fn no_secret_is_printed() {
        let config = config(&environment(&[("JWT_SECRET", "hunter2"), ("DATABASE_URL", "postgres://a:hunter2@b/c")]));
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
