-- +goose Up
-- Credentials that the user had before, as JSON, the newest first.
alter table users add column previous_passwords text collate "C" not null default '';

-- How often something has happened lately: failed sign-ins, wrong codes.
create table counters (
    hash            text collate "C" primary key,
    count           integer not null,
    expires_instant bigint not null
);

create index counters_by_expiry on counters (expires_instant);

-- Who may not sign in for a while, and by which user action.
create table lockouts (
    user_id         text collate "C" primary key references users (id) on delete cascade,
    user_action_id  text collate "C" not null,
    expires_instant bigint not null
);

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
