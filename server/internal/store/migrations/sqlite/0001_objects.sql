-- +goose Up
create table instance (
    name  text primary key,
    value text not null
) strict;

create table tenants (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table applications (
    id             text primary key,
    tenant_id      text not null references tenants (id) on delete cascade,
    name_key       text not null,
    active         integer not null,
    insert_instant integer not null,
    client_id      text unique,
    doc            text not null check (json_valid(doc)),
    unique (tenant_id, name_key)
) strict;

create table connectors (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table api_keys (
    id             text primary key,
    key_hash       text not null unique,
    name_key       text unique,
    tenant_id      text references tenants (id) on delete cascade,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;
create index api_keys_by_tenant on api_keys (tenant_id);

create table signing_keys (
    id             text primary key,
    kid            text not null unique,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

-- Users have numbers, and terms, hashes of what their fields hold, name the
-- numbers of those who have them. Numbers are given out in blocks; a row holds
-- the terms of one bucket among the users of one block.
create table user_blocks (
    block integer primary key autoincrement
) strict;

create table users (
    number             integer primary key,
    id                 text not null unique,
    tenant_id          text not null references tenants (id) on delete cascade,
    email              text,
    username_key       text,
    phone_number       text,
    active             integer not null,
    insert_instant     integer not null,
    encryption_scheme  text not null default '',
    factor             integer not null default 0,
    salt               text not null default '',
    password_hash      text not null default '',
    previous_passwords text not null default '', -- credentials, as JSON, the newest first
    doc                text not null check (json_valid(doc)),
    unique (tenant_id, email),
    unique (tenant_id, username_key),
    unique (tenant_id, phone_number)
) strict;

create index users_by_instant on users (tenant_id, insert_instant);

create table registrations (
    user_id        text not null references users (id) on delete cascade,
    application_id text not null references applications (id) on delete cascade,
    doc            text not null check (json_valid(doc)),
    primary key (user_id, application_id)
) strict, without rowid;

create index registrations_by_application on registrations (application_id);

-- Codes and ids that travel outside: authorization codes and their like.
-- Only a hash is kept.
create table external_identifiers (
    hash            text primary key,
    kind            text not null,
    expires_instant integer not null,
    doc             text not null check (json_valid(doc))
) strict;

create index external_identifiers_by_expiry on external_identifiers (expires_instant);

create table event_log (
    id             integer primary key autoincrement,
    insert_instant integer not null,
    type           text not null,
    message        text not null
) strict;

create table groups (
    id             text primary key,
    tenant_id      text not null references tenants (id) on delete cascade,
    name_key       text not null,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc)),
    unique (tenant_id, name_key)
) strict;

create table group_members (
    id             text primary key,
    group_id       text not null references groups (id) on delete cascade,
    user_id        text not null references users (id) on delete cascade,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc)),
    unique (group_id, user_id)
) strict;

create index group_members_by_user on group_members (user_id);

create table entity_types (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table entities (
    id             text primary key,
    tenant_id      text not null references tenants (id) on delete cascade,
    entity_type_id text not null references entity_types (id),
    parent_id      text references entities (id) on delete set null,
    client_id      text not null unique,
    name_key       text not null,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create index entities_by_tenant on entities (tenant_id);
create index entities_by_type on entities (entity_type_id);
create index entities_by_parent on entities (parent_id);

-- What a user or another entity may do with an entity.
create table entity_grants (
    id                  text primary key,
    entity_id           text not null references entities (id) on delete cascade,
    recipient_entity_id text references entities (id) on delete cascade,
    user_id             text references users (id) on delete cascade,
    insert_instant      integer not null,
    doc                 text not null check (json_valid(doc)),
    unique (entity_id, recipient_entity_id),
    unique (entity_id, user_id),
    check ((recipient_entity_id is null) <> (user_id is null))
) strict;

create index entity_grants_by_recipient on entity_grants (recipient_entity_id);
create index entity_grants_by_user on entity_grants (user_id);

-- Documents: SQL knows their names, and unique ones only.
create table system_configurations (
    id             text primary key,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table integrations (
    id             text primary key,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table lambdas (
    id             text primary key,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table webhooks (
    id             text primary key,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table email_templates (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table themes (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table messengers (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table message_templates (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table consents (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table form_fields (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table forms (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table ip_access_control_lists (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table user_actions (
    id             text primary key,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table user_action_reasons (
    id             text primary key,
    name_key       text not null unique,
    code           text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table identity_providers (
    id             text primary key,
    tenant_id      text references tenants (id) on delete cascade,
    name_key       text not null unique,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create table identity_provider_links (
    tenant_id                 text not null references tenants (id) on delete cascade,
    identity_provider_id      text not null references identity_providers (id) on delete cascade,
    identity_provider_user_id text not null,
    user_id                   text not null references users (id) on delete cascade,
    insert_instant            integer not null,
    doc                       text not null check (json_valid(doc)),
    primary key (tenant_id, identity_provider_id, identity_provider_user_id)
) strict;

create index identity_provider_links_by_user on identity_provider_links (user_id);

create index identity_provider_links_by_provider on identity_provider_links (identity_provider_id);

create table jobs (
    id             integer primary key autoincrement,
    name           text unique,
    kind           text not null,
    payload        text not null,
    due_instant    integer,
    attempts       integer not null,
    lease          text,
    last_error     text not null,
    insert_instant integer not null
) strict;

create index jobs_due on jobs (due_instant);

create table changes (
    name    text primary key,
    version integer not null
) strict;

-- How often something has happened lately: failed sign-ins, wrong codes.
create table counters (
    hash            text primary key,
    count           integer not null,
    expires_instant integer not null
) strict, without rowid;

create index counters_by_expiry on counters (expires_instant);

-- Values of refresh tokens are kept as hashes. A session of single sign-on is a
-- refresh token of no application. They go with their users, and so with the
-- tenant: a reference to it would have every sign-in lock the tenant's row.
create table refresh_tokens (
    id             text primary key,
    tenant_id      text not null,
    user_id        text not null references users (id) on delete cascade,
    application_id text references applications (id) on delete cascade,
    hash           text not null unique,
    start_instant  integer not null,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc))
) strict;

create index refresh_tokens_by_user on refresh_tokens (user_id);

create index refresh_tokens_by_application on refresh_tokens (application_id, start_instant);

create index refresh_tokens_by_tenant on refresh_tokens (tenant_id, start_instant);

-- Values that were good for one use, which led to the next.
create table used_refresh_tokens (
    hash             text primary key,
    refresh_token_id text not null references refresh_tokens (id) on delete cascade,
    used_instant     integer not null,
    next             blob not null
) strict, without rowid;

create index used_refresh_tokens_by_token on used_refresh_tokens (refresh_token_id);

create table webauthn_credentials (
    id             text primary key,
    tenant_id      text not null references tenants (id) on delete cascade,
    user_id        text not null references users (id) on delete cascade,
    credential_id  text not null,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc)),
    unique (tenant_id, credential_id)
) strict;

create index webauthn_credentials_by_user on webauthn_credentials (user_id);

create table webhook_event_logs (
    sequence            integer primary key autoincrement,
    id                  text not null unique,
    event_type          text not null,
    event_result        text not null,
    linked_object_id    text not null,
    insert_instant      integer not null,
    last_update_instant integer not null,
    event               text not null
) strict;

create index webhook_event_logs_instant on webhook_event_logs (insert_instant);

create table webhook_attempt_logs (
    id            text primary key,
    event_id      text not null references webhook_event_logs (id) on delete cascade,
    start_instant integer not null,
    doc           text not null
) strict;

create index webhook_attempt_logs_event on webhook_attempt_logs (event_id);

create table audit_logs (
    id             integer primary key autoincrement,
    tenant_id      text,
    insert_instant integer not null,
    insert_user    text not null,
    message        text not null,
    reason         text not null,
    old_value      text not null,
    new_value      text not null,
    doc            text not null
) strict;

create index audit_logs_instant on audit_logs (insert_instant);

-- They go with their users, as refresh tokens do.
create table login_records (
    id             integer primary key autoincrement,
    tenant_id      text not null,
    user_id        text not null references users (id) on delete cascade,
    application_id text not null,
    insert_instant integer not null,
    doc            text not null
) strict;

create index login_records_tenant on login_records (tenant_id);
create index login_records_user on login_records (user_id, insert_instant);
create index login_records_instant on login_records (insert_instant);

create table user_comments (
    id             text primary key,
    user_id        text not null references users (id) on delete cascade,
    commenter_id   text not null,
    insert_instant integer not null,
    comment        text not null,
    doc            text not null check (json_valid(doc))
) strict;

create index user_comments_by_user on user_comments (user_id, insert_instant);

-- Actions that were taken on users. What does not expire is not temporal.
create table user_action_logs (
    id              text primary key,
    user_id         text not null references users (id) on delete cascade,
    user_action_id  text not null references user_actions (id) on delete cascade,
    expires_instant integer,
    insert_instant  integer not null,
    doc             text not null check (json_valid(doc))
) strict;

create index user_action_logs_by_user on user_action_logs (user_id, expires_instant);

create index user_action_logs_by_action on user_action_logs (user_action_id);

-- Consents that were given for users. What was revoked stays.
create table user_consents (
    id             text primary key,
    user_id        text not null references users (id) on delete cascade,
    consent_id     text not null references consents (id) on delete cascade,
    insert_instant integer not null,
    doc            text not null check (json_valid(doc)),
    unique (user_id, consent_id)
) strict;

create index user_consents_by_consent on user_consents (consent_id);

create table user_terms (
    bucket   integer not null,
    block    integer not null,
    postings blob not null,
    unique (bucket, block)
) strict;
