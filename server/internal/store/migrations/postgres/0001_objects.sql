-- +goose Up
create table instance (
    name  text collate "C" primary key,
    value text collate "C" not null
);

create table tenants (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table applications (
    id             text collate "C" primary key,
    tenant_id      text collate "C" not null references tenants (id) on delete cascade,
    name_key       text collate "C" not null,
    active         boolean not null,
    insert_instant bigint not null,
    client_id      text collate "C" unique,
    doc            text collate "C" not null,
    unique (tenant_id, name_key)
);

create table connectors (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table api_keys (
    id             text collate "C" primary key,
    key_hash       text collate "C" not null unique,
    name_key       text collate "C" unique,
    tenant_id      text collate "C" references tenants (id) on delete cascade,
    insert_instant bigint not null,
    doc            text collate "C" not null
);
create index api_keys_by_tenant on api_keys (tenant_id);

create table signing_keys (
    id             text collate "C" primary key,
    kid            text collate "C" not null unique,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

-- Users have numbers, and terms, hashes of what their fields hold, name the
-- numbers of those who have them. Numbers are given out in blocks; a row holds
-- the terms of one bucket among the users of one block.
create table user_blocks (
    block bigint generated always as identity primary key
);

create table users (
    id                 text collate "C" primary key,
    number             bigint not null unique,
    tenant_id          text collate "C" not null references tenants (id) on delete cascade,
    email              text collate "C",
    username_key       text collate "C",
    phone_number       text collate "C",
    active             boolean not null,
    insert_instant     bigint not null,
    encryption_scheme  text collate "C" not null default '',
    factor             integer not null default 0,
    salt               text collate "C" not null default '',
    password_hash      text collate "C" not null default '',
    previous_passwords text collate "C" not null default '', -- credentials, as JSON, the newest first
    doc                text collate "C" not null,
    unique (tenant_id, email),
    unique (tenant_id, username_key),
    unique (tenant_id, phone_number)
);

create index users_by_instant on users (tenant_id, insert_instant);

create table registrations (
    user_id        text collate "C" not null references users (id) on delete cascade,
    application_id text collate "C" not null references applications (id) on delete cascade,
    doc            text collate "C" not null,
    primary key (user_id, application_id)
);

create index registrations_by_application on registrations (application_id);

-- Codes and ids that travel outside: authorization codes and their like.
-- Only a hash is kept.
create table external_identifiers (
    hash            text collate "C" primary key,
    kind            text collate "C" not null,
    expires_instant bigint not null,
    doc             text collate "C" not null
);

create index external_identifiers_by_expiry on external_identifiers (expires_instant);

create table event_log (
    id             bigint generated always as identity primary key,
    insert_instant bigint not null,
    type           text collate "C" not null,
    message        text collate "C" not null
);

create table groups (
    id             text collate "C" primary key,
    tenant_id      text collate "C" not null references tenants (id) on delete cascade,
    name_key       text collate "C" not null,
    insert_instant bigint not null,
    doc            text collate "C" not null,
    unique (tenant_id, name_key)
);

create table group_members (
    id             text collate "C" primary key,
    group_id       text collate "C" not null references groups (id) on delete cascade,
    user_id        text collate "C" not null references users (id) on delete cascade,
    insert_instant bigint not null,
    doc            text collate "C" not null,
    unique (group_id, user_id)
);

create index group_members_by_user on group_members (user_id);

create table entity_types (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table entities (
    id             text collate "C" primary key,
    tenant_id      text collate "C" not null references tenants (id) on delete cascade,
    entity_type_id text collate "C" not null references entity_types (id),
    parent_id      text collate "C" references entities (id) on delete set null,
    client_id      text collate "C" not null unique,
    name_key       text collate "C" not null,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create index entities_by_tenant on entities (tenant_id);
create index entities_by_type on entities (entity_type_id);
create index entities_by_parent on entities (parent_id);

-- What a user or another entity may do with an entity.
create table entity_grants (
    id                  text collate "C" primary key,
    entity_id           text collate "C" not null references entities (id) on delete cascade,
    recipient_entity_id text collate "C" references entities (id) on delete cascade,
    user_id             text collate "C" references users (id) on delete cascade,
    insert_instant      bigint not null,
    doc                 text collate "C" not null,
    unique (entity_id, recipient_entity_id),
    unique (entity_id, user_id),
    check ((recipient_entity_id is null) <> (user_id is null))
);

create index entity_grants_by_recipient on entity_grants (recipient_entity_id);
create index entity_grants_by_user on entity_grants (user_id);

-- Documents: SQL knows their names, and unique ones only.
create table system_configurations (
    id             text collate "C" primary key,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table integrations (
    id             text collate "C" primary key,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table lambdas (
    id             text collate "C" primary key,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table webhooks (
    id             text collate "C" primary key,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table email_templates (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table themes (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table messengers (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table message_templates (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table consents (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table form_fields (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table forms (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table ip_access_control_lists (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table user_actions (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table user_action_reasons (
    id             text collate "C" primary key,
    name_key       text collate "C" not null unique,
    code           text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table identity_providers (
    id             text collate "C" primary key,
    tenant_id      text collate "C" references tenants (id) on delete cascade,
    name_key       text collate "C" not null unique,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create table identity_provider_links (
    tenant_id                 text collate "C" not null references tenants (id) on delete cascade,
    identity_provider_id      text collate "C" not null references identity_providers (id) on delete cascade,
    identity_provider_user_id text collate "C" not null,
    user_id                   text collate "C" not null references users (id) on delete cascade,
    insert_instant            bigint not null,
    doc                       text collate "C" not null,
    primary key (tenant_id, identity_provider_id, identity_provider_user_id)
);

create index identity_provider_links_by_user on identity_provider_links (user_id);

create index identity_provider_links_by_provider on identity_provider_links (identity_provider_id);

create table jobs (
    id             bigint generated always as identity primary key,
    name           text collate "C" unique,
    kind           text collate "C" not null,
    payload        text collate "C" not null,
    due_instant    bigint,
    attempts       bigint not null,
    lease          text collate "C",
    last_error     text collate "C" not null,
    insert_instant bigint not null
);

create index jobs_due on jobs (due_instant);

create table changes (
    name    text collate "C" primary key,
    version bigint not null
);

-- How often something has happened lately: failed sign-ins, wrong codes.
create table counters (
    hash            text collate "C" primary key,
    count           integer not null,
    expires_instant bigint not null
);

create index counters_by_expiry on counters (expires_instant);

-- Values of refresh tokens are kept as hashes. A session of single sign-on is a
-- refresh token of no application. They go with their users, and so with the
-- tenant: a reference to it would have every sign-in lock the tenant's row.
create table refresh_tokens (
    id             text collate "C" primary key,
    tenant_id      text collate "C" not null,
    user_id        text collate "C" not null references users (id) on delete cascade,
    application_id text collate "C" references applications (id) on delete cascade,
    hash           text collate "C" not null unique,
    start_instant  bigint not null,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create index refresh_tokens_by_user on refresh_tokens (user_id);

create index refresh_tokens_by_application on refresh_tokens (application_id, start_instant);

create index refresh_tokens_by_tenant on refresh_tokens (tenant_id, start_instant);

-- Values that were good for one use, which led to the next.
create table used_refresh_tokens (
    hash             text collate "C" primary key,
    refresh_token_id text collate "C" not null references refresh_tokens (id) on delete cascade,
    used_instant     bigint not null,
    next             bytea not null
);

create index used_refresh_tokens_by_token on used_refresh_tokens (refresh_token_id);

create table webauthn_credentials (
    id             text collate "C" primary key,
    tenant_id      text collate "C" not null references tenants (id) on delete cascade,
    user_id        text collate "C" not null references users (id) on delete cascade,
    credential_id  text collate "C" not null,
    insert_instant bigint not null,
    doc            text collate "C" not null,
    unique (tenant_id, credential_id)
);

create index webauthn_credentials_by_user on webauthn_credentials (user_id);

create table webhook_event_logs (
    sequence            bigint generated always as identity primary key,
    id                  text collate "C" not null unique,
    event_type          text collate "C" not null,
    event_result        text collate "C" not null,
    linked_object_id    text collate "C" not null,
    insert_instant      bigint not null,
    last_update_instant bigint not null,
    event               text collate "C" not null
);

create index webhook_event_logs_instant on webhook_event_logs (insert_instant);

create table webhook_attempt_logs (
    id            text collate "C" primary key,
    event_id      text collate "C" not null references webhook_event_logs (id) on delete cascade,
    start_instant bigint not null,
    doc           text collate "C" not null
);

create index webhook_attempt_logs_event on webhook_attempt_logs (event_id);

create table audit_logs (
    id             bigint generated always as identity primary key,
    tenant_id      text collate "C",
    insert_instant bigint not null,
    insert_user    text collate "C" not null,
    message        text collate "C" not null,
    reason         text collate "C" not null,
    old_value      text collate "C" not null,
    new_value      text collate "C" not null,
    doc            text collate "C" not null
);

create index audit_logs_instant on audit_logs (insert_instant);

-- They go with their users, as refresh tokens do.
create table login_records (
    id             bigint generated always as identity primary key,
    tenant_id      text collate "C" not null,
    user_id        text collate "C" not null references users (id) on delete cascade,
    application_id text collate "C" not null,
    insert_instant bigint not null,
    doc            text collate "C" not null
);

create index login_records_tenant on login_records (tenant_id);
create index login_records_user on login_records (user_id, insert_instant);
create index login_records_instant on login_records (insert_instant);

create table user_comments (
    id             text collate "C" primary key,
    user_id        text collate "C" not null references users (id) on delete cascade,
    commenter_id   text collate "C" not null,
    insert_instant bigint not null,
    comment        text collate "C" not null,
    doc            text collate "C" not null
);

create index user_comments_by_user on user_comments (user_id, insert_instant);

-- Actions that were taken on users. What does not expire is not temporal.
create table user_action_logs (
    id              text collate "C" primary key,
    user_id         text collate "C" not null references users (id) on delete cascade,
    user_action_id  text collate "C" not null references user_actions (id) on delete cascade,
    expires_instant bigint,
    insert_instant  bigint not null,
    doc             text collate "C" not null
);

create index user_action_logs_by_user on user_action_logs (user_id, expires_instant);

create index user_action_logs_by_action on user_action_logs (user_action_id);

-- Consents that were given for users. What was revoked stays.
create table user_consents (
    id             text collate "C" primary key,
    user_id        text collate "C" not null references users (id) on delete cascade,
    consent_id     text collate "C" not null references consents (id) on delete cascade,
    insert_instant bigint not null,
    doc            text collate "C" not null,
    unique (user_id, consent_id)
);

create index user_consents_by_consent on user_consents (consent_id);

create table user_terms (
    bucket   bigint not null,
    block    bigint not null,
    postings bytea not null,
    unique (bucket, block)
);

alter table user_terms alter column postings set storage external;
