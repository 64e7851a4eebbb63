-- Keeping the server in order: what users are to it, who is kept out, what was reported, and the audit of what was done.

ALTER TABLE users ADD COLUMN server_role TEXT NOT NULL DEFAULT 'member'
    CHECK (server_role IN ('member', 'moderator', 'admin'));
ALTER TABLE users ADD COLUMN sanction TEXT CHECK (sanction IN ('suspended', 'banned'));
ALTER TABLE users ADD COLUMN sanction_until INTEGER
    CHECK ((sanction_until IS NOT NULL) = (COALESCE(sanction, '') = 'suspended'));
ALTER TABLE users ADD COLUMN sanction_reason TEXT CHECK ((sanction IS NULL) = (sanction_reason IS NULL));

-- What is reported is kept as it was, whatever becomes of it.
CREATE TABLE reports (
    id              INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    reporter_id     INTEGER NOT NULL REFERENCES users (id),
    -- Who is reported, and what they were called; of a message its sender.
    user_id         INTEGER NOT NULL REFERENCES users (id),
    username        TEXT    NOT NULL,
    message_id      INTEGER REFERENCES messages (id),
    conversation_id INTEGER REFERENCES conversations (id),
    body            TEXT,
    reason          TEXT    NOT NULL,
    comment         TEXT,
    created_at      INTEGER NOT NULL,
    resolved_at     INTEGER,
    resolved_by     INTEGER REFERENCES users (id),
    action          TEXT,
    note            TEXT,
    CHECK ((message_id IS NULL) = (conversation_id IS NULL)),
    CHECK ((message_id IS NULL) = (body IS NULL)),
    CHECK ((resolved_at IS NULL) = (resolved_by IS NULL)),
    CHECK ((resolved_at IS NULL) = (action IS NULL)),
    CHECK (note IS NULL OR resolved_at IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX reports_one_open_of_a_message ON reports (reporter_id, message_id)
    WHERE resolved_at IS NULL AND message_id IS NOT NULL;
CREATE UNIQUE INDEX reports_one_open_of_a_user ON reports (reporter_id, user_id)
    WHERE resolved_at IS NULL AND message_id IS NULL;
CREATE INDEX reports_open ON reports (id) WHERE resolved_at IS NULL;
CREATE INDEX reports_resolved ON reports (id) WHERE resolved_at IS NOT NULL;

-- Every act by which somebody kept the server or a group in order. An operator of the server has no user.
CREATE TABLE audit (
    id              INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 9007199254740991),
    kind            TEXT    NOT NULL,
    by_id           INTEGER REFERENCES users (id),
    user_id         INTEGER REFERENCES users (id),
    conversation_id INTEGER REFERENCES conversations (id),
    message_id      INTEGER REFERENCES messages (id),
    report_id       INTEGER REFERENCES reports (id),
    server_role     TEXT,
    until_at        INTEGER,
    note            TEXT,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE INDEX audit_by_who ON audit (by_id, id);
CREATE INDEX audit_by_whom ON audit (user_id, id);

-- What stands in the audit stays there as it is.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit is only ever added to');
END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit is only ever added to');
END;
