package plan

// Settings is what wherry.yaml says about the users of one pool. Its paths
// are those of the pool's section: "mapping.rules[0].as".
type Settings struct {
	// How a Cognito user becomes a FusionAuth user. Empty is a good default.
	Mapping Mapping `yaml:"mapping"`
	// What users get registered for.
	Applications []Application `yaml:"applications"`
	// Ids of FusionAuth groups by the Cognito group whose users become members. "*" is everybody.
	Groups map[string]string `yaml:"groups"`
}

// Application is an application that every user gets registered for.
type Application struct {
	// The application's id in the target.
	ID string `yaml:"id"`
	// The application's name.
	Name string `yaml:"name"`
	// Where the application lets FusionAuth send people back to. The mapping has no use for it.
	RedirectURLs []string `yaml:"redirect_urls"`
	// Which roles users have in it.
	Roles Roles `yaml:"roles"`
}

// Roles says which roles a user gets in an application.
type Roles struct {
	// Where roles come from: the user's Cognito groups, or nowhere.
	From string `yaml:"from" jsonschema:"enum=groups"`
	// Roles by group. "*" is everybody. Without a map each group is a role of the same name.
	Map map[string]string `yaml:"map"`
}

// Mapping is the section `mapping:`.
type Mapping struct {
	// What becomes the username. chosen: Cognito's, unless the pool or an identity provider made it up. always: Cognito's.
	// preferred_username: that attribute where a user has it, else as chosen.
	Username string `yaml:"username" jsonschema:"enum=chosen,enum=preferred_username,enum=always,default=chosen"`
	// How people sign in with their e-mail address, for pools that cannot be asked. username: it is what they signed up with, verified or not.
	// alias: verified addresses only.
	Email string `yaml:"email" jsonschema:"enum=username,enum=alias"`
	// How people sign in with their phone number, for pools that cannot be asked. username: it is what they signed up with.
	// alias: verified numbers only. attribute: they do not.
	PhoneNumber string `yaml:"phone_number" jsonschema:"enum=username,enum=alias,enum=attribute"`
	// Types of attributes by name, such as "custom:age", where the pool cannot be asked or is wrong: String, Number, DateTime, Boolean.
	Types map[string]string `yaml:"types"`
	// A JavaScript file with a function processUserJSON(json), which maps in place of the defaults.
	Script string `yaml:"script"`
	// Changes to what the defaults or the script made, in this order.
	Rules []Rule `yaml:"rules"`

	// ScriptSource is the text of Script. Whoever reads the configuration reads it too.
	ScriptSource string `yaml:"-" jsonschema:"-"`
}

// Rule changes one field of the FusionAuth user: the name of a property, such
// as firstName, or data.NAME. It is one of
//
//	set: FIELD, value: VALUE
//	compute: FIELD, as: EXPRESSION
//	rename: FIELD, to: FIELD
//	drop: FIELD
type Rule struct {
	// A field that gets the same value for every user.
	Set string `yaml:"set"`
	// That value.
	Value any `yaml:"value"`
	// A field that gets a value of its own for each user.
	Compute string `yaml:"compute"`
	// The expression that gives the value. nil takes the field away.
	As string `yaml:"as"`
	// A field whose value moves elsewhere.
	Rename string `yaml:"rename"`
	// Where it moves.
	To string `yaml:"to"`
	// A field that is left out.
	Drop string `yaml:"drop"`
	// An expression: the rule holds for users for whom it is true.
	When string `yaml:"when"`
}
