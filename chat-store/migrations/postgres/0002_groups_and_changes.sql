-- Groups with roles, and messages that are edited, deleted, answered with emoji and pinned.

ALTER TABLE conversations RENAME COLUMN owner_id TO maker_id;
ALTER TABLE conversations
    ADD COLUMN description TEXT,
    ADD COLUMN avatar      TEXT,
    -- What a newcomer may see of what was said before.
    ADD COLUMN history     TEXT NOT NULL DEFAULT 'joined' CHECK (history IN ('joined', 'shared'));

ALTER TABLE members
    DROP CONSTRAINT members_role_check,
    ADD CONSTRAINT members_role_check CHECK (role IN ('owner', 'admin', 'member'));

-- A deleted message keeps its place and loses its text. The index of the primary key holds what counting the unread looks at.
ALTER TABLE messages
    ADD COLUMN edited_at  BIGINT,
    ADD COLUMN deleted_at BIGINT,
    ADD COLUMN deleted_by BIGINT,
    ADD CHECK ((deleted_at IS NULL) = (deleted_by IS NULL)),
    ADD CHECK (deleted_at IS NULL OR (body = '' AND edited_at IS NULL)),
    DROP CONSTRAINT messages_pkey,
    ADD PRIMARY KEY (conversation_id, seq) INCLUDE (sender_id, deleted_at);

CREATE INDEX messages_by_quoted ON messages (reply_to, seq) WHERE reply_to IS NOT NULL;

-- What a message said before its edits, each text under the place in the log of the edit that replaced it.
CREATE TABLE former_bodies (
    message_id BIGINT NOT NULL REFERENCES messages (id),
    until_seq  BIGINT NOT NULL,
    body       TEXT   NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (message_id, until_seq)
);

-- Each under the place in the log at which it was put there.
CREATE TABLE reactions (
    message_id BIGINT NOT NULL REFERENCES messages (id),
    emoji      TEXT   COLLATE "C" NOT NULL,
    user_id    BIGINT NOT NULL REFERENCES users (id),
    seq        BIGINT NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
);

CREATE TABLE pins (
    message_id      BIGINT PRIMARY KEY REFERENCES messages (id),
    conversation_id BIGINT NOT NULL REFERENCES conversations (id),
    seq             BIGINT NOT NULL
);

CREATE INDEX pins_by_conversation ON pins (conversation_id, seq);

ALTER TABLE conversation_changes
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN message_id BIGINT REFERENCES messages (id),
    -- The emoji, or what of the group changed.
    ADD COLUMN detail     TEXT,
    DROP CONSTRAINT conversation_changes_kind_check,
    DROP CONSTRAINT conversation_changes_role_check,
    DROP CONSTRAINT conversation_changes_check,
    ADD CONSTRAINT conversation_changes_kind_check CHECK (kind IN ('joined', 'left', 'role_set', 'updated', 'edited', 'deleted',
                                                                   'reacted', 'unreacted', 'pinned', 'unpinned')),
    ADD CONSTRAINT conversation_changes_role_check CHECK (role IN ('owner', 'admin', 'member')),
    ADD CONSTRAINT conversation_changes_user_check CHECK ((kind IN ('joined', 'left', 'role_set')) = (user_id IS NOT NULL)),
    ADD CONSTRAINT conversation_changes_has_role CHECK ((kind IN ('joined', 'role_set')) = (role IS NOT NULL)),
    ADD CONSTRAINT conversation_changes_detail_check CHECK ((kind IN ('updated', 'reacted', 'unreacted')) = (detail IS NOT NULL)),
    ADD CONSTRAINT conversation_changes_message_check
        CHECK ((kind IN ('edited', 'deleted', 'reacted', 'unreacted', 'pinned', 'unpinned')) = (message_id IS NOT NULL));

ALTER TABLE user_changes
    -- The last seq of a conversation before the user came into it.
    ADD COLUMN conversation_head BIGINT,
    DROP CONSTRAINT user_changes_kind_check,
    DROP CONSTRAINT user_changes_check,
    ADD CONSTRAINT user_changes_kind_check CHECK (kind IN ('requested', 'accepted', 'declined', 'cancelled', 'removed', 'blocked',
                                                           'unblocked', 'conversation_added', 'conversation_removed'));

UPDATE user_changes SET conversation_head = 0 WHERE kind = 'conversation_added';

ALTER TABLE user_changes
    ADD CONSTRAINT user_changes_conversation_check
        CHECK ((kind IN ('conversation_added', 'conversation_removed')) = (conversation_id IS NOT NULL)),
    ADD CONSTRAINT user_changes_head_check CHECK ((kind = 'conversation_added') = (conversation_head IS NOT NULL));
