-- Rooms: groups with a name in addresses, which strangers find where they are public.

ALTER TABLE conversations
    ADD COLUMN slug       TEXT COLLATE "C" CHECK (slug IS NULL OR kind = 'group'),
    ADD COLUMN visibility TEXT CHECK (visibility IN ('public', 'private')),
    -- The slug and the folded name, in which a room is looked for.
    ADD COLUMN found_by   TEXT,
    -- How many seconds a member waits between two messages.
    ADD COLUMN pace       BIGINT NOT NULL DEFAULT 0 CHECK (pace BETWEEN 0 AND 21600),
    ADD CONSTRAINT conversations_room_check CHECK ((slug IS NULL) = (visibility IS NULL) AND (slug IS NULL) = (found_by IS NULL));

CREATE UNIQUE INDEX conversations_by_slug ON conversations (slug) WHERE slug IS NOT NULL;
CREATE INDEX conversations_public ON conversations (slug) WHERE visibility = 'public';

-- Who is kept out of a group. One that has ended may stay; it does not count.
CREATE TABLE bans (
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    user_id         BIGINT NOT NULL REFERENCES users (id),
    by_id           BIGINT NOT NULL REFERENCES users (id),
    reason          TEXT,
    ends_at         BIGINT,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);

-- By which whoever has the code comes in. One that was taken back is not there any more.
CREATE TABLE invites (
    code            TEXT   COLLATE "C" PRIMARY KEY,
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    by_id           BIGINT NOT NULL REFERENCES users (id),
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT,
    max_uses        BIGINT CHECK (max_uses >= 1),
    uses            BIGINT NOT NULL CHECK (uses BETWEEN 0 AND COALESCE(max_uses, uses))
);

CREATE INDEX invites_by_conversation ON invites (conversation_id, code);

-- When who had to wait said something last; they need not be a member any more. It is written with the message, which
-- has looked at both references.
CREATE TABLE paces (
    conversation_id BIGINT NOT NULL,
    user_id         BIGINT NOT NULL,
    spoke_at        BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id)
);
