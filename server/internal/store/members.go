package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"

	"wherry/server/internal/fa"
)

// WriteMembers adds members to groups, all or none, and fills in the ids and
// instants of those that have been members before. With replace the groups have
// no other members afterwards.
func (db *DB) WriteMembers(ctx context.Context, members map[fa.ID][]fa.GroupMember, replace bool) error {
	err := db.tx(ctx, func(tx *sql.Tx) error {
		for _, group := range slices.Sorted(maps.Keys(members)) {
			if err := db.hold(ctx, tx, "groups", group); err != nil {
				return err
			}
			if err := db.writeGroup(ctx, tx, group, members[group], replace); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write members: %w", err)
	}
	return nil
}

func (db *DB) writeGroup(ctx context.Context, tx *sql.Tx, group fa.ID, members []fa.GroupMember, replace bool) error {
	stay := map[fa.ID]bool{}
	for _, m := range members {
		stay[m.UserID] = true
	}
	if replace {
		if err := removeOthers(ctx, tx, group, stay); err != nil {
			return err
		}
	}
	for i := range members {
		if err := db.writeMember(ctx, tx, &members[i]); err != nil {
			return err
		}
	}
	return nil
}

// removeOthers removes the members of a group who do not stay.
func removeOthers(ctx context.Context, tx *sql.Tx, group fa.ID, stay map[fa.ID]bool) error {
	there, err := list(ctx, tx, scanMember, "select "+memberColumns+" from group_members where group_id = $1", group)
	if err != nil {
		return err
	}
	for _, m := range there {
		if stay[m.UserID] {
			continue
		}
		if _, err := tx.ExecContext(ctx, "delete from group_members where id = $1", m.ID); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) writeMember(ctx context.Context, tx *sql.Tx, m *fa.GroupMember) error {
	rows, err := memberRows(m.UserID, []fa.Membership{m.Membership})
	if err != nil {
		return err
	}
	given := m.ID
	err = tx.QueryRowContext(ctx, "insert into group_members ("+memberColumns+") values ("+parameters(5)+
		") on conflict (group_id, user_id) do update set doc = excluded.doc returning id, insert_instant", rows[0].values()...).
		Scan(&m.ID, &m.InsertInstant)
	if db.isUnique(err) {
		return fa.FieldError("members."+string(m.GroupID), "duplicate", "A member with id = [%s] already exists.", given)
	}
	return err
}

// DeleteMembers removes the members that agree with one of matches, all in one
// transaction, and hands those who were there to removed, which may happen more
// than once. With a tenant, only groups of that tenant are looked at.
func (db *DB) DeleteMembers(ctx context.Context, tenant fa.ID, matches []fa.MemberMatch, removed func([]fa.GroupMember)) error {
	err := db.tx(ctx, func(tx *sql.Tx) error {
		var gone []fa.GroupMember
		for _, m := range matches {
			members, err := deleteMember(ctx, tx, tenant, m)
			if err != nil {
				return err
			}
			gone = append(gone, members...)
		}
		removed(gone)
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete members: %w", err)
	}
	return nil
}

func deleteMember(ctx context.Context, tx *sql.Tx, tenant fa.ID, m fa.MemberMatch) ([]fa.GroupMember, error) {
	where := conditions{}
	where.id("id", m.ID)
	where.id("group_id", m.GroupID)
	where.id("user_id", m.UserID)
	if tenant != "" {
		where.also("group_id in (select id from groups where tenant_id = $%d)", tenant)
	}
	return list(ctx, tx, scanMember, "delete from group_members where "+where.String()+" returning "+memberColumns, where.args...)
}

var memberSorting = sorting{
	"groupId": "m.group_id", "id": "m.id", "insertInstant": "m.insert_instant", "tenantId": "g.tenant_id", "userId": "m.user_id",
}

// SearchMembers returns the members found, and how many there are in all.
func (db *DB) SearchMembers(ctx context.Context, s fa.MemberSearch) ([]fa.GroupMember, int, error) {
	where := conditions{}
	where.id("m.group_id", s.GroupID)
	where.id("m.user_id", s.UserID)
	where.id("g.tenant_id", s.TenantID)
	from := " from group_members m join groups g on g.id = m.group_id where " + where.String()
	order, err := memberSorting.by(s.Order)
	if err != nil {
		return nil, 0, fmt.Errorf("search members: %w", err)
	}
	found, total, err := page(ctx, db.reader, scanMember,
		"m.id, m.group_id, m.user_id, m.insert_instant, m.doc", from, order+", m.id", where.args, s.Limit, s.Offset)
	if err != nil {
		return nil, 0, fmt.Errorf("search members: %w", err)
	}
	return found, total, nil
}

// tenantsAtOnce is how many users are looked up by one statement.
const tenantsAtOnce = 500

// TenantsOf returns the tenants of those users who exist.
func (db *DB) TenantsOf(ctx context.Context, users []fa.ID) (map[fa.ID]fa.ID, error) {
	tenants := map[fa.ID]fa.ID{}
	type row struct{ id, tenant fa.ID }
	for some := range slices.Chunk(users, tenantsAtOnce) {
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		found, err := list(ctx, db.reader, func(s scanner) (r row, err error) { err = s.Scan(&r.id, &r.tenant); return r, err },
			"select id, tenant_id from users where id in "+db.rows(1, len(some)), args...)
		if err != nil {
			return nil, fmt.Errorf("look up the tenants of users: %w", err)
		}
		for _, r := range found {
			tenants[r.id] = r.tenant
		}
	}
	return tenants, nil
}
