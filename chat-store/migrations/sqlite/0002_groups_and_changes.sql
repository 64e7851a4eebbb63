-- Groups with roles, and messages that are edited, deleted, answered with emoji and pinned. Tables whose rules change are
-- made anew; nothing refers to any of them.

ALTER TABLE conversations RENAME COLUMN owner_id TO maker_id;
ALTER TABLE conversations ADD COLUMN description TEXT;
ALTER TABLE conversations ADD COLUMN avatar TEXT;
-- What a newcomer may see of what was said before.
ALTER TABLE conversations ADD COLUMN history TEXT NOT NULL DEFAULT 'joined' CHECK (history IN ('joined', 'shared'));

CREATE TABLE new_members (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    role            TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    joined_seq      INTEGER NOT NULL CHECK (joined_seq >= 0),
    joined_at       INTEGER NOT NULL,
    delivered_seq   INTEGER NOT NULL CHECK (delivered_seq >= 0),
    read_seq        INTEGER NOT NULL CHECK (read_seq >= 0),
    PRIMARY KEY (conversation_id, user_id),
    CHECK (read_seq <= delivered_seq)
) STRICT, WITHOUT ROWID;

INSERT INTO new_members SELECT conversation_id, user_id, role, joined_seq, joined_at, delivered_seq, read_seq FROM members;
DROP TABLE members;
ALTER TABLE new_members RENAME TO members;
CREATE INDEX members_by_user ON members (user_id, conversation_id);

-- A deleted message keeps its place and loses its text.
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted_at INTEGER CHECK (deleted_at IS NULL OR (body = '' AND edited_at IS NULL));
ALTER TABLE messages ADD COLUMN deleted_by INTEGER CHECK ((deleted_at IS NULL) = (deleted_by IS NULL));

CREATE INDEX messages_by_quoted ON messages (reply_to, seq) WHERE reply_to IS NOT NULL;

-- What a message said before its edits, each text under the place in the log of the edit that replaced it.
CREATE TABLE former_bodies (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    until_seq  INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    written_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, until_seq)
) STRICT, WITHOUT ROWID;

-- Each under the place in the log at which it was put there.
CREATE TABLE reactions (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    emoji      TEXT    NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    seq        INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE pins (
    message_id      INTEGER PRIMARY KEY REFERENCES messages (id),
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    seq             INTEGER NOT NULL
) STRICT;

CREATE INDEX pins_by_conversation ON pins (conversation_id, seq);

CREATE TABLE new_changes (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    seq             INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 9007199254740991),
    kind            TEXT    NOT NULL CHECK (kind IN ('joined', 'left', 'role_set', 'updated', 'edited', 'deleted', 'reacted',
                                                     'unreacted', 'pinned', 'unpinned')),
    user_id         INTEGER REFERENCES users (id),
    by_id           INTEGER NOT NULL REFERENCES users (id),
    role            TEXT    CHECK (role IN ('owner', 'admin', 'member')),
    message_id      INTEGER REFERENCES messages (id),
    -- The emoji, or what of the group changed.
    detail          TEXT,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    CHECK ((kind IN ('joined', 'left', 'role_set')) = (user_id IS NOT NULL)),
    CHECK ((kind IN ('joined', 'role_set')) = (role IS NOT NULL)),
    CHECK ((kind IN ('updated', 'reacted', 'unreacted')) = (detail IS NOT NULL)),
    CHECK ((kind IN ('edited', 'deleted', 'reacted', 'unreacted', 'pinned', 'unpinned')) = (message_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO new_changes (conversation_id, seq, kind, user_id, by_id, role, created_at)
    SELECT conversation_id, seq, kind, user_id, by_id, role, created_at FROM conversation_changes;
DROP TABLE conversation_changes;
ALTER TABLE new_changes RENAME TO conversation_changes;

CREATE TABLE new_user_changes (
    user_id           INTEGER NOT NULL REFERENCES users (id),
    seq               INTEGER NOT NULL CHECK (seq BETWEEN 1 AND 9007199254740991),
    kind              TEXT    NOT NULL CHECK (kind IN ('requested', 'accepted', 'declined', 'cancelled', 'removed', 'blocked',
                                                       'unblocked', 'conversation_added', 'conversation_removed')),
    other_id          INTEGER NOT NULL REFERENCES users (id),
    request_id        INTEGER REFERENCES friend_requests (id),
    conversation_id   INTEGER REFERENCES conversations (id),
    -- The last seq of a conversation before the user came into it.
    conversation_head INTEGER,
    created_at        INTEGER NOT NULL,
    PRIMARY KEY (user_id, seq),
    CHECK ((kind IN ('conversation_added', 'conversation_removed')) = (conversation_id IS NOT NULL)),
    CHECK ((kind = 'conversation_added') = (conversation_head IS NOT NULL)),
    CHECK ((kind IN ('requested', 'accepted', 'declined', 'cancelled')) = (request_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO new_user_changes
    SELECT user_id, seq, kind, other_id, request_id, conversation_id,
        CASE kind WHEN 'conversation_added' THEN 0 END, created_at FROM user_changes;
DROP TABLE user_changes;
ALTER TABLE new_user_changes RENAME TO user_changes;
