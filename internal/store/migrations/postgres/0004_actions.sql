-- Actions with their rules and prompts, and what is told of users for them. What 0001 says of every table holds here.

-- What users were about to do, and what was decided. Every request of the hot path inserts one: a key that the server
-- made is the id, and stands in no index of its own. Owner: an application. Bound: the rate of its requests. Purge:
-- PurgeActions, by age.
CREATE TABLE actions (
    id               text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id  text COLLATE "C" NOT NULL,
    directory_id     text COLLATE "C" NOT NULL,
    application_id   text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    code             text COLLATE "C" NOT NULL,
    key              text COLLATE "C" NOT NULL,
    outcome          text COLLATE "C" NOT NULL,
    state            text COLLATE "C" NOT NULL,
    state_at         bigint NOT NULL,
    method           text COLLATE "C" NOT NULL,
    authenticator_id text COLLATE "C" NOT NULL,
    decided_by       text COLLATE "C" NOT NULL,
    decision         text COLLATE "C" NOT NULL,
    sealed_inputs    bytea NOT NULL,
    created_at       bigint NOT NULL,
    updated_at       bigint NOT NULL,
    expires_at       bigint NOT NULL
);
CREATE UNIQUE INDEX actions_key ON actions (user_id, application_id, code, key) WHERE key <> id; -- AddAction, ActionByKey
CREATE INDEX actions_user ON actions (user_id, application_id, created_at); -- ActionsOf, RemoveActions
CREATE INDEX actions_age ON actions (created_at, id); -- Decisions, PurgeActions

-- How many actions there were, in packed spans of time. Owner: an application. Bound: one row for each user, code,
-- address and device that acted in a month. Purge: PurgeVelocity, by age.
CREATE TABLE velocities (
    digest text COLLATE "C" NOT NULL PRIMARY KEY,
    counts bytea NOT NULL,
    day    bigint NOT NULL -- of the last one
) WITH (fillfactor = 70);
CREATE INDEX velocities_age ON velocities (day); -- PurgeVelocity

-- What becomes of actions. Owner: an application. Bound: the limit on codes, and what the application tracks. Purge:
-- RemoveActionConfiguration.
CREATE TABLE action_configurations (
    application_id  text COLLATE "C" NOT NULL,
    code            text COLLATE "C" NOT NULL,
    default_outcome text COLLATE "C" NOT NULL,
    methods         text COLLATE "C" NOT NULL,
    default_method  text COLLATE "C" NOT NULL,
    uplift          text COLLATE "C" NOT NULL,
    templates       text COLLATE "C" NOT NULL,
    hook_url        text COLLATE "C" NOT NULL,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    last_action_at  bigint NOT NULL,
    PRIMARY KEY (application_id, code)
);

-- Owner: an application. Bound: the limits on codes and on rules of one. Purge: RemoveRule.
CREATE TABLE rules (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    application_id text COLLATE "C" NOT NULL,
    action_code    text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    description    text COLLATE "C" NOT NULL,
    active         boolean NOT NULL,
    priority       bigint NOT NULL,
    outcome        text COLLATE "C" NOT NULL,
    conditions     text COLLATE "C" NOT NULL,
    methods        text COLLATE "C" NOT NULL,
    default_method text COLLATE "C" NOT NULL,
    uplift         text COLLATE "C" NOT NULL,
    tests          text COLLATE "C" NOT NULL,
    metadata       text COLLATE "C" NOT NULL,
    version        bigint NOT NULL,
    created_at     bigint NOT NULL,
    updated_at     bigint NOT NULL,
    UNIQUE (application_id, action_code, priority) -- RulesOf
);

-- Owner: an application. Bound: the limits on lists and their items. Purge: RemoveValueList.
CREATE TABLE value_lists (
    application_id text COLLATE "C" NOT NULL,
    alias          text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    item_type      text COLLATE "C" NOT NULL,
    items          text COLLATE "C" NOT NULL,
    active         boolean NOT NULL,
    created_at     bigint NOT NULL,
    updated_at     bigint NOT NULL,
    PRIMARY KEY (application_id, alias)
);

-- Owner: an application. Bound: the limit on data points. Purge: RemoveDataPoint.
CREATE TABLE data_points (
    id             text COLLATE "C" NOT NULL PRIMARY KEY,
    application_id text COLLATE "C" NOT NULL,
    name           text COLLATE "C" NOT NULL,
    type           text COLLATE "C" NOT NULL,
    model          text COLLATE "C" NOT NULL,
    description    text COLLATE "C" NOT NULL,
    public         boolean NOT NULL,
    created_at     bigint NOT NULL,
    updated_at     bigint NOT NULL,
    UNIQUE (application_id, model, name) -- DataPointsOf
);

-- What applications tell of users. Owner: a user. Bound: one each. Purge: with the user.
CREATE TABLE profiles (
    user_id         text COLLATE "C" NOT NULL PRIMARY KEY,
    directory_id    text COLLATE "C" NOT NULL,
    sealed_profile  bytea NOT NULL,
    email_digest    bytea NOT NULL, -- keyed, with the directory
    phone_digest    bytea NOT NULL,
    username_digest bytea NOT NULL,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL
);
CREATE INDEX profiles_email ON profiles (email_digest, user_id) WHERE length(email_digest) > 0; -- ProfilesBy
CREATE INDEX profiles_phone ON profiles (phone_digest, user_id) WHERE length(phone_digest) > 0;
CREATE INDEX profiles_username ON profiles (username_digest, user_id) WHERE length(username_digest) > 0;

-- Browsers and phones from which users acted. Owner: a user. Bound: the limit on known devices. Purge:
-- PurgeKnownDevices, by age, and with the user.
CREATE TABLE known_devices (
    user_id          text COLLATE "C" NOT NULL,
    application_id   text COLLATE "C" NOT NULL,
    device_id        text COLLATE "C" NOT NULL,
    directory_id     text COLLATE "C" NOT NULL,
    user_agent       text COLLATE "C" NOT NULL,
    created_at       bigint NOT NULL,
    authenticated_at bigint NOT NULL,
    invalidated_at   bigint NOT NULL,
    remembered_until bigint NOT NULL,
    last_method      text COLLATE "C" NOT NULL,
    series           text COLLATE "C" NOT NULL,
    sealed_trust     bytea NOT NULL,
    generation       bigint NOT NULL,
    rotated_at       bigint NOT NULL,
    used_at          bigint NOT NULL, -- the latest of the times
    PRIMARY KEY (user_id, application_id, device_id)
);
CREATE UNIQUE INDEX known_devices_series ON known_devices (series) WHERE series <> ''; -- KnownDeviceByTrust, RotateTrust
CREATE INDEX known_devices_age ON known_devices (used_at); -- PurgeKnownDevices

-- Ways in which actions are being challenged. Owner: an action or, before there is one, an application. Bound: the
-- limits on sending and on anonymous ones. Purge: PurgePrompts, by age; a user's with the user.
CREATE TABLE prompts (
    id               text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id  text COLLATE "C" NOT NULL,
    directory_id     text COLLATE "C" NOT NULL,
    application_id   text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    action_id        text COLLATE "C" NOT NULL,
    action_code      text COLLATE "C" NOT NULL,
    action_key       text COLLATE "C" NOT NULL,
    method           text COLLATE "C" NOT NULL,
    authenticator_id text COLLATE "C" NOT NULL,
    sealed_to        bytea NOT NULL,
    sealed_secret    bytea NOT NULL,
    lookup           bytea NOT NULL, -- keyed digest, with the method
    challenge_id     text COLLATE "C" NOT NULL,
    enrols           boolean NOT NULL,
    state            text COLLATE "C" NOT NULL,
    attempts         bigint NOT NULL,
    sends            bigint NOT NULL,
    data             text COLLATE "C" NOT NULL,
    device_id        text COLLATE "C" NOT NULL,
    ip               text COLLATE "C" NOT NULL,
    user_agent       text COLLATE "C" NOT NULL,
    locale           text COLLATE "C" NOT NULL,
    created_at       bigint NOT NULL,
    sent_at          bigint NOT NULL,
    expires_at       bigint NOT NULL,
    answered_at      bigint NOT NULL
);
CREATE INDEX prompts_action ON prompts (action_id) WHERE action_id <> ''; -- PromptsOf
CREATE INDEX prompts_key ON prompts (application_id, action_key) WHERE action_key <> ''; -- PromptsByKey
CREATE INDEX prompts_user ON prompts (user_id, application_id, created_at) WHERE user_id <> ''; -- PendingPrompts, OpenPrompt, RemoveUser
CREATE UNIQUE INDEX prompts_lookup ON prompts (lookup) WHERE length(lookup) > 0; -- PromptBySecret
CREATE INDEX prompts_challenge ON prompts (challenge_id) WHERE challenge_id <> ''; -- PromptByChallenge
CREATE INDEX prompts_age ON prompts (expires_at); -- PurgePrompts

-- Sessions that actions opened. Owner: a user. Bound: one for each action that succeeded. Purge: PurgeGrants, by age, and
-- with the user.
CREATE TABLE grants (
    id                 text COLLATE "C" NOT NULL PRIMARY KEY,
    organization_id    text COLLATE "C" NOT NULL,
    directory_id       text COLLATE "C" NOT NULL,
    application_id     text COLLATE "C" NOT NULL,
    client_id          text COLLATE "C" NOT NULL,
    user_id            text COLLATE "C" NOT NULL,
    action_id          text COLLATE "C" NOT NULL,
    method             text COLLATE "C" NOT NULL,
    access_id          text COLLATE "C" NOT NULL UNIQUE, -- GrantByAccess
    access_expires_at  bigint NOT NULL,
    refresh_digest     bytea NOT NULL UNIQUE, -- GrantByRefresh
    previous_digest    bytea NOT NULL, -- of the token before
    refresh_expires_at bigint NOT NULL,
    created_at         bigint NOT NULL,
    revoked_at         bigint NOT NULL
);
CREATE INDEX grants_previous ON grants (previous_digest) WHERE length(previous_digest) > 0; -- GrantByRefresh
CREATE INDEX grants_user ON grants (user_id); -- RevokeGrants, RemoveUser
CREATE INDEX grants_age ON grants (refresh_expires_at); -- PurgeGrants
