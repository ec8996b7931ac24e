package deploy

import "strings"

// Secret is one that the connector needs over there.
type Secret struct {
	Name string // of the file or, after the deployment's name, in Secrets Manager
	What string

	// Made tells that the deployment makes it up. The operator brings the others.
	Made bool
}

// Variable is the environment variable that says where AWS keeps it.
func (s Secret) Variable() string { return s.variable() + "_REF" }

func (s Secret) variable() string {
	return "WHERRY_" + strings.ToUpper(snake(s.Name))
}

// VariableWidth is the length of the longest variable, for who sets them in columns.
func (d *Deployment) VariableWidth() int {
	width := 0
	for _, s := range d.Secrets {
		width = max(width, len(s.Variable()))
	}
	return width
}

// ID is its name in templates: ClientSecret, Client2Secret.
func (s Secret) ID() string { return pascal(s.Name) + "Secret" }

// Local is its name as a variable of a program: clientSecret.
func (s Secret) Local() string {
	id := s.ID()
	return strings.ToLower(id[:1]) + id[1:]
}

// Snake is its name in Terraform: client_2.
func (s Secret) Snake() string { return snake(s.Name) }

func snake(name string) string { return strings.ReplaceAll(name, "-", "_") }

// pascal turns a-name into AName.
func pascal(name string) string {
	var id strings.Builder
	for word := range strings.SplitSeq(name, "-") {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return id.String()
}
