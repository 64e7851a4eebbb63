//! The table of keys. Each has a type, a meaning, a default and a reason for the default.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use chat_core::limits::Rate;
use chat_core::ports::MessagesOfDeleted;
use chat_core::rules::DirectPolicy;

use super::network::{Network, Origin};
use super::setting::{Bus, LogFormat, Setting};
use crate::secret::Secret;

/// What is known of a key beside its value.
pub(crate) struct Key {
    /// Its name in the file; `CHAT_` and the name in capitals is its name in the environment.
    pub(crate) name: &'static str,
    /// The heading that it stands under in the documentation.
    pub(crate) section: &'static str,
    /// What it means.
    pub(crate) about: &'static str,
    /// Why its default is what it is.
    pub(crate) because: &'static str,
    /// What a value looks like.
    pub(crate) kind: &'static str,
    /// Whether the value must not be shown.
    pub(crate) secret: bool,
    /// Reads a value into a configuration; false if it cannot be read.
    pub(crate) set: fn(&mut Config, &str) -> bool,
    /// Writes the value that a configuration has.
    pub(crate) show: fn(&Config) -> String,
}

macro_rules! keys {
    ($($section:literal { $(#[doc = $about:literal] $name:ident: $type:ty = $default:expr, $because:literal;)* })*) => {
        /// How a server behaves. Secrets in it are not printed.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config { $($(#[doc = $about] pub $name: $type,)*)* }

        impl Default for Config {
            fn default() -> Self {
                Self { $($($name: $default,)*)* }
            }
        }

        /// Every key, in the order of the documentation.
        pub(crate) const KEYS: &[Key] = &[$($(Key {
            name: stringify!($name),
            section: $section,
            about: $about,
            because: $because,
            kind: <$type as Setting>::KIND,
            secret: <$type as Setting>::SECRET,
            set: |config, text| match <$type as Setting>::read(text) {
                Some(value) => { config.$name = value; true }
                None => false,
            },
            show: |config| Setting::show(&config.$name),
        },)*)*];
    };
}

/// A number that is known not to be 0 when this is compiled.
macro_rules! above_zero {
    ($type:ident, $value:expr) => {
        const { <$type>::new($value).unwrap() }
    };
}

keys! {
    "Where" {
        /// The address that is listened on. Port 0 takes a free one, which the start prints.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 7722)),
            "Nobody else can reach a server that was only started to look at it.";
        /// The directory of the embedded database and of the signing secret. It is made on the first start.
        data_dir: PathBuf = PathBuf::from("./chat-data"),
            "Everything that a server keeps is in one place, beside where it was started.";
        /// The database: `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. Also read from `DATABASE_URL`.
        database_url: Option<Secret> = None,
            "Without one, SQLite in `chat.db` in the data directory needs no set-up.";
        /// How many connections to the database requests share. One more writes on SQLite, and three more write batches on Postgres.
        database_connections: NonZeroU32 = above_zero!(NonZeroU32, chat_store::StoreConfig::DEFAULT_MAX_CONNECTIONS),
            "Few keep two cores busy and leave room for other nodes on one Postgres.";
        /// How events reach other nodes. Also read from `REDIS_URL`.
        bus_url: Bus = Bus::Local,
            "One node needs no bus.";
    }

    "Who comes in" {
        /// Signs tokens; at least 32 bytes. Also read from `JWT_SECRET`. Changing it signs everybody out.
        jwt_secret: Option<Secret> = None,
            "Without one, the first start makes a random one of 256 bits and keeps it in the data directory for its owner only.";
        /// A file with the public keys (JWKS) of another issuer, read again when it changes. Then its tokens are the only way in: nobody registers or signs in here.
        jwks_file: Option<PathBuf> = None,
            "Without one, people have their accounts here.";
        /// What `iss` must be in the tokens of another issuer; needed with `jwks_file`.
        jwt_issuer: Option<String> = None,
            "Only the operator knows whose tokens they trust.";
        /// What must be among `aud` in the tokens of another issuer.
        jwt_audience: Option<String> = None,
            "Without it a token that names an audience is refused: it was made for somebody else.";
        /// How long an access token is good.
        access_token_seconds: NonZeroU64 = above_zero!(NonZeroU64, 15 * 60),
            "A stolen token is soon worthless, and refreshing four times an hour costs nothing.";
        /// How long a session lasts at the most, however often it is refreshed.
        session_seconds: NonZeroU64 = above_zero!(NonZeroU64, 30 * 24 * 3600),
            "A device that is used every month stays signed in; a lost one does not for ever.";
        /// How long a socket ticket is good.
        ticket_seconds: NonZeroU64 = above_zero!(NonZeroU64, 30),
            "It is fetched right before it is used.";
        /// Whether a socket may be opened with `?token=`. It is never logged here, but proxies may log it.
        token_in_url: bool = true,
            "Older clients know no other way. Switch it off if all of yours use tickets, headers or a first frame.";
        /// Other origins whose pages may open sockets. A page of the server's own host always may.
        allowed_origins: Vec<Origin> = Vec::new(),
            "No foreign page gets in unless it is named.";
        /// Proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<Network> = Vec::new(),
            "Whoever may name their own address has no rate limit.";
        /// How many sockets of one address may be waiting for their first frame to authenticate them.
        max_unauthenticated_sockets_per_address: NonZeroUsize = above_zero!(NonZeroUsize, 1_000),
            "A whole office behind one address may come back at once; one attacker does not fill the server.";
    }

    "Passwords" {
        /// Memory of one password hash (argon2id), in KiB.
        password_memory_kib: NonZeroU32 = above_zero!(NonZeroU32, 19 * 1024),
            "The minimum that OWASP recommends together with two passes; less makes stolen hashes cheap to break.";
        /// Passes of one password hash over its memory.
        password_passes: NonZeroU32 = above_zero!(NonZeroU32, 2),
            "The same recommendation. A hash made with other settings is made anew at the next sign-in.";
        /// How many passwords are hashed at once; 0 stands for half of the cores, at least one.
        passwords_at_once: u64 = 0,
            "The other half has sockets to serve, also while everybody signs in at once.";
        /// How many sign-ins may wait for their turn. Those beyond are asked to try again later.
        password_queue: u64 = 256,
            "Waiting costs nothing, and nobody waits longer than ten seconds; one core makes some 160 hashes in that time.";
    }

    "The chat" {
        /// Who may open a direct conversation with whom.
        direct_conversations: DirectPolicy = DirectPolicy::Anyone,
            "People who know a name can write, as with a telephone number. Blocks work either way.";
        /// How many members a group may begin with, its maker included.
        max_group_members: NonZeroUsize = above_zero!(NonZeroUsize, 1_000),
            "One request makes at most that many entries.";
        /// A file of words that may not be said: on each line one, or several in a row, whole and in any capitals. It is read at the start.
        word_filter_file: Option<PathBuf> = None,
            "What may not be said is for each community to decide.";
        /// What becomes of the messages of somebody who deletes their account: they stay, said by a deleted user, or each is deleted.
        messages_of_deleted: MessagesOfDeleted = MessagesOfDeleted::Keep,
            "What others answered to keeps its sense, and nobody's name stands on it any more.";
        /// How long a user without a connection still counts as online, in seconds.
        offline_grace_seconds: u64 = 3,
            "Reloading a page is not an absence.";
    }

    "Rate limits" {
        /// `off` switches every rate limit off, for tests and load tests. The start warns about it.
        rate_limits: bool = true,
            "Without limits one client can use up a server.";
        /// Messages of one user, over all of their devices.
        rate_messages: Rate = Rate::new(200, 50.0),
            "A person never gets there; a bot that imports a history waits a little.";
        /// Edits, deletions, emoji and pins of one user.
        rate_edits: Rate = Rate::new(200, 20.0),
            "Each is told to everybody in the conversation; people clean up faster than they write.";
        /// Receipts, typing and presence of one user.
        rate_signals: Rate = Rate::new(400, 100.0),
            "Reading through many conversations sends many receipts at once.";
        /// Everything else that one user changes: conversations, members, blocks, answers to friend requests.
        rate_changes: Rate = Rate::new(200, 20.0),
            "Each concerns somebody else, so spam begins here.";
        /// Friend requests of one user.
        rate_friend_requests: Rate = Rate::new(50, 0.1),
            "Whoever comes in finds all of their friends at once; whoever goes on asks strangers.";
        /// Reports of one user.
        rate_reports: Rate = Rate::new(20, 0.05),
            "People have to read each of them.";
        /// Everything that only reads, of one user, but searches for messages.
        rate_reads: Rate = Rate::new(1_000, 200.0),
            "A client that comes back after a long absence reads much at once.";
        /// Searches for messages of one user.
        rate_searches: Rate = Rate::new(60, 5.0),
            "A search reads some hundred messages where a read reads a page; it may follow the typing.";
        /// Registrations from one address (of IPv6: one network of 64 bits).
        rate_register_per_address: Rate = Rate::new(100, 1.0),
            "A class registers together; a script does not register thousands.";
        /// Sign-ins from one address.
        rate_login_per_address: Rate = Rate::new(100, 5.0),
            "A whole office may share one address.";
        /// Sign-ins to one account from one address, by user name and by e-mail address together.
        rate_login_per_account: Rate = Rate::new(10, 0.2),
            "Ten slips are forgiven, guessing is hopeless, and nobody can lock somebody else out from another address.";
        /// Refreshes of one session.
        rate_refreshes: Rate = Rate::new(20, 0.1),
            "A client needs four an hour; a lost answer is asked for again.";
        /// Socket tickets of one user.
        rate_tickets: Rate = Rate::new(100, 2.0),
            "Each tab takes one whenever its connection was lost.";
        /// Tokens, tickets and refresh tokens that are not good, from one address. Good ones from there pass all the same.
        rate_bad_tokens_per_address: Rate = Rate::new(100, 1.0),
            "A whole office comes back with expired tokens; whoever goes on is guessing, or has a fault.";
    }

    "HTTP" {
        /// How long a new connection may take to send its first request.
        header_timeout_seconds: NonZeroU64 = above_zero!(NonZeroU64, 10),
            "The slowest phone sends a header within that time; a connection that never speaks holds nothing for long.";
        /// How long a connection may be idle between two requests.
        keep_alive_seconds: NonZeroU64 = above_zero!(NonZeroU64, 75),
            "Longer than the usual minute of proxies, so that the proxy, not the server, ends the connection.";
        /// How long a request body may take to arrive.
        body_timeout_seconds: NonZeroU64 = above_zero!(NonZeroU64, 10),
            "Bodies are small.";
        /// The largest request body, in bytes.
        max_body_bytes: NonZeroUsize = above_zero!(NonZeroUsize, 128 * 1024),
            "The longest message fits several times.";
        /// The largest request header in bytes, all fields together; at least 8192.
        max_header_bytes: NonZeroUsize = above_zero!(NonZeroUsize, 32 * 1024),
            "The largest token fits, with everything that proxies add.";
        /// How many connections may be open at once; 0 stands for as many as the system lets the process open, less a reserve.
        max_connections: u64 = 0,
            "The system's limit is the honest one. Whoever comes beyond takes the place of the connection that is silent longest.";
        /// How long a shutdown waits for what is under way.
        shutdown_grace_seconds: u64 = 10,
            "Enough to flush every socket, and less than the 30 s after which container platforms kill.";
    }

    "Sockets" {
        /// How often the server pings; a client that is silent for two of these is gone.
        heartbeat_seconds: NonZeroU64 = above_zero!(NonZeroU64, 25),
            "Routers forget connections after about a minute.";
        /// How long a socket may take to authenticate by its first frame.
        socket_auth_seconds: NonZeroU64 = above_zero!(NonZeroU64, 5),
            "A client has its token ready when it connects.";
        /// How long one write to a socket may take before the reader counts as gone.
        socket_write_seconds: NonZeroU64 = above_zero!(NonZeroU64, 15),
            "A train passes through a tunnel in that time; whoever takes longer resumes.";
        /// The largest message that is read from a socket, in bytes, in however many frames.
        max_message_bytes: NonZeroUsize = above_zero!(NonZeroUsize, 128 * 1024),
            "The longest text fits with every character escaped, emoji as two escapes each.";
        /// How many sockets one user may have open.
        max_sockets_per_user: NonZeroU32 = above_zero!(NonZeroU32, 100),
            "Many tabs on many devices; nobody takes every place alone.";
        /// How many frames one message may come in.
        max_fragments: NonZeroU32 = above_zero!(NonZeroU32, 64),
            "Clients send one. Endless empty fragments are an attack.";
        /// How many bytes may wait for one slow reader before its queue is replaced by one `resync`.
        outbox_bytes: NonZeroUsize = above_zero!(NonZeroUsize, 1024 * 1024),
            "Minutes of a busy conversation, and ten thousand stalled readers do not fill the memory of a small server at once.";
        /// How many frames within a minute may not be understood.
        max_errors_per_minute: NonZeroU32 = above_zero!(NonZeroU32, 10),
            "A client with a fault is told so; one that goes on is cut off.";
        /// How many pings within a second are answered.
        max_pings_per_second: NonZeroU32 = above_zero!(NonZeroU32, 10),
            "Clients ping every few seconds.";
        /// How many entries a `sync` replays for one conversation before it says `resync`.
        max_replay: NonZeroUsize = above_zero!(NonZeroUsize, 5_000),
            "Beyond that, the newest page by REST is what people want to see.";
    }

    "The log" {
        /// What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`), or levels by module (`info,chat_store=debug`).
        log: String = String::from("info"),
            "One line per request, and what an operator should know. Never a token, a password or a message.";
        /// How the log is written to standard error.
        log_format: LogFormat = LogFormat::Auto,
            "People read terminals, programs read pipes.";
    }
}
