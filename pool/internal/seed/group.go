package seed

import (
	"regexp"

	"wherry/pool/internal/model"
)

// Group describes a group. Its members are named with the users.
type Group struct {
	Name        string `yaml:"name" jsonschema:"required"`
	Description string `yaml:"description,omitempty"`
	// Precedence 0 is the highest.
	Precedence *int   `yaml:"precedence,omitempty" jsonschema:"minimum=0"`
	RoleArn    string `yaml:"role_arn,omitempty"`
}

// word is Cognito's rule for usernames and group names.
var word = regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$`)

func (g *Group) check(s spot) {
	if !word.MatchString(g.Name) {
		s.at("name").wrong("want 1 to 128 characters without spaces")
	}
	if g.Precedence != nil && *g.Precedence < 0 {
		s.at("precedence").wrong("want 0 or more")
	}
}

func (g *Group) group(at model.Instant) model.Group {
	return model.Group{
		GroupName: g.Name, Description: g.Description, Precedence: g.Precedence, RoleArn: g.RoleArn,
		CreationDate: at, LastModifiedDate: at,
	}
}
