//! What each part of the system is told of the configuration.

use std::num::NonZeroU64;
use std::time::Duration;

use chat_core::accounts::{AccountRates, AccountSettings};
use chat_core::chat::{ChatRates, ChatSettings};
use chat_core::limits::Rate;
use chat_store::StoreConfig;
use chat_transport::SocketSettings;

use super::Config;
use crate::auth::HashCost;
use crate::secret::Secret;

impl Config {
    /// How the chat behaves.
    #[must_use]
    pub fn chat(&self) -> ChatSettings {
        let rates = ChatRates {
            messages: self.rate_messages,
            edits: self.rate_edits,
            signals: self.rate_signals,
            changes: self.rate_changes,
            friend_requests: self.rate_friend_requests,
            reports: self.rate_reports,
            reads: self.rate_reads,
            searches: self.rate_searches,
        };
        ChatSettings {
            direct: self.direct_conversations,
            max_group_members: self.max_group_members.get(),
            offline_grace_seconds: signed(self.offline_grace_seconds),
            rates: self.rate_limits.then_some(rates),
        }
    }

    /// How accounts behave.
    #[must_use]
    pub fn accounts(&self) -> AccountSettings {
        let rates = AccountRates {
            register_per_address: self.rate_register_per_address,
            login_per_address: self.rate_login_per_address,
            login_per_account: self.rate_login_per_account,
            refreshes: self.rate_refreshes,
            tickets: self.rate_tickets,
        };
        AccountSettings {
            access_seconds: signed(self.access_token_seconds.get()),
            session_seconds: signed(self.session_seconds.get()),
            ticket_seconds: signed(self.ticket_seconds.get()),
            messages_of_deleted: self.messages_of_deleted,
            rates: self.rate_limits.then_some(rates),
        }
    }

    /// How many bad tokens may come from one address.
    #[must_use]
    pub fn bad_tokens(&self) -> Option<Rate> {
        self.rate_limits.then_some(self.rate_bad_tokens_per_address)
    }

    /// What a password hash costs.
    #[must_use]
    pub fn hash_cost(&self) -> HashCost {
        let standard = HashCost::default();
        let at_once = usize::try_from(self.passwords_at_once).unwrap_or(usize::MAX);
        HashCost {
            memory_kib: self.password_memory_kib.get(),
            passes: self.password_passes.get(),
            at_once: if at_once == 0 { standard.at_once } else { at_once },
            queue: usize::try_from(self.password_queue).unwrap_or(usize::MAX),
            patience: standard.patience,
        }
    }

    /// The limits of a socket.
    #[must_use]
    pub fn sockets(&self) -> SocketSettings {
        SocketSettings {
            heartbeat: seconds(self.heartbeat_seconds),
            auth_timeout: seconds(self.socket_auth_seconds),
            write_timeout: seconds(self.socket_write_seconds),
            max_message_bytes: self.max_message_bytes.get(),
            max_sockets_per_user: self.max_sockets_per_user.get(),
            max_fragments: self.max_fragments.get(),
            outbox_bytes: self.outbox_bytes.get(),
            max_errors_per_minute: self.max_errors_per_minute.get(),
            max_pings_per_second: self.max_pings_per_second.get(),
            max_replay: self.max_replay.get(),
        }
    }

    /// Where the database is.
    #[must_use]
    pub fn store(&self) -> StoreConfig {
        let embedded = || format!("sqlite://{}", self.data_dir.join("chat.db").display());
        let url = self.database_url.as_ref().map_or_else(embedded, |url| Secret::reveal(url).to_owned());
        StoreConfig::new(url).with_max_connections(self.database_connections.get())
    }
}

/// As a duration.
pub(crate) const fn seconds(number: NonZeroU64) -> Duration {
    Duration::from_secs(number.get())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_of_the_table_are_those_of_the_parts() {
        let config = Config::default();
        assert_eq!(config.chat(), ChatSettings::default());
        assert_eq!(config.accounts(), AccountSettings::default());
        assert_eq!(config.hash_cost(), HashCost::default());
        assert_eq!(config.sockets(), SocketSettings::default());
    }

    #[test]
    fn one_switch_takes_every_rate_limit_away() {
        let config = Config { rate_limits: false, ..Config::default() };
        assert_eq!((config.chat().rates, config.accounts().rates, config.bad_tokens()), (None, None, None));
    }

    #[test]
    fn the_embedded_database_is_in_the_data_directory() {
        let config = Config { data_dir: "/var/lib/chat".into(), ..Config::default() };
        assert_eq!(config.store().url, "sqlite:///var/lib/chat/chat.db");
    }
}
