-- Owners of public keys, sessions, and what questions may demand. What 0001 says of every table holds here.

-- Each dialect's own settings of a directory, and the secrets among them as one sealed JSON object.
ALTER TABLE directories ADD COLUMN disabled boolean NOT NULL DEFAULT FALSE;
ALTER TABLE directories ADD COLUMN dialects text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE directories ADD COLUMN sealed_private bytea NOT NULL DEFAULT '';
CREATE INDEX directories_organization ON directories (organization_id); -- DirectoriesOf, CountDirectories, DirectoryByName

-- An application without a directory ('') is its organization's own.
CREATE INDEX applications_organization ON applications (organization_id); -- OrganizationApplications, ApplicationNamed, CountApplications

-- What a question demands, and what its answer brought along, as JSON; '' for most.
ALTER TABLE challenges ADD COLUMN terms text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE challenges ADD COLUMN outcome text COLLATE "C" NOT NULL DEFAULT '';

-- Public keys by which others prove who they are. Owner: an organization, directory or application.
-- Bound: MaxPublicKeys for each owner. Purge: RemovePublicKey.
CREATE TABLE public_keys (
    owner_kind text COLLATE "C" NOT NULL,
    owner_id   text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    pem        text COLLATE "C" NOT NULL, -- as it was brought, to the byte
    active     boolean NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, id)
);

-- Where a user is logged in. Owner: a user. Bound: one for each application. Purge: with the user.
CREATE TABLE sessions (
    id             text COLLATE "C" NOT NULL,
    user_id        text COLLATE "C" NOT NULL,
    directory_id   text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    reference      text COLLATE "C" NOT NULL, -- the dialect's name for the question that began it
    dialect        text COLLATE "C" NOT NULL,
    extra          text COLLATE "C" NOT NULL, -- the dialect's own, as JSON
    started_at     bigint NOT NULL,
    PRIMARY KEY (user_id, application_id)
);
