package plan

// Settings is what wherry.yaml says about the users of one pool. Its paths
// are those of the pool's section: "mapping.rules[0].as".
type Settings struct {
	Mapping      Mapping           `yaml:"mapping"`      // How a Cognito user becomes a FusionAuth user; empty is a good default.
	Applications []Application     `yaml:"applications"` // What users get registered for.
	Groups       map[string]string `yaml:"groups"`       // FusionAuth group ids by the Cognito group whose users become members; "*" is everybody.
}

// Application is an application that every user gets registered for.
type Application struct {
	ID    string `yaml:"id"`    // The application's id in the target.
	Name  string `yaml:"name"`  // The application's name.
	Roles Roles  `yaml:"roles"` // Which roles users have in it.
}

// Roles says which roles a user gets in an application.
type Roles struct {
	From string            `yaml:"from"` // "groups": the user's Cognito groups. Empty: no roles.
	Map  map[string]string `yaml:"map"`  // Roles by group; "*" is everybody. Without a map each group is a role of the same name.
}

// Mapping is the section `mapping:`.
type Mapping struct {
	// What becomes the username: "chosen" (default) is the Cognito username
	// unless the pool or an identity provider made it up, "always" is any
	// Cognito username, "preferred_username" is that attribute where a user has
	// it, else as chosen.
	Username string `yaml:"username"`

	// Whether people sign in with their phone number: "login" or "attribute".
	// Empty: as the pool's configuration says.
	PhoneNumber string `yaml:"phone_number"`

	// Types of custom attributes, "custom:age": Number, where the pool's
	// schema cannot be read or is not right: String, Number, DateTime, Boolean.
	Types map[string]string `yaml:"types"`

	// A JavaScript file with a function processUserJSON(json), which then maps
	// in place of the defaults.
	Script string `yaml:"script"`

	// Changes to what the defaults or the script made, in this order.
	Rules []Rule `yaml:"rules"`

	// ScriptSource is the text of Script; whoever reads the configuration
	// reads it too.
	ScriptSource string `yaml:"-" jsonschema:"-"`
}

// Rule changes one field of the FusionAuth user. It is one of
//
//	set: FIELD, value: VALUE
//	compute: FIELD, as: EXPRESSION
//	rename: FIELD, to: FIELD
//	drop: FIELD
//
// FIELD is the name of a property, such as firstName, or data.NAME.
type Rule struct {
	Set     string `yaml:"set"`     // A field that gets the same value for every user.
	Value   any    `yaml:"value"`   // That value.
	Compute string `yaml:"compute"` // A field that gets a value of its own for each user.
	As      string `yaml:"as"`      // The expression that gives the value; nil removes the field.
	Rename  string `yaml:"rename"`  // A field whose value moves elsewhere.
	To      string `yaml:"to"`      // Where it moves.
	Drop    string `yaml:"drop"`    // A field that is left out.
	When    string `yaml:"when"`    // An expression: the rule holds for users for whom it is true.
}
