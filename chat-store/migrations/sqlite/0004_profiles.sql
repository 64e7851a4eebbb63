-- What users say of themselves. A display name is found like a user name, by the beginning of its folded form.

ALTER TABLE users ADD COLUMN display_name TEXT;
ALTER TABLE users ADD COLUMN display_fold TEXT CHECK ((display_fold IS NULL) = (display_name IS NULL));
ALTER TABLE users ADD COLUMN bio TEXT;
ALTER TABLE users ADD COLUMN avatar TEXT;

CREATE INDEX users_by_display_name ON users (display_fold, id) WHERE display_fold IS NOT NULL;
