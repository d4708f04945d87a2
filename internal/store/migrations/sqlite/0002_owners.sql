-- Owners of public keys, sessions, and what questions may demand. What 0001 says of every table holds here.

-- Each dialect's own settings of a directory, and the secrets among them as one sealed JSON object.
ALTER TABLE directories ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE directories ADD COLUMN dialects TEXT NOT NULL DEFAULT '';
ALTER TABLE directories ADD COLUMN sealed_private BLOB NOT NULL DEFAULT x'';
CREATE INDEX directories_organization ON directories (organization_id); -- DirectoriesOf, CountDirectories, DirectoryByName

-- An application without a directory ('') is its organization's own.
CREATE INDEX applications_organization ON applications (organization_id); -- OrganizationApplications, ApplicationNamed, CountApplications

-- What a question demands, and what its answer brought along, as JSON; '' for most.
ALTER TABLE challenges ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE challenges ADD COLUMN outcome TEXT NOT NULL DEFAULT '';

-- Public keys by which others prove who they are. Owner: an organization, directory or application.
-- Bound: MaxPublicKeys for each owner. Purge: RemovePublicKey.
CREATE TABLE public_keys (
    owner_kind TEXT    NOT NULL,
    owner_id   TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    pem        TEXT    NOT NULL, -- as it was brought, to the byte
    active     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, id)
) STRICT, WITHOUT ROWID;

-- Where a user is logged in. Owner: a user. Bound: one for each application. Purge: with the user.
CREATE TABLE sessions (
    id             TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    directory_id   TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    reference      TEXT    NOT NULL, -- the dialect's name for the question that began it
    dialect        TEXT    NOT NULL,
    extra          TEXT    NOT NULL, -- the dialect's own, as JSON
    started_at     INTEGER NOT NULL,
    PRIMARY KEY (user_id, application_id)
) STRICT, WITHOUT ROWID;
