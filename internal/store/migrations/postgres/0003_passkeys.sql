-- Passkeys, transactions, and codes that hand something to another device. What 0001 says of every table holds here.

-- The alias in one case, for users among whom case tells no two apart; '' for all others.
ALTER TABLE users ADD COLUMN alias_folded text COLLATE "C" NOT NULL DEFAULT '';
CREATE UNIQUE INDEX users_alias_folded ON users (directory_id, alias_folded) WHERE alias_folded <> ''; -- AddUser

-- Origins that the relying parties of applications accept. Owner: an application. Bound: its settings.
-- Purge: PutApplication.
CREATE TABLE origins (
    application_id text COLLATE "C" NOT NULL,
    origin         text COLLATE "C" NOT NULL,
    rp_id          text COLLATE "C" NOT NULL,
    PRIMARY KEY (application_id, origin)
);
CREATE INDEX origins_origin ON origins (origin); -- ApplicationsAt
CREATE INDEX origins_rp ON origins (rp_id); -- RelyingPartiesOf

-- Registrations that have begun. Owner: an application. Bound: the limit on ceremonies. Purge: TakeCeremony, and
-- PurgeCeremonies, by age.
CREATE TABLE ceremonies (
    id              text COLLATE "C" NOT NULL PRIMARY KEY,
    kind            text COLLATE "C" NOT NULL,
    organization_id text COLLATE "C" NOT NULL,
    directory_id    text COLLATE "C" NOT NULL,
    application_id  text COLLATE "C" NOT NULL,
    user_id         text COLLATE "C" NOT NULL,
    username        text COLLATE "C" NOT NULL,
    display_name    text COLLATE "C" NOT NULL,
    challenge       bytea NOT NULL UNIQUE, -- CeremonyByChallenge
    data            text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL,
    expires_at      bigint NOT NULL
);
CREATE INDEX ceremonies_user ON ceremonies (user_id); -- RemoveUser
CREATE INDEX ceremonies_age ON ceremonies (expires_at); -- PurgeCeremonies

-- Texts that users sign. Owner: an application. Bound: the limit on transactions. Purge: PurgeTransactions and
-- PurgeConfirmed, by age; unconfirmed ones of a user with the user.
CREATE TABLE transactions (
    id               text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id  text COLLATE "C" NOT NULL,
    directory_id     text COLLATE "C" NOT NULL,
    application_id   text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    username         text COLLATE "C" NOT NULL,
    payload          text COLLATE "C" NOT NULL,
    type             text COLLATE "C" NOT NULL,
    nonce            text COLLATE "C" NOT NULL,
    server_nonce     text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL,
    authenticator_id text COLLATE "C" NOT NULL,
    hash             bytea NOT NULL,
    evidence         text COLLATE "C" NOT NULL,
    created_at       bigint NOT NULL,
    expires_at       bigint NOT NULL,
    confirmed_at     bigint NOT NULL
);
CREATE INDEX transactions_user ON transactions (user_id) WHERE user_id <> '' AND state = 'pending'; -- RemoveUser
CREATE INDEX transactions_age ON transactions (expires_at) WHERE state = 'pending'; -- PurgeTransactions
CREATE INDEX transactions_confirmed ON transactions (confirmed_at) WHERE state = 'confirmed'; -- PurgeConfirmed

-- Codes that hand a sign-in or the right to add an authenticator to another device. Owner: a user. Bound: the limit
-- on handoffs. Purge: RemoveHandoffs, and PurgeHandoffs, by age; those without an end are one for each user.
CREATE TABLE handoffs (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    directory_id   text COLLATE "C" NOT NULL,
    application_id text COLLATE "C" NOT NULL,
    user_id        text COLLATE "C" NOT NULL,
    form           text COLLATE "C" NOT NULL,
    purpose        text COLLATE "C" NOT NULL,
    digest         bytea NOT NULL UNIQUE, -- of user, form, purpose and code: HandoffBySecret
    authorized_at  bigint NOT NULL,
    used_at        bigint NOT NULL,
    created_at     bigint NOT NULL,
    expires_at     bigint NOT NULL
);
CREATE INDEX handoffs_user ON handoffs (user_id, form, purpose); -- CountHandoffs, RemoveHandoffs, RemoveUser
CREATE INDEX handoffs_age ON handoffs (expires_at) WHERE expires_at > 0; -- PurgeHandoffs
