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
