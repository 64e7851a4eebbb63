-- Rooms: groups with a name in addresses, which strangers find where they are public.

ALTER TABLE conversations ADD COLUMN slug TEXT CHECK (slug IS NULL OR kind = 'group');
ALTER TABLE conversations ADD COLUMN visibility TEXT
    CHECK (visibility IN ('public', 'private') AND (slug IS NULL) = (visibility IS NULL));
-- The slug and the folded name, in which a room is looked for.
ALTER TABLE conversations ADD COLUMN found_by TEXT CHECK ((slug IS NULL) = (found_by IS NULL));
-- How many seconds a member waits between two messages.
ALTER TABLE conversations ADD COLUMN pace INTEGER NOT NULL DEFAULT 0 CHECK (pace BETWEEN 0 AND 21600);

CREATE UNIQUE INDEX conversations_by_slug ON conversations (slug) WHERE slug IS NOT NULL;
CREATE INDEX conversations_public ON conversations (slug) WHERE visibility = 'public';

-- Who is kept out of a group. One that has ended may stay; it does not count.
CREATE TABLE bans (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    by_id           INTEGER NOT NULL REFERENCES users (id),
    reason          TEXT,
    ends_at         INTEGER,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

-- By which whoever has the code comes in. One that was taken back is not there any more.
CREATE TABLE invites (
    code            TEXT    NOT NULL PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    by_id           INTEGER NOT NULL REFERENCES users (id),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER,
    max_uses        INTEGER CHECK (max_uses >= 1),
    uses            INTEGER NOT NULL CHECK (uses BETWEEN 0 AND COALESCE(max_uses, uses))
) STRICT, WITHOUT ROWID;

CREATE INDEX invites_by_conversation ON invites (conversation_id, code);

-- When who had to wait said something last; they need not be a member any more.
CREATE TABLE paces (
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    spoke_at        INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;
