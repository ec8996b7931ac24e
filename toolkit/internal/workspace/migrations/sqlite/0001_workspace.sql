-- +goose Up
create table workspace (
    name  text primary key,
    value text not null
) strict;

create table pools (
    n       integer primary key,
    id      text not null unique,
    created integer not null
) strict;

create table claims (
    pool  integer not null references pools (n),
    name  text not null,
    value text not null,
    primary key (pool, name)
) strict;

create table runs (
    n        integer primary key,
    pool     integer not null references pools (n),
    kind     text not null,
    host     text not null,
    pid      integer not null,
    started  integer not null,
    beat     integer not null,
    ended    integer,
    outcome  text not null default '',
    progress text not null default '{}'
) strict;

create table scans (
    n       integer primary key,
    pool    integer not null references pools (n),
    started integer not null,
    ended   integer,
    facts   text not null default '{}'
) strict;

create table shards (
    scan   integer not null references scans (n),
    part   text not null,
    name   text not null,
    token  text not null default '',
    issued integer not null default 0,
    pages  integer not null default 0,
    users  integer not null default 0,
    done   integer not null default 0,
    run    integer references runs (n),
    primary key (scan, part, name)
) strict;

create table batches (
    n       integer primary key,
    pool    integer not null references pools (n),
    kind    text not null,
    run     integer references runs (n),
    users   integer not null,
    started integer not null,
    ended   integer,
    note    text not null default ''
) strict;
create index batches_open on batches (pool, kind) where ended is null;

create table users (
    n             integer primary key,
    pool          integer not null references pools (n),
    id            text not null,
    state         integer not null,
    reason        text not null default '',
    moved         integer not null,
    exported      integer not null,
    planned       integer,
    imported      integer,
    linked        integer,
    reset         integer,
    verified      integer,
    imported_by   integer,
    enabled       integer not null,
    digest        text not null,
    username_key  text,
    email_key     text,
    phone_key     text,
    preferred_key text,
    first_scan    integer not null,
    seen_scan     integer not null,
    changed_scan  integer not null default 0,
    change        text not null,
    detail_scan   integer not null default 0,
    batch         integer,
    unique (pool, id)
) strict;
create index users_state on users (pool, state);
create index users_batch on users (batch) where batch is not null;

create table sources (
    n   integer primary key references users (n),
    doc blob not null
) strict;

create table targets (
    n            integer primary key references users (n),
    doc          blob not null,
    username_key text,
    email_key    text,
    phone_key    text
) strict;

create table memberships (
    scan     integer not null,
    user_id  text not null,
    name     text not null,
    primary key (scan, user_id, name)
) strict, without rowid;

create table events (
    n      integer primary key,
    run    integer not null references runs (n),
    user_n integer,
    at     integer not null,
    kind   text not null,
    detail blob not null
) strict;
create index events_run on events (run, kind);
create index events_user on events (user_n) where user_n is not null;
