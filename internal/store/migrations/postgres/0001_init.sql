-- The records of Twinseal. What holds for every table:
--   ids are text, compared byte by byte (hence COLLATE "C"); '' means "none";
--   times are microseconds since 1970 in UTC, 0 means "never";
--   columns called sealed_… hold what only the key ring opens, bound to table, column and row;
--   each table names its owner (whose removal or age ends a row), its bound and its purge.
-- Tables whose rows change often keep room in their pages, so that a change need not touch the indices.
-- An index stands only where the named query needs it.

-- Keys that seal all others, wrapped by the master key. Owner: the server. Bound: one row for each rotation.
-- Purge: never.
CREATE TABLE key_ring (
    id           bigint NOT NULL PRIMARY KEY,
    kind         text COLLATE "C" NOT NULL,
    master_check text COLLATE "C" NOT NULL,
    wrapped      bytea NOT NULL
);

-- Secrets of the server itself. Owner: the server. Bound: a handful of names. Purge: never.
CREATE TABLE server_secrets (
    name          text COLLATE "C" NOT NULL PRIMARY KEY,
    sealed_secret bytea NOT NULL
);

-- Serials that are never handed out twice. Owner: the server or a directory. Bound: one row for each
-- directory and a few more. Purge: never, since forgetting one would hand out its numbers again.
CREATE TABLE counters (
    name  text COLLATE "C" NOT NULL PRIMARY KEY,
    value bigint NOT NULL
) WITH (fillfactor = 50);

-- Rows that exist only to be locked. Owner: the server. Bound: the rows made here. Purge: never.
CREATE TABLE locks (
    name text COLLATE "C" NOT NULL PRIMARY KEY
);
INSERT INTO locks (name) VALUES ('names'), ('purge');
INSERT INTO locks (name) SELECT 'phone:' || i FROM generate_series(0, 255) AS i;

-- Owner: the operator. Bound and purge: the operator's, by apply or console.
CREATE TABLE organizations (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL
);

-- Owner: an organization.
CREATE TABLE directories (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL,
    name            text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL
);

-- Owner: a directory.
CREATE TABLE applications (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id text COLLATE "C" NOT NULL,
    directory_id    text COLLATE "C" NOT NULL,
    number          bigint NOT NULL UNIQUE,
    name            text COLLATE "C" NOT NULL,
    settings        text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL
);
CREATE INDEX applications_directory ON applications (directory_id); -- ApplicationsOf, ApplicationByName

-- Owner: an application.
CREATE TABLE keys (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    kind           text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    digest         bytea NOT NULL,
    sealed_secret  bytea NOT NULL,
    created_at     bigint NOT NULL,
    expires_at     bigint NOT NULL,
    UNIQUE (kind, digest) -- KeyBySecret
);
CREATE INDEX keys_application ON keys (application_id); -- KeysOf

-- Owner: an application.
CREATE TABLE webhooks (
    id                 text COLLATE "C" NOT NULL PRIMARY KEY,
    application_id     text COLLATE "C" NOT NULL,
    dialect            text COLLATE "C" NOT NULL,
    name               text COLLATE "C" NOT NULL,
    url                text COLLATE "C" NOT NULL,
    events             text COLLATE "C" NOT NULL,
    sealed_signing_key bytea NOT NULL,
    created_at         bigint NOT NULL
);
CREATE INDEX webhooks_application ON webhooks (application_id); -- WebhooksOf

-- Owner: a directory. Bound: its population. Purge: RemoveUser.
CREATE TABLE users (
    id                text COLLATE "C" NOT NULL PRIMARY KEY,
    directory_id      text COLLATE "C" NOT NULL,
    number            bigint NOT NULL,
    alias             text COLLATE "C" NOT NULL,
    state             text COLLATE "C" NOT NULL,
    emails            text COLLATE "C" NOT NULL,
    phone_country     bigint NOT NULL,
    phone             text COLLATE "C" NOT NULL, -- E.164
    locale            text COLLATE "C" NOT NULL,
    confirmed         boolean NOT NULL,
    left_applications text COLLATE "C" NOT NULL,
    codes_until       bigint NOT NULL,
    strikes_until     bigint NOT NULL,
    generation        bigint NOT NULL, -- rises with every change to the set of the user's authenticators
    created_at        bigint NOT NULL,
    updated_at        bigint NOT NULL,
    UNIQUE (directory_id, number) -- LockCredentials, CountUsers
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX users_alias ON users (directory_id, alias) WHERE alias <> ''; -- User by alias
CREATE UNIQUE INDEX users_phone ON users (phone, directory_id) WHERE phone <> ''; -- User by phone, UsersByPhone
CREATE INDEX users_page ON users (directory_id, id); -- ListUsers

-- Owner: a user. Bound: the limits on devices and seeds of one user. Purge: with the user.
CREATE TABLE authenticators (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    user_id        text COLLATE "C" NOT NULL,
    directory_id   text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    parent_id      text COLLATE "C" NOT NULL,
    kind           text COLLATE "C" NOT NULL,
    state          text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    number         bigint NOT NULL UNIQUE,
    platform       text COLLATE "C" NOT NULL,
    thumbprint     text COLLATE "C" NOT NULL,
    data           text COLLATE "C" NOT NULL,
    sealed_secret  bytea NOT NULL,
    counter        bigint NOT NULL,
    version        bigint NOT NULL,
    generation     bigint NOT NULL, -- that of the user when the set last changed: unequal ones are not of one moment
    registered_by  text COLLATE "C" NOT NULL,
    created_at     bigint NOT NULL,
    last_used_at   bigint NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX authenticators_user ON authenticators (user_id); -- LockCredentials, AuthenticatorsOf
CREATE UNIQUE INDEX authenticators_thumbprint ON authenticators (thumbprint) WHERE thumbprint <> ''; -- DeviceByThumbprint

-- Owner: a user or, before there is one, an application. Bound: rates of the routes that make them.
-- Purge: PurgeEnrollments, by age.
CREATE TABLE enrollments (
    id               text COLLATE "C" NOT NULL PRIMARY KEY,
    kind             text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL,
    organization_id  text COLLATE "C" NOT NULL,
    directory_id     text COLLATE "C" NOT NULL,
    application_id   text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    phone_country    bigint NOT NULL,
    phone            text COLLATE "C" NOT NULL,
    custom_id        text COLLATE "C" NOT NULL,
    authenticator_id text COLLATE "C" NOT NULL,
    digest           bytea, -- of the secret, where it is what the holder is known by; else NULL
    sealed_secret    bytea NOT NULL,
    data             text COLLATE "C" NOT NULL, -- the device that asked, as JSON
    attempts         bigint NOT NULL,
    created_at       bigint NOT NULL,
    expires_at       bigint NOT NULL,
    UNIQUE (kind, digest) -- EnrollmentBySecret
);
CREATE INDEX enrollments_custom ON enrollments (application_id, custom_id) WHERE custom_id <> ''; -- EnrollmentByCustomID
CREATE INDEX enrollments_user ON enrollments (user_id) WHERE user_id <> ''; -- RemoveUser
CREATE INDEX enrollments_age ON enrollments (expires_at); -- PurgeEnrollments

-- Owner: a user. Bound: the limit on approvals. Purge: PurgeChallenges, by age; unanswered ones with the user.
CREATE TABLE challenges (
    id               text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id  text COLLATE "C" NOT NULL,
    directory_id     text COLLATE "C" NOT NULL,
    application_id   text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    user_number      bigint NOT NULL,
    kind             text COLLATE "C" NOT NULL,
    dialect          text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL,
    message          text COLLATE "C" NOT NULL,
    details          text COLLATE "C" NOT NULL,
    hidden_details   text COLLATE "C" NOT NULL,
    amount           text COLLATE "C" NOT NULL,
    logos            text COLLATE "C" NOT NULL,
    question         text COLLATE "C" NOT NULL,
    extra            text COLLATE "C" NOT NULL,
    authenticator_id text COLLATE "C" NOT NULL,
    reason           text COLLATE "C" NOT NULL,
    fraud            boolean NOT NULL,
    created_at       bigint NOT NULL,
    expires_at       bigint NOT NULL,
    notified_at      bigint NOT NULL,
    answered_at      bigint NOT NULL,
    updated_at       bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX challenges_user ON challenges (user_id, state, created_at); -- PendingChallenges, ChallengesOf, RemoveUser
CREATE INDEX challenges_expiry ON challenges (expires_at) WHERE state = 'pending' AND expires_at > 0; -- ExpireChallenges
CREATE INDEX challenges_age ON challenges (updated_at) WHERE state <> 'pending'; -- PurgeChallenges

-- Owner: a challenge. Bound: one each. Purge: with the challenge.
CREATE TABLE receipts (
    challenge_id     text COLLATE "C" NOT NULL PRIMARY KEY,
    application_id   text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    authenticator_id text COLLATE "C" NOT NULL,
    document         text COLLATE "C" NOT NULL,
    created_at       bigint NOT NULL
);

-- Owner: a user or, for verifications, an application. Bound: the limits on sending. Purge: PurgeCodes, by
-- age; a user's with the user.
CREATE TABLE codes (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    purpose        text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    user_id        text COLLATE "C" NOT NULL,
    phone_country  bigint NOT NULL,
    phone          text COLLATE "C" NOT NULL,
    channel        text COLLATE "C" NOT NULL,
    action         text COLLATE "C" NOT NULL,
    sealed_secret  bytea NOT NULL,
    attempts       bigint NOT NULL,
    used_at        bigint NOT NULL,
    sent_at        bigint NOT NULL,
    created_at     bigint NOT NULL,
    expires_at     bigint NOT NULL
);
CREATE INDEX codes_user ON codes (user_id) WHERE user_id <> ''; -- OpenCodes, RemoveUser
CREATE INDEX codes_phone ON codes (application_id, phone, created_at) WHERE purpose = 'verification'; -- PhoneCode
CREATE INDEX codes_age ON codes (expires_at); -- PurgeCodes

-- The audit log, clustered by its time-ordered id. Owner: the server. Bound: the operator's disk. Purge:
-- never by itself, because the log proves that nothing is missing. Every request of the hot path inserts
-- one, so lists by application or user walk a range of ids instead of having an index.
CREATE TABLE events (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    type            text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    directory_id    text COLLATE "C" NOT NULL,
    application_id  text COLLATE "C" NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    challenge_id    text COLLATE "C" NOT NULL,
    source          text COLLATE "C" NOT NULL,
    data            text COLLATE "C" NOT NULL,
    at              bigint NOT NULL
);
CREATE INDEX events_challenge ON events (challenge_id) WHERE challenge_id <> ''; -- Events of one challenge

-- The outbox. Owner: an application. Bound: the rates of what queues. Purge: PurgeDeliveries, by age.
CREATE TABLE deliveries (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    kind            text COLLATE "C" NOT NULL,
    state           text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    application_id  text COLLATE "C" NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    challenge_id    text COLLATE "C" NOT NULL,
    channel         text COLLATE "C" NOT NULL,
    recipient       text COLLATE "C" NOT NULL,
    dialect         text COLLATE "C" NOT NULL,
    sealed_payload  bytea NOT NULL,
    dedupe          text COLLATE "C" NOT NULL,
    attempts        bigint NOT NULL,
    last_error      text COLLATE "C" NOT NULL,
    reference       text COLLATE "C" NOT NULL,
    due_at          bigint NOT NULL,
    give_up_at      bigint NOT NULL,
    lease_till      bigint NOT NULL,
    ready_at        bigint NOT NULL, -- the later of due_at and lease_till: when it may be claimed
    created_at      bigint NOT NULL,
    done_at         bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX deliveries_ready ON deliveries (ready_at) WHERE state = 'pending'; -- ClaimDeliveries, NextDeliveryDue
CREATE INDEX deliveries_application ON deliveries (application_id, created_at); -- DeliveriesOf
CREATE INDEX deliveries_age ON deliveries (done_at) WHERE state <> 'pending'; -- PurgeDeliveries

-- When a message of a kind was last queued: what makes equal ones within seconds one. Owner: the outbox.
-- Bound: as the outbox. Purge: PurgeDeliveries, by age.
CREATE TABLE delivery_dedupes (
    dedupe    text COLLATE "C" NOT NULL PRIMARY KEY,
    queued_at bigint NOT NULL
);
CREATE INDEX delivery_dedupes_age ON delivery_dedupes (queued_at); -- PurgeDeliveries

-- Windows of the limits. Owner: the server. Bound: one row for each name and key seen in its window.
-- Purge: PurgeLimits, once the window is over.
CREATE TABLE limits (
    key      text COLLATE "C" NOT NULL,
    name     text COLLATE "C" NOT NULL,
    hits     bigint NOT NULL,
    ends_at  bigint NOT NULL,
    PRIMARY KEY (key, name)
) WITH (fillfactor = 70);
CREATE INDEX limits_age ON limits (ends_at); -- PurgeLimits

-- Nonces of request proofs. Owner: a device. Bound: its requests within the proof window. Purge:
-- PurgeProofs, once a proof is too old to be believed.
CREATE TABLE proofs (
    thumbprint text COLLATE "C" NOT NULL,
    nonce      text COLLATE "C" NOT NULL,
    ends_at    bigint NOT NULL,
    PRIMARY KEY (thumbprint, nonce)
);
CREATE INDEX proofs_age ON proofs (ends_at); -- PurgeProofs

-- Monthly counts. Owner: an application. Bound: twelve rows a year for each name. Purge: never.
CREATE TABLE tallies (
    application_id text COLLATE "C" NOT NULL,
    month          bigint NOT NULL,
    name           text COLLATE "C" NOT NULL,
    total          bigint NOT NULL,
    PRIMARY KEY (application_id, month, name)
);

-- Messages that the sandbox kept. Owner: the sandbox. Bound and purge: PurgeInbox, by age.
CREATE TABLE inbox (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    recipient      text COLLATE "C" NOT NULL,
    sealed_message bytea NOT NULL,
    at             bigint NOT NULL
);
CREATE INDEX inbox_age ON inbox (at); -- InboxMessages, PurgeInbox
