package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"wherry/server/internal/fa"
)

const loginRowColumns = "tenant_id, user_id, application_id, insert_instant, doc"

func loginRow(r fa.LoginRecord) ([]any, error) {
	doc, err := fa.Encode(r)
	if err != nil {
		return nil, fmt.Errorf("encode the login record: %w", err)
	}
	return []any{r.TenantID, r.UserID, r.ApplicationID, r.Instant, string(doc)}, nil
}

func insertLogin(ctx context.Context, q querier, r fa.LoginRecord) error {
	row, err := loginRow(r)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, "insert into login_records ("+loginRowColumns+") values ("+parameters(len(row))+")", row...)
	return err
}

func loginCondition(s fa.LoginSearch) *conditions {
	where := &conditions{}
	where.id("l.application_id", s.ApplicationID)
	where.id("l.tenant_id", s.TenantID)
	where.id("l.user_id", s.UserID)
	where.since("l.insert_instant", s.Start, s.End)
	return where
}

const (
	logins      = " from login_records l left join applications a on a.id = l.application_id where "
	loginOrder  = "l.id desc"
	loginColumn = "l.doc, a.doc, l.id"
)

func (db *DB) scanLogin(row scanner) (r fa.LoginRecord, err error) {
	var application sql.NullString
	var number int64
	err = db.scan(row, "login_records", &r, &application, &number)
	r.Number = number
	if err != nil || !application.Valid {
		return r, err
	}
	var named struct {
		Name string  `json:"name"`
		Rest fa.Rest `json:",embed"`
	}
	err = fa.Decode([]byte(application.String), &named)
	r.ApplicationName = named.Name
	return r, err
}

// SearchLogins returns the sign-ins found, newest first, and how many there are
// in all if that is asked for.
func (db *DB) SearchLogins(ctx context.Context, s fa.LoginSearch, count bool) (found []fa.LoginRecord, total int, err error) {
	where := loginCondition(s)
	if count {
		err = db.reader.QueryRowContext(ctx, "select count(*)"+logins+where.String(), where.args...).Scan(&total)
	}
	if err == nil {
		n := len(where.args)
		found, err = list(ctx, db.reader, db.scanLogin, fmt.Sprintf("select %s%s%s order by %s limit $%d offset $%d",
			loginColumn, logins, where, loginOrder, n+1, n+2), append(where.args, s.Limit, s.Offset)...)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("search the login records: %w", err)
	}
	return found, total, nil
}

// Logins goes through all sign-ins that are found, newest first.
func (db *DB) Logins(ctx context.Context, s fa.LoginSearch) iter.Seq2[fa.LoginRecord, error] {
	return each(func(before int64) ([]fa.LoginRecord, error) {
		where := loginCondition(s)
		where.also("l.id < $%d", before)
		return list(ctx, db.reader, db.scanLogin, fmt.Sprintf("select %s%s%s order by %s limit %d", loginColumn, logins, where, loginOrder, atOnce), where.args...)
	}, func(r fa.LoginRecord) int64 { return r.Number })
}
