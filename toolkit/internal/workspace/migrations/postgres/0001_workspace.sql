-- +goose Up
create table workspace (
    name  text collate "C" primary key,
    value text collate "C" not null
);

create table pools (
    n       bigint generated always as identity primary key,
    id      text collate "C" not null unique,
    created bigint not null
);

create table claims (
    pool  bigint not null references pools (n),
    name  text collate "C" not null,
    value text collate "C" not null,
    primary key (pool, name)
);

create table runs (
    n        bigint generated always as identity primary key,
    pool     bigint not null references pools (n),
    kind     text collate "C" not null,
    host     text collate "C" not null,
    pid      bigint not null,
    started  bigint not null,
    beat     bigint not null,
    ended    bigint,
    outcome  text collate "C" not null default '',
    progress text collate "C" not null default '{}'
);

create table scans (
    n       bigint generated always as identity primary key,
    pool    bigint not null references pools (n),
    started bigint not null,
    ended   bigint,
    facts   text collate "C" not null default '{}'
);

create table shards (
    scan   bigint not null references scans (n),
    part   text collate "C" not null,
    name   text collate "C" not null,
    token  text collate "C" not null default '',
    issued bigint not null default 0,
    pages  bigint not null default 0,
    users  bigint not null default 0,
    done   bigint not null default 0,
    run    bigint references runs (n),
    primary key (scan, part, name)
);

create table batches (
    n       bigint generated always as identity primary key,
    pool    bigint not null references pools (n),
    kind    text collate "C" not null,
    run     bigint references runs (n),
    users   bigint not null,
    started bigint not null,
    ended   bigint,
    note    text collate "C" not null default ''
);
create index batches_open on batches (pool, kind) where ended is null;

create table users (
    n             bigint generated always as identity primary key,
    pool          bigint not null references pools (n),
    id            text collate "C" not null,
    state         bigint not null,
    reason        text collate "C" not null default '',
    moved         bigint not null,
    exported      bigint not null,
    planned       bigint,
    imported      bigint,
    linked        bigint,
    reset         bigint,
    verified      bigint,
    imported_by   bigint,
    enabled       bigint not null,
    digest        text collate "C" not null,
    username_key  text collate "C",
    email_key     text collate "C",
    phone_key     text collate "C",
    preferred_key text collate "C",
    first_scan    bigint not null,
    seen_scan     bigint not null,
    changed_scan  bigint not null default 0,
    change        text collate "C" not null,
    detail_scan   bigint not null default 0,
    batch         bigint,
    unique (pool, id)
);
create index users_state on users (pool, state);
create index users_batch on users (batch) where batch is not null;

create table sources (
    n   bigint primary key references users (n),
    doc bytea not null
);

create table targets (
    n            bigint primary key references users (n),
    doc          bytea not null,
    username_key text collate "C",
    email_key    text collate "C",
    phone_key    text collate "C"
);

create table memberships (
    scan     bigint not null,
    user_id  text collate "C" not null,
    name     text collate "C" not null,
    primary key (scan, user_id, name)
);

create table events (
    n      bigint generated always as identity primary key,
    run    bigint not null references runs (n),
    user_n bigint,
    at     bigint not null,
    kind   text collate "C" not null,
    detail bytea not null
);
create index events_run on events (run, kind);
create index events_user on events (user_n) where user_n is not null;
