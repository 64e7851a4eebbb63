-- What messages are found by. It is written a little after them, and for those of before as well.

-- The program makes the terms; the database does not interpret them. A deleted message has none.
CREATE TABLE message_terms (
    message_id BIGINT   PRIMARY KEY,
    terms      TSVECTOR NOT NULL
);

CREATE INDEX message_terms_by_term ON message_terms USING GIN (terms);

-- Every message up to this one has its terms. Exactly one row.
CREATE TABLE search_progress (
    only_row  BIGINT PRIMARY KEY CHECK (only_row = 1),
    folded_id BIGINT NOT NULL
);

INSERT INTO search_progress (only_row, folded_id) VALUES (1, 0);
