-- +goose Up
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
