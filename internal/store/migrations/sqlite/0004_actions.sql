-- Actions with their rules and prompts, and what is told of users for them. What 0001 says of every table holds here.

-- What users were about to do, and what was decided. Every request of the hot path inserts one: a key that the server
-- made is the id, and stands in no index of its own. Owner: an application. Bound: the rate of its requests. Purge:
-- PurgeActions, by age.
CREATE TABLE actions (
    id               TEXT    NOT NULL PRIMARY KEY,
    organization_id  TEXT    NOT NULL,
    directory_id     TEXT    NOT NULL,
    application_id   TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    code             TEXT    NOT NULL,
    key              TEXT    NOT NULL,
    outcome          TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    state_at         INTEGER NOT NULL,
    method           TEXT    NOT NULL,
    authenticator_id TEXT    NOT NULL,
    decided_by       TEXT    NOT NULL,
    decision         TEXT    NOT NULL,
    sealed_inputs    BLOB    NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX actions_key ON actions (user_id, application_id, code, key) WHERE key <> id; -- AddAction, ActionByKey
CREATE INDEX actions_user ON actions (user_id, application_id, created_at); -- ActionsOf, RemoveActions
CREATE INDEX actions_age ON actions (created_at, id); -- Decisions, PurgeActions

-- How many actions there were, in packed spans of time. Owner: an application. Bound: one row for each user, code,
-- address and device that acted in a month. Purge: PurgeVelocity, by age.
CREATE TABLE velocities (
    digest TEXT    NOT NULL PRIMARY KEY,
    counts BLOB    NOT NULL,
    day    INTEGER NOT NULL -- of the last one
) STRICT, WITHOUT ROWID;
CREATE INDEX velocities_age ON velocities (day); -- PurgeVelocity

-- What becomes of actions. Owner: an application. Bound: the limit on codes, and what the application tracks. Purge:
-- RemoveActionConfiguration.
CREATE TABLE action_configurations (
    application_id  TEXT    NOT NULL,
    code            TEXT    NOT NULL,
    default_outcome TEXT    NOT NULL,
    methods         TEXT    NOT NULL,
    default_method  TEXT    NOT NULL,
    uplift          TEXT    NOT NULL,
    templates       TEXT    NOT NULL,
    hook_url        TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    last_action_at  INTEGER NOT NULL,
    PRIMARY KEY (application_id, code)
) STRICT;

-- Owner: an application. Bound: the limits on codes and on rules of one. Purge: RemoveRule.
CREATE TABLE rules (
    id             TEXT    NOT NULL PRIMARY KEY,
    application_id TEXT    NOT NULL,
    action_code    TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    active         INTEGER NOT NULL,
    priority       INTEGER NOT NULL,
    outcome        TEXT    NOT NULL,
    conditions     TEXT    NOT NULL,
    methods        TEXT    NOT NULL,
    default_method TEXT    NOT NULL,
    uplift         TEXT    NOT NULL,
    tests          TEXT    NOT NULL,
    metadata       TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (application_id, action_code, priority) -- RulesOf
) STRICT;

-- Owner: an application. Bound: the limits on lists and their items. Purge: RemoveValueList.
CREATE TABLE value_lists (
    application_id TEXT    NOT NULL,
    alias          TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    item_type      TEXT    NOT NULL,
    items          TEXT    NOT NULL,
    active         INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (application_id, alias)
) STRICT;

-- Owner: an application. Bound: the limit on data points. Purge: RemoveDataPoint.
CREATE TABLE data_points (
    id             TEXT    NOT NULL PRIMARY KEY,
    application_id TEXT    NOT NULL,
    name           TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    model          TEXT    NOT NULL,
    description    TEXT    NOT NULL,
    public         INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    UNIQUE (application_id, model, name) -- DataPointsOf
) STRICT;

-- What applications tell of users. Owner: a user. Bound: one each. Purge: with the user.
CREATE TABLE profiles (
    user_id         TEXT    NOT NULL PRIMARY KEY,
    directory_id    TEXT    NOT NULL,
    sealed_profile  BLOB    NOT NULL,
    email_digest    BLOB    NOT NULL, -- keyed, with the directory
    phone_digest    BLOB    NOT NULL,
    username_digest BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX profiles_email ON profiles (email_digest, user_id) WHERE length(email_digest) > 0; -- ProfilesBy
CREATE INDEX profiles_phone ON profiles (phone_digest, user_id) WHERE length(phone_digest) > 0;
CREATE INDEX profiles_username ON profiles (username_digest, user_id) WHERE length(username_digest) > 0;

-- Browsers and phones from which users acted. Owner: a user. Bound: the limit on known devices. Purge:
-- PurgeKnownDevices, by age, and with the user.
CREATE TABLE known_devices (
    user_id          TEXT    NOT NULL,
    application_id   TEXT    NOT NULL,
    device_id        TEXT    NOT NULL,
    directory_id     TEXT    NOT NULL,
    user_agent       TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    invalidated_at   INTEGER NOT NULL,
    remembered_until INTEGER NOT NULL,
    last_method      TEXT    NOT NULL,
    series           TEXT    NOT NULL,
    sealed_trust     BLOB    NOT NULL,
    generation       INTEGER NOT NULL,
    rotated_at       INTEGER NOT NULL,
    used_at          INTEGER NOT NULL, -- the latest of the times
    PRIMARY KEY (user_id, application_id, device_id)
) STRICT;
CREATE UNIQUE INDEX known_devices_series ON known_devices (series) WHERE series <> ''; -- KnownDeviceByTrust, RotateTrust
CREATE INDEX known_devices_age ON known_devices (used_at); -- PurgeKnownDevices

-- Ways in which actions are being challenged. Owner: an action or, before there is one, an application. Bound: the
-- limits on sending and on anonymous ones. Purge: PurgePrompts, by age; a user's with the user.
CREATE TABLE prompts (
    id               TEXT    NOT NULL PRIMARY KEY,
    organization_id  TEXT    NOT NULL,
    directory_id     TEXT    NOT NULL,
    application_id   TEXT    NOT NULL,
    user_id          TEXT    NOT NULL,
    action_id        TEXT    NOT NULL,
    action_code      TEXT    NOT NULL,
    action_key       TEXT    NOT NULL,
    method           TEXT    NOT NULL,
    authenticator_id TEXT    NOT NULL,
    sealed_to        BLOB    NOT NULL,
    sealed_secret    BLOB    NOT NULL,
    lookup           BLOB    NOT NULL, -- keyed digest, with the method
    challenge_id     TEXT    NOT NULL,
    enrols           INTEGER NOT NULL,
    state            TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    sends            INTEGER NOT NULL,
    data             TEXT    NOT NULL,
    device_id        TEXT    NOT NULL,
    ip               TEXT    NOT NULL,
    user_agent       TEXT    NOT NULL,
    locale           TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    sent_at          INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    answered_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX prompts_action ON prompts (action_id) WHERE action_id <> ''; -- PromptsOf
CREATE INDEX prompts_key ON prompts (application_id, action_key) WHERE action_key <> ''; -- PromptsByKey
CREATE INDEX prompts_user ON prompts (user_id, application_id, created_at) WHERE user_id <> ''; -- PendingPrompts, OpenPrompt, RemoveUser
CREATE UNIQUE INDEX prompts_lookup ON prompts (lookup) WHERE length(lookup) > 0; -- PromptBySecret
CREATE INDEX prompts_challenge ON prompts (challenge_id) WHERE challenge_id <> ''; -- PromptByChallenge
CREATE INDEX prompts_age ON prompts (expires_at); -- PurgePrompts

-- Sessions that actions opened. Owner: a user. Bound: one for each action that succeeded. Purge: PurgeGrants, by age, and
-- with the user.
CREATE TABLE grants (
    id                 TEXT    NOT NULL PRIMARY KEY,
    organization_id    TEXT    NOT NULL,
    directory_id       TEXT    NOT NULL,
    application_id     TEXT    NOT NULL,
    client_id          TEXT    NOT NULL,
    user_id            TEXT    NOT NULL,
    action_id          TEXT    NOT NULL,
    method             TEXT    NOT NULL,
    access_id          TEXT    NOT NULL UNIQUE, -- GrantByAccess
    access_expires_at  INTEGER NOT NULL,
    refresh_digest     BLOB    NOT NULL UNIQUE, -- GrantByRefresh
    previous_digest    BLOB    NOT NULL, -- of the token before
    refresh_expires_at INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    revoked_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX grants_previous ON grants (previous_digest) WHERE length(previous_digest) > 0; -- GrantByRefresh
CREATE INDEX grants_user ON grants (user_id); -- RevokeGrants, RemoveUser
CREATE INDEX grants_age ON grants (refresh_expires_at); -- PurgeGrants
