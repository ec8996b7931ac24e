-- +goose Up
-- Credentials that the user had before, as JSON, the newest first.
alter table users add column previous_passwords text not null default '';

-- How often something has happened lately: failed sign-ins, wrong codes.
create table counters (
    hash            text primary key,
    count           integer not null,
    expires_instant integer not null
) strict, without rowid;

create index counters_by_expiry on counters (expires_instant);

-- Who may not sign in for a while, and by which user action.
create table lockouts (
    user_id         text primary key references users (id) on delete cascade,
    user_action_id  text not null,
    expires_instant integer not null
) strict, without rowid;

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
