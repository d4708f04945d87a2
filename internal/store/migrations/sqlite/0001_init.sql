-- The records of Twinseal. What holds for every table:
--   ids are text, compared byte by byte; '' means "none";
--   times are microseconds since 1970 in UTC, 0 means "never";
--   columns called sealed_… hold what only the key ring opens, bound to table, column and row;
--   each table names its owner (whose removal or age ends a row), its bound and its purge.
-- An index stands only where the named query needs it.

-- Keys that seal all others, wrapped by the master key. Owner: the server. Bound: one row for each rotation.
-- Purge: never.
CREATE TABLE key_ring (
    id           INTEGER NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL,
    master_check TEXT    NOT NULL,
    wrapped      BLOB    NOT NULL
) STRICT;

-- Secrets of the server itself. Owner: the server. Bound: a handful of names. Purge: never.
CREATE TABLE server_secrets (
    name          TEXT NOT NULL PRIMARY KEY,
    sealed_secret BLOB NOT NULL
) STRICT;

-- Serials that are never handed out twice. Owner: the server or a directory. Bound: one row for each
-- directory and a few more. Purge: never, since forgetting one would hand out its numbers again.
CREATE TABLE counters (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows that exist only to be locked. Owner: the server. Bound: the rows made here. Purge: never.
CREATE TABLE locks (
    name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO locks (name) VALUES ('names'), ('purge');
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 255)
INSERT INTO locks (name) SELECT 'phone:' || i FROM n;

-- Owner: the operator. Bound and purge: the operator's, by apply or console.
CREATE TABLE organizations (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Owner: an organization.
CREATE TABLE directories (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

-- Owner: a directory.
CREATE TABLE applications (
    id              TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    directory_id    TEXT    NOT NULL,
    number          INTEGER NOT NULL UNIQUE,
    name            TEXT    NOT NULL,
    settings        TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX applications_directory ON applications (directory_id); -- ApplicationsOf, ApplicationByName

-- Owner: an application.
CREATE TABLE keys (
    id             TEXT    NOT NULL PRIMARY KEY,
    kind           TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    digest         BLOB    NOT NULL,
    sealed_secret  BLOB    NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    UNIQUE (kind, digest) -- KeyBySecret
) STRICT;
CREATE INDEX keys_application ON keys (application_id); -- KeysOf

-- Owner: an application.
CREATE TABLE webhooks (
    id                 TEXT    NOT NULL PRIMARY KEY,
    application_id     TEXT    NOT NULL,
    dialect            TEXT    NOT NULL,
    name               TEXT    NOT NULL,
    url                TEXT    NOT NULL,
    events             TEXT    NOT NULL,
    sealed_signing_key BLOB    NOT NULL,
    created_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_application ON webhooks (application_id); -- WebhooksOf

-- Owner: a directory. Bound: its population. Purge: RemoveUser.
CREATE TABLE users (
    id                TEXT    NOT NULL PRIMARY KEY,
    directory_id      TEXT    NOT NULL,
    number            INTEGER NOT NULL,
    alias             TEXT    NOT NULL,
    state             TEXT    NOT NULL,
    emails            TEXT    NOT NULL,
    phone_country     INTEGER NOT NULL,
    phone             TEXT    NOT NULL, -- E.164
    locale            TEXT    NOT NULL,
    confirmed         INTEGER NOT NULL,
    left_applications TEXT    NOT NULL,
    codes_until       INTEGER NOT NULL,
    strikes_until     INTEGER NOT NULL,
    generation        INTEGER NOT NULL, -- rises with every change to the set of the user's authenticators
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    UNIQUE (directory_id, number) -- LockCredentials, CountUsers
) STRICT;
CREATE UNIQUE INDEX users_alias ON users (directory_id, alias) WHERE alias <> ''; -- User by alias
CREATE UNIQUE INDEX users_phone ON users (phone, directory_id) WHERE phone <> ''; -- User by phone, UsersByPhone
CREATE INDEX users_page ON users (directory_id, id); -- ListUsers

-- Owner: a user. Bound: the limits on devices and seeds of one user. Purge: with the user.
CREATE TABLE authenticators (
    id             TEXT    NOT NULL PRIMARY KEY,
    user_id        TEXT    NOT NULL,
    directory_id   TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    parent_id      TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    number         INTEGER NOT NULL UNIQUE,
    platform       TEXT    NOT NULL,
    thumbprint     TEXT    NOT NULL,
    data           TEXT    NOT NULL,
    sealed_secret  BLOB    NOT NULL,
    counter        INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    generation     INTEGER NOT NULL, -- that of the user when the set last changed: unequal ones are not of one moment
    registered_by  TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    last_used_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX authenticators_user ON authenticators (user_id); -- LockCredentials, AuthenticatorsOf
CREATE UNIQUE INDEX authenticators_thumbprint ON authenticators (thumbprint) WHERE thumbprint <> ''; -- DeviceByThumbprint

-- Owner: a user or, before there is one, an application. Bound: rates of the routes that make them.
-- Purge: PurgeEnrollments, by age.
CREATE TABLE enrollments (
    id               TEXT    NOT NULL PRIMARY KEY,
    kind             TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    organization_id  TEXT    NOT NULL,
    directory_id     TEXT    NOT NULL,
    application_id   TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    phone_country    INTEGER NOT NULL,
    phone            TEXT    NOT NULL,
    custom_id        TEXT    NOT NULL,
    authenticator_id TEXT    NOT NULL,
    digest           BLOB, -- of the secret, where it is what the holder is known by; else NULL
    sealed_secret    BLOB    NOT NULL,
    data             TEXT    NOT NULL, -- the device that asked, as JSON
    attempts         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    UNIQUE (kind, digest) -- EnrollmentBySecret
) STRICT;
CREATE INDEX enrollments_custom ON enrollments (application_id, custom_id) WHERE custom_id <> ''; -- EnrollmentByCustomID
CREATE INDEX enrollments_user ON enrollments (user_id) WHERE user_id <> ''; -- RemoveUser
CREATE INDEX enrollments_age ON enrollments (expires_at); -- PurgeEnrollments

-- Owner: a user. Bound: the limit on approvals. Purge: PurgeChallenges, by age; unanswered ones with the user.
CREATE TABLE challenges (
    id               TEXT    NOT NULL PRIMARY KEY,
    organization_id  TEXT    NOT NULL,
    directory_id     TEXT    NOT NULL,
    application_id   TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    user_number      INTEGER NOT NULL,
    kind             TEXT    NOT NULL,
    dialect          TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    message          TEXT    NOT NULL,
    details          TEXT    NOT NULL,
    hidden_details   TEXT    NOT NULL,
    amount           TEXT    NOT NULL,
    logos            TEXT    NOT NULL,
    question         TEXT    NOT NULL,
    extra            TEXT    NOT NULL,
    authenticator_id TEXT    NOT NULL,
    reason           TEXT    NOT NULL,
    fraud            INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    notified_at      INTEGER NOT NULL,
    answered_at      INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_user ON challenges (user_id, state, created_at); -- PendingChallenges, ChallengesOf, RemoveUser
CREATE INDEX challenges_expiry ON challenges (expires_at) WHERE state = 'pending' AND expires_at > 0; -- ExpireChallenges
CREATE INDEX challenges_age ON challenges (updated_at) WHERE state <> 'pending'; -- PurgeChallenges

-- Owner: a challenge. Bound: one each. Purge: with the challenge.
CREATE TABLE receipts (
    challenge_id     TEXT    NOT NULL PRIMARY KEY,
    application_id   TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    authenticator_id TEXT    NOT NULL,
    document         TEXT    NOT NULL,
    created_at       INTEGER NOT NULL
) STRICT;

-- Owner: a user or, for verifications, an application. Bound: the limits on sending. Purge: PurgeCodes, by
-- age; a user's with the user.
CREATE TABLE codes (
    id             TEXT    NOT NULL PRIMARY KEY,
    purpose        TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    phone_country  INTEGER NOT NULL,
    phone          TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    action         TEXT    NOT NULL,
    sealed_secret  BLOB    NOT NULL,
    attempts       INTEGER NOT NULL,
    used_at        INTEGER NOT NULL,
    sent_at        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX codes_user ON codes (user_id) WHERE user_id <> ''; -- OpenCodes, RemoveUser
CREATE INDEX codes_phone ON codes (application_id, phone, created_at) WHERE purpose = 'verification'; -- PhoneCode
CREATE INDEX codes_age ON codes (expires_at); -- PurgeCodes

-- The audit log, clustered by its time-ordered id. Owner: the server. Bound: the operator's disk. Purge:
-- never by itself, because the log proves that nothing is missing. Every request of the hot path inserts
-- one, so lists by application or user walk a range of ids instead of having an index.
CREATE TABLE events (
    id              TEXT    NOT NULL PRIMARY KEY,
    type            TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    directory_id    TEXT    NOT NULL,
    application_id  TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    challenge_id    TEXT    NOT NULL,
    source          TEXT    NOT NULL,
    data            TEXT    NOT NULL,
    at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX events_challenge ON events (challenge_id) WHERE challenge_id <> ''; -- Events of one challenge

-- The outbox. Owner: an application. Bound: the rates of what queues. Purge: PurgeDeliveries, by age.
CREATE TABLE deliveries (
    id              TEXT    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    application_id  TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    challenge_id    TEXT    NOT NULL,
    channel         TEXT    NOT NULL,
    recipient       TEXT    NOT NULL,
    dialect         TEXT    NOT NULL,
    sealed_payload  BLOB    NOT NULL,
    dedupe          TEXT    NOT NULL,
    attempts        INTEGER NOT NULL,
    last_error      TEXT    NOT NULL,
    reference       TEXT    NOT NULL,
    due_at          INTEGER NOT NULL,
    give_up_at      INTEGER NOT NULL,
    lease_till      INTEGER NOT NULL,
    ready_at        INTEGER NOT NULL, -- the later of due_at and lease_till: when it may be claimed
    created_at      INTEGER NOT NULL,
    done_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_ready ON deliveries (ready_at) WHERE state = 'pending'; -- ClaimDeliveries, NextDeliveryDue
CREATE INDEX deliveries_application ON deliveries (application_id, created_at); -- DeliveriesOf
CREATE INDEX deliveries_age ON deliveries (done_at) WHERE state <> 'pending'; -- PurgeDeliveries

-- When a message of a kind was last queued: what makes equal ones within seconds one. Owner: the outbox.
-- Bound: as the outbox. Purge: PurgeDeliveries, by age.
CREATE TABLE delivery_dedupes (
    dedupe    TEXT    NOT NULL PRIMARY KEY,
    queued_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_dedupes_age ON delivery_dedupes (queued_at); -- PurgeDeliveries

-- Windows of the limits. Owner: the server. Bound: one row for each name and key seen in its window.
-- Purge: PurgeLimits, once the window is over.
CREATE TABLE limits (
    key      TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    hits     INTEGER NOT NULL,
    ends_at  INTEGER NOT NULL,
    PRIMARY KEY (key, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_age ON limits (ends_at); -- PurgeLimits

-- Nonces of request proofs. Owner: a device. Bound: its requests within the proof window. Purge:
-- PurgeProofs, once a proof is too old to be believed.
CREATE TABLE proofs (
    thumbprint TEXT    NOT NULL,
    nonce      TEXT    NOT NULL,
    ends_at    INTEGER NOT NULL,
    PRIMARY KEY (thumbprint, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX proofs_age ON proofs (ends_at); -- PurgeProofs

-- Monthly counts. Owner: an application. Bound: twelve rows a year for each name. Purge: never.
CREATE TABLE tallies (
    application_id TEXT    NOT NULL,
    month          INTEGER NOT NULL,
    name           TEXT    NOT NULL,
    total          INTEGER NOT NULL,
    PRIMARY KEY (application_id, month, name)
) STRICT, WITHOUT ROWID;

-- Messages that the sandbox kept. Owner: the sandbox. Bound and purge: PurgeInbox, by age.
CREATE TABLE inbox (
    id             TEXT    NOT NULL PRIMARY KEY,
    recipient      TEXT    NOT NULL,
    sealed_message BLOB    NOT NULL,
    at             INTEGER NOT NULL
) STRICT;
CREATE INDEX inbox_age ON inbox (at); -- InboxMessages, PurgeInbox
