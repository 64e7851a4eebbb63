-- What messages are found by. It is written a little after them, and for those of before as well.

-- The program makes the terms, with spaces between them; this tokenizer does not interpret them. A deleted message has none.
CREATE VIRTUAL TABLE message_terms USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none, tokenize = "ascii tokenchars '_'"
);

-- Every message up to this one has its terms. Exactly one row.
CREATE TABLE search_progress (
    only_row  INTEGER PRIMARY KEY CHECK (only_row = 1),
    folded_id INTEGER NOT NULL
) STRICT;

INSERT INTO search_progress (only_row, folded_id) VALUES (1, 0);
