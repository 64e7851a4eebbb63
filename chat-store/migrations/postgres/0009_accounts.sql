-- Accounts that were deleted. Their rows stay, so that what others did with them keeps its meaning.

ALTER TABLE users ADD COLUMN deleted_at BIGINT CHECK (deleted_at IS NULL OR (password_hash IS NULL AND email IS NULL));

-- What deleted accounts have left to do.
CREATE TABLE erasures (
    user_id    BIGINT PRIMARY KEY REFERENCES users (id),
    messages   TEXT   NOT NULL CHECK (messages IN ('keep', 'delete')),
    -- Every message of theirs up to this one is dealt with.
    done_up_to BIGINT
);
