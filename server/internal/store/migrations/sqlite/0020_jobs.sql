-- +goose Up
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
