-- +goose Up
alter table api_keys add column tenant_id text collate "C" references tenants (id) on delete cascade;

update api_keys set tenant_id = (select id from tenants where id = api_keys.doc::jsonb ->> 'tenantId');

create index api_keys_by_tenant on api_keys (tenant_id);
