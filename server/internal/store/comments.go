package store

import (
	"context"
	"fmt"

	"wherry/server/internal/fa"
)

// CreateComment stores a comment on a user who is there.
func (db *DB) CreateComment(ctx context.Context, c *fa.UserComment) error {
	doc, err := db.encode("user_comments", c)
	if err == nil {
		_, err = db.writer.ExecContext(ctx,
			"insert into user_comments (id, user_id, commenter_id, insert_instant, comment, doc) values ("+parameters(6)+")",
			c.ID, c.UserID, c.CommenterID, c.InsertInstant, c.Comment, doc)
	}
	if err != nil {
		return fmt.Errorf("create comment: %w", err)
	}
	return nil
}

var commentSorting = sorting{
	"comment": "c.comment", "commenterId": "c.commenter_id", "id": "c.id", "insertInstant": "c.insert_instant", "userId": "c.user_id",
}

// SearchComments returns the comments found, and how many there are in all.
func (db *DB) SearchComments(ctx context.Context, s fa.CommentSearch) ([]*fa.UserComment, int, error) {
	where := conditions{}
	where.id("c.user_id", s.UserID)
	where.id("c.commenter_id", s.CommenterID)
	where.id("u.tenant_id", s.TenantID)
	if s.Comment != "" {
		where.also(`lower(c.comment) like $%d escape '\'`, likePattern(s.Comment))
	}
	order, err := commentSorting.by(s.Order)
	if err != nil {
		return nil, 0, fmt.Errorf("search comments: %w", err)
	}
	scan := func(row scanner) (*fa.UserComment, error) {
		c := &fa.UserComment{}
		return c, db.scan(row, "user_comments", c)
	}
	from := " from user_comments c join users u on u.id = c.user_id where " + where.String()
	found, total, err := page(ctx, db.reader, scan, "c.doc", from, order+", c.id", where.args, s.Limit, s.Offset)
	if err != nil {
		return nil, 0, fmt.Errorf("search comments: %w", err)
	}
	return found, total, nil
}
