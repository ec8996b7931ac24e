-- +goose Up
alter table targets add column remarks blob;
