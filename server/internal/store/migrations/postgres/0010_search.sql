-- +goose Up
-- Users have numbers, and terms, hashes of what their fields hold, name the
-- numbers of those who have them. Numbers are given out in blocks; a row holds
-- the terms of one bucket among the users of one block.
create table user_blocks (
    block bigint generated always as identity primary key
);

alter table users add column number bigint;

create unique index users_by_number on users (number);

create table user_terms (
    bucket   bigint not null,
    block    bigint not null,
    postings bytea not null,
    unique (bucket, block)
);

alter table user_terms alter column postings set storage external;
