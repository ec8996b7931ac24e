-- +goose Up
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
