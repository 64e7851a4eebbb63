//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Sources;

/// A real-time chat server. Without any configuration it serves http://127.0.0.1:7722 from ./chat-data.
#[derive(Debug, Parser)]
#[command(name = "chat-server", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Settings {
    /// Where to listen, as ADDRESS:PORT; port 0 takes a free one
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// The directory of the embedded database and of the signing secret
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// The database: sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// How events reach other nodes; this version knows only `local`
    #[arg(long, global = true, value_name = "URL")]
    bus_url: Option<String>,
    /// A TOML file with more settings; docs/CONFIG.md lists them
    #[arg(long, global = true, value_name = "FILE", env = "CHAT_CONFIG")]
    config: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve (what happens without a command, too)
    Serve,
    /// Bring the database up to date and exit
    Migrate,
    /// Look after a server; SQLite lets only one process in, so stop the server first there
    #[command(subcommand)]
    Admin(Admin),
}

/// Looking after a server.
#[derive(Debug, Clone, Subcommand)]
pub enum Admin {
    /// Users
    #[command(subcommand)]
    Users(UsersAdmin),
    /// Sessions
    #[command(subcommand)]
    Sessions(SessionsAdmin),
    /// Read every log and check that it has no gap and agrees with what is said about it
    Fsck,
}

/// Looking after users.
#[derive(Debug, Clone, Subcommand)]
pub enum UsersAdmin {
    /// List users: id, name, when made, when last seen
    List {
        /// Only those whose name begins with this
        #[arg(long, default_value = "")]
        prefix: String,
    },
    /// Make a user; the password is read from standard input
    Create {
        /// The user name
        name: String,
        /// The e-mail address
        #[arg(long)]
        email: Option<String>,
    },
    /// Give a user another password, read from standard input; all their sessions end
    SetPassword {
        /// The user name
        name: String,
    },
    /// Say what a user is to the whole server
    Promote {
        /// The user name
        name: String,
        /// `admin`, `moderator`, or `member` to take it back
        #[arg(long = "as", value_name = "ROLE")]
        role: String,
    },
    /// Keep a user out for a while: all their sessions end, a running server closes their sockets within some five seconds
    Suspend {
        /// The user name
        name: String,
        /// Until when, as RFC 3339 or a date
        #[arg(long)]
        until: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Keep a user out for good: all their sessions end, a running server closes their sockets within some five seconds
    Ban {
        /// The user name
        name: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Let a user in again who was suspended or banned
    Pardon {
        /// The user name
        name: String,
    },
}

/// Looking after sessions.
#[derive(Debug, Clone, Subcommand)]
pub enum SessionsAdmin {
    /// End a session: a running server refuses its tokens and closes its sockets within some five seconds
    End {
        /// The session, as the `sid` of its tokens names it
        id: i64,
    },
}

impl Cli {
    /// What to do.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command.clone().unwrap_or(Command::Serve)
    }

    /// Where the configuration comes from, with a given environment.
    #[must_use]
    pub fn sources(&self, environment: Vec<(String, String)>) -> Sources {
        let Settings { listen, data_dir, database_url, bus_url, config } = &self.settings;
        let flags = [("listen", listen), ("data_dir", data_dir), ("database_url", database_url), ("bus_url", bus_url)];
        let flags = flags.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        Sources { file: config.clone(), environment, flags }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn serving_is_what_happens_without_a_command() {
        assert!(matches!(parsed("chat-server").expect("good").command(), Command::Serve));
        assert!(matches!(parsed("chat-server serve").expect("good").command(), Command::Serve));
    }

    #[test]
    fn flags_stand_before_or_after_the_command() {
        for line in ["chat-server --listen 127.0.0.1:1 serve", "chat-server serve --listen 127.0.0.1:1"] {
            let sources = parsed(line).expect("good").sources(Vec::new());
            assert_eq!(sources.flags, [("listen", "127.0.0.1:1".to_owned())], "{line}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(parsed("chat-server --frobnicate").is_err());
        assert!(parsed("chat-server dance").is_err());
    }
}
