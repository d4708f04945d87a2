-- How directories look to their people, and how people who lost all devices are found. What 0001 says of every
-- table holds here.

-- Name, colour and the digest of the picture, as JSON; '' for most.
ALTER TABLE directories ADD COLUMN branding text COLLATE "C" NOT NULL DEFAULT '';

-- Pictures of directories, apart because directories are read often and pictures are not. Owner: a directory.
-- Bound: one for each. Purge: RemoveDirectoryLogo.
CREATE TABLE directory_logos (
    directory_id text COLLATE "C" NOT NULL PRIMARY KEY,
    digest       text COLLATE "C" NOT NULL,
    png          bytea NOT NULL
);

CREATE INDEX users_alias_anywhere ON users (alias) WHERE alias <> ''; -- UsersCalled
-- The first address stands at the beginning, and the longest there is has 254 characters.
CREATE INDEX users_emails ON users (substr(emails, 1, 300)) WHERE emails <> ''; -- UsersCalled
