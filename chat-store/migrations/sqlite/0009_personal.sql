-- What single members keep of a conversation for themselves alone. Only who ever touched something has a row; it goes with them.

CREATE TABLE member_settings (
    user_id         INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL,
    -- No noise before this moment; the largest number is for good.
    muted_until     INTEGER,
    -- Where the log ended as the conversation was put away.
    archived_seq    INTEGER CHECK (archived_seq >= 0),
    draft           TEXT,
    draft_reply_to  INTEGER,
    draft_at        INTEGER,
    PRIMARY KEY (user_id, conversation_id),
    FOREIGN KEY (conversation_id, user_id) REFERENCES members (conversation_id, user_id) ON DELETE CASCADE,
    CHECK ((draft IS NULL) = (draft_at IS NULL)),
    CHECK (draft_reply_to IS NULL OR draft IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Whom a message calls by name: ids with spaces between, and 0 for everybody. Null where it calls nobody.
ALTER TABLE messages ADD COLUMN mentions TEXT CHECK (mentions IS NULL OR (mentions <> '' AND deleted_at IS NULL));

-- The same by whom is called, for counting. It is written only with messages that call somebody.
CREATE TABLE mentions (
    conversation_id INTEGER NOT NULL,
    -- 0 is everybody.
    user_id         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    sender_id       INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id, seq)
) STRICT, WITHOUT ROWID;

-- Whose words a message hands on, and from which message. An edit makes them the sender's own.
ALTER TABLE messages ADD COLUMN forwarded_id INTEGER;
ALTER TABLE messages ADD COLUMN forwarded_sender INTEGER CHECK ((forwarded_id IS NULL) = (forwarded_sender IS NULL)
    AND (forwarded_id IS NULL OR (deleted_at IS NULL AND edited_at IS NULL)));

-- Blocks by the one who is blocked, beside those by the one who blocks.
CREATE INDEX relations_blocked_of_low ON relations (low_id, high_id) WHERE high_blocks_since IS NOT NULL;
CREATE INDEX relations_blocked_of_high ON relations (high_id, low_id) WHERE low_blocks_since IS NOT NULL;
