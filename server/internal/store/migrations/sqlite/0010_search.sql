-- +goose Up
-- Users have numbers, and terms, hashes of what their fields hold, name the
-- numbers of those who have them. Numbers are given out in blocks; a row holds
-- the terms of one bucket among the users of one block.
create table user_blocks (
    block integer primary key autoincrement
) strict;

alter table users add column number integer;

create unique index users_by_number on users (number);

create table user_terms (
    bucket   integer not null,
    block    integer not null,
    postings blob not null,
    unique (bucket, block)
) strict;
