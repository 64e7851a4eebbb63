-- What users say of themselves. A display name is found like a user name, by the beginning of its folded form.

ALTER TABLE users
    ADD COLUMN display_name TEXT,
    ADD COLUMN display_fold TEXT COLLATE "C",
    ADD COLUMN bio          TEXT,
    ADD COLUMN avatar       TEXT,
    ADD CONSTRAINT users_display_name_folds CHECK ((display_fold IS NULL) = (display_name IS NULL));

CREATE INDEX users_by_display_name ON users (display_fold, id) WHERE display_fold IS NOT NULL;
