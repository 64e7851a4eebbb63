-- Accounts that were deleted. Their rows stay, so that what others did with them keeps its meaning.

ALTER TABLE users ADD COLUMN deleted_at INTEGER CHECK (deleted_at IS NULL OR (password_hash IS NULL AND email IS NULL));

-- What deleted accounts have left to do.
CREATE TABLE erasures (
    user_id    INTEGER PRIMARY KEY REFERENCES users (id),
    messages   TEXT    NOT NULL CHECK (messages IN ('keep', 'delete')),
    -- Every message of theirs up to this one is dealt with.
    done_up_to INTEGER
) STRICT;

-- Which user somebody is whom another issuer knows by a name of its own.
CREATE TABLE foreign_users (
    issuer  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    user_id INTEGER NOT NULL UNIQUE REFERENCES users (id),
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
