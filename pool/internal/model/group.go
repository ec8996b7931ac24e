package model

// Group is what ListGroups shows. Membership is User.Groups.
type Group struct {
	GroupName        string  `json:"GroupName"`
	UserPoolID       string  `json:"UserPoolId"` // filled in by the store
	Description      string  `json:"Description,omitempty"`
	RoleArn          string  `json:"RoleArn,omitempty"`
	Precedence       *int    `json:"Precedence,omitempty"` // 0 is the highest, nil the lowest
	LastModifiedDate Instant `json:"LastModifiedDate"`
	CreationDate     Instant `json:"CreationDate"`
}
