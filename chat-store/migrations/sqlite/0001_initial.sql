-- Times are microseconds since 1970 in UTC. Every id stays below 2^53, the last integer that JavaScript holds exactly.

-- The name of this life of the database, and the last message id given out. Exactly one row.
CREATE TABLE database_life (
    only_row        INTEGER PRIMARY KEY CHECK (only_row = 1),
    epoch           TEXT    NOT NULL CHECK (epoch <> ''),
    last_message_id INTEGER NOT NULL CHECK (last_message_id BETWEEN 0 AND 9007199254740991)
) STRICT;

INSERT INTO database_life (only_row, epoch, last_message_id) VALUES (1, lower(hex(randomblob(16))), 0);

CREATE TABLE users (
    id             INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    username       TEXT    NOT NULL,
    name_key       TEXT    NOT NULL UNIQUE,
    name_look      TEXT    NOT NULL UNIQUE,
    name_fold      TEXT    NOT NULL,
    email          TEXT    UNIQUE,
    password_hash  TEXT,
    status         TEXT    NOT NULL DEFAULT 'online' CHECK (status IN ('online', 'away', 'busy', 'offline')),
    status_message TEXT,
    last_seen_at   INTEGER,
    created_at     INTEGER NOT NULL,
    -- The last seq of the user's own log.
    log_head       INTEGER NOT NULL DEFAULT 0 CHECK (log_head >= 0)
) STRICT;

CREATE INDEX users_by_name ON users (name_fold, id);

CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    user_id    INTEGER NOT NULL REFERENCES users (id),
    nonce      INTEGER NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1 CHECK (generation >= 1),
    rotated_at INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE tickets (
    hash       BLOB    PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    session_id INTEGER REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tickets_by_session ON tickets (session_id);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);

CREATE TABLE friend_requests (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    from_id    INTEGER NOT NULL REFERENCES users (id),
    to_id      INTEGER NOT NULL REFERENCES users (id),
    status     TEXT    NOT NULL CHECK (status IN ('pending', 'accepted', 'declined', 'cancelled')),
    created_at INTEGER NOT NULL,
    CHECK (from_id <> to_id)
) STRICT;

CREATE UNIQUE INDEX friend_requests_one_pending ON friend_requests (min(from_id, to_id), max(from_id, to_id))
    WHERE status = 'pending';
CREATE INDEX friend_requests_outgoing ON friend_requests (from_id, id) WHERE status = 'pending';
CREATE INDEX friend_requests_incoming ON friend_requests (to_id, id) WHERE status = 'pending';

-- What is between two users; the smaller id comes first.
CREATE TABLE relations (
    low_id            INTEGER NOT NULL REFERENCES users (id),
    high_id           INTEGER NOT NULL REFERENCES users (id),
    version           INTEGER NOT NULL CHECK (version >= 0),
    friends_since     INTEGER,
    low_blocks_since  INTEGER,
    high_blocks_since INTEGER,
    -- The pending request, if any.
    request_id        INTEGER REFERENCES friend_requests (id),
    PRIMARY KEY (low_id, high_id),
    CHECK (low_id < high_id),
    CHECK (friends_since IS NULL OR (low_blocks_since IS NULL AND high_blocks_since IS NULL)),
    CHECK (friends_since IS NULL OR request_id IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX relations_friends_of_low ON relations (low_id, high_id) WHERE friends_since IS NOT NULL;
CREATE INDEX relations_friends_of_high ON relations (high_id, low_id) WHERE friends_since IS NOT NULL;
CREATE INDEX relations_blocks_of_low ON relations (low_id, high_id) WHERE low_blocks_since IS NOT NULL;
CREATE INDEX relations_blocks_of_high ON relations (high_id, low_id) WHERE high_blocks_since IS NOT NULL;

CREATE TABLE conversations (
    id           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    kind         TEXT    NOT NULL CHECK (kind IN ('direct', 'group')),
    direct_low   INTEGER REFERENCES users (id),
    direct_high  INTEGER REFERENCES users (id),
    name         TEXT,
    owner_id     INTEGER REFERENCES users (id),
    -- The last seq of the log: messages and conversation_changes share its numbers.
    head         INTEGER NOT NULL DEFAULT 0 CHECK (head BETWEEN 0 AND 9007199254740991),
    version      INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    member_count INTEGER NOT NULL CHECK (member_count >= 0),
    created_at   INTEGER NOT NULL,
    -- The time of the last entry, or of the creation.
    active_at    INTEGER NOT NULL,
    CHECK ((kind = 'direct') = (direct_low IS NOT NULL)),
    CHECK ((kind = 'direct') = (direct_high IS NOT NULL)),
    CHECK ((kind = 'group') = (name IS NOT NULL)),
    CHECK ((kind = 'group') = (owner_id IS NOT NULL)),
    CHECK (direct_low < direct_high)
) STRICT;

CREATE UNIQUE INDEX conversations_one_per_pair ON conversations (direct_low, direct_high);
CREATE INDEX conversations_by_high ON conversations (direct_high);

CREATE TABLE members (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    role            TEXT    NOT NULL CHECK (role IN ('owner', 'member')),
    joined_seq      INTEGER NOT NULL CHECK (joined_seq >= 0),
    joined_at       INTEGER NOT NULL,
    delivered_seq   INTEGER NOT NULL CHECK (delivered_seq >= 0),
    read_seq        INTEGER NOT NULL CHECK (read_seq >= 0),
    PRIMARY KEY (conversation_id, user_id),
    CHECK (read_seq <= delivered_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user_id, conversation_id);

CREATE TABLE messages (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    seq             INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 9007199254740991),
    id              INTEGER NOT NULL UNIQUE CHECK (id BETWEEN 1 AND 9007199254740991),
    sender_id       INTEGER NOT NULL REFERENCES users (id),
    body            TEXT    NOT NULL,
    client_id       TEXT,
    reply_to        INTEGER REFERENCES messages (id),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX messages_once_per_key ON messages (conversation_id, sender_id, client_id)
    WHERE client_id IS NOT NULL;

-- The entries of a conversation's log that are no messages.
CREATE TABLE conversation_changes (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    seq             INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 9007199254740991),
    kind            TEXT    NOT NULL CHECK (kind IN ('joined', 'left')),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    by_id           INTEGER NOT NULL REFERENCES users (id),
    role            TEXT    CHECK (role IN ('owner', 'member')),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    CHECK ((kind = 'joined') = (role IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Each rise of a mark in a direct conversation: a message was delivered (read) when the other's mark first reached it.
CREATE TABLE receipts (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    kind            TEXT    NOT NULL CHECK (kind IN ('delivered', 'read')),
    seq             INTEGER NOT NULL CHECK (seq >= 1),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id, kind, seq)
) STRICT, WITHOUT ROWID;

-- Each user's own log.
CREATE TABLE user_changes (
    user_id         INTEGER NOT NULL REFERENCES users (id),
    seq             INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 9007199254740991),
    kind            TEXT    NOT NULL CHECK (kind IN ('requested', 'accepted', 'declined', 'cancelled', 'removed', 'blocked',
                                                     'unblocked', 'conversation_added')),
    other_id        INTEGER NOT NULL REFERENCES users (id),
    request_id      INTEGER REFERENCES friend_requests (id),
    conversation_id INTEGER REFERENCES conversations (id),
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, seq),
    CHECK ((kind = 'conversation_added') = (conversation_id IS NOT NULL)),
    CHECK ((kind IN ('requested', 'accepted', 'declined', 'cancelled')) = (request_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
