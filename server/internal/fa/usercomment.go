package fa

// UserComment is what somebody has noted about a user.
//
// Source: https://fusionauth.io/docs/apis/user-comments
type UserComment struct {
	Comment       string `json:"comment"`
	CommenterID   ID     `json:"commenterId,omitzero"`
	ID            ID     `json:"id,omitzero"`
	InsertInstant int64  `json:"insertInstant,omitzero"`
	UserID        ID     `json:"userId,omitzero"`
	Rest          Rest   `json:",embed"`
}

// Validate reports everything that FusionAuth would refuse.
func (c *UserComment) Validate() error {
	var errs Errors
	errs.Require(c.Comment, "userComment.comment")
	errs.Require(string(c.CommenterID), "userComment.commenterId")
	errs.Require(string(c.UserID), "userComment.userId")
	return errs.OrNil()
}

// CommentSearch says which comments to find; zero values match everything.
type CommentSearch struct {
	Comment                       string // "*" stands for anything; without one the text may stand anywhere
	CommenterID, TenantID, UserID ID
	Limit, Offset                 int
	Order                         Order
}
