package config

import (
	"time"

	"wherry/internal/secret"
	"wherry/toolkit/internal/plan"
)

// Pool is one Cognito user pool and what becomes of its users.
type Pool struct {
	// The user pool id, such as us-east-2_ud90QwSeF.
	ID string `yaml:"id" jsonschema:"required"`
	// What this pool is called in paths, logs and metrics. Default: its id.
	Name string `yaml:"name"`
	// The AWS region. Default: the part of the id before the underscore.
	Region string `yaml:"region"`
	// Where Cognito answers, for a stand-in pool or a private endpoint. Default: AWS's own address.
	Endpoint string `yaml:"endpoint"`
	// Let endpoint be plain http on another machine: passwords cross the network in the clear.
	InsecureEndpoint bool `yaml:"insecure_endpoint"`
	// The app client that signs users in. It must allow the flow.
	ClientID string `yaml:"client_id" jsonschema:"required"`
	// The app client's secret, if it has one.
	ClientSecret secret.String `yaml:"client_secret"`
	// A file that holds the app client's secret.
	ClientSecretFile string `yaml:"client_secret_file"`
	// The FusionAuth tenant that its users go to, by name or id.
	Tenant string `yaml:"tenant"`

	// What aws cognito-idp describe-user-pool printed, in a file, so that attributes are read by their types.
	SchemaFile string `yaml:"schema_file"`

	// Mapping, applications and groups.
	plan.Settings `yaml:",inline"`

	// How the connector signs its users in.
	Connector SignIn `yaml:"connector"`
	// What wherry apply makes of the pool's configuration.
	Apply Apply `yaml:"apply"`

	// How the bulk road carries its users.
	Import Import `yaml:"import"`

	// Schema is what schema_file says.
	Schema plan.Schema `yaml:"-" jsonschema:"-"`
}

// What the mapping's own package calls its settings, for programs that make a
// Config themselves.
type (
	Settings    = plan.Settings
	Mapping     = plan.Mapping
	Rule        = plan.Rule
	Application = plan.Application
	Roles       = plan.Roles
)

// Flow is how a password is put before Cognito.
type Flow string

// The flows, by Cognito's own names.
const (
	UserPassword      Flow = "USER_PASSWORD_AUTH"
	AdminUserPassword Flow = "ADMIN_USER_PASSWORD_AUTH"
	UserSRP           Flow = "USER_SRP_AUTH"
)

// Policy is what becomes of a user whose password is proven, but whom Cognito
// does not simply sign in.
type Policy string

// The policies. Those that give up a second factor say so in their name.
const (
	Refuse              Policy = "refuse"
	Carry               Policy = "carry"
	CarryOnTenantPolicy Policy = "carry-relying-on-tenant-policy"
	CarryWithoutFactor  Policy = "carry-without-factor"
)

// Where a user's profile and groups are read.
const (
	ProfileGetUser = "get_user"
	ProfileIDToken = "id_token"
	GroupsToken    = "token"
	GroupsAdmin    = "admin_list_groups_for_user"
)

// SignIn is how the connector signs the users of one pool in.
type SignIn struct {
	// How the password is put before Cognito. The admin flow needs IAM credentials.
	Flow Flow `yaml:"flow" jsonschema:"enum=USER_PASSWORD_AUTH,enum=ADMIN_USER_PASSWORD_AUTH,enum=USER_SRP_AUTH,default=USER_PASSWORD_AUTH"`
	// Where the profile is read. id_token saves a call, for pools whose tokens carry every attribute.
	Profile string `yaml:"profile" jsonschema:"enum=get_user,enum=id_token,default=get_user"`
	// Where the groups are read. admin_list_groups_for_user needs IAM credentials.
	Groups string `yaml:"groups" jsonschema:"enum=token,enum=admin_list_groups_for_user,default=token"`
	// How long an answer may take, Cognito's part included. FusionAuth gives up after about a second.
	Deadline time.Duration `yaml:"deadline" jsonschema:"default=900ms"`
	// Answer whether the pool knows somebody who has forgotten the password and has not come across yet. Wherry's own server asks
	// that, if its connector is told to; FusionAuth does not. Needs IAM credentials for ListUsers, AdminGetUser and
	// AdminListGroupsForUser. Whoever has the connector's secret can then ask who is in the pool.
	ForgotPassword bool `yaml:"forgot_password" jsonschema:"default=false"`
	// What becomes of users whom Cognito does not simply sign in.
	Outcomes Outcomes `yaml:"outcomes"`
	// How many sign-ins may be in flight.
	Parallel Parallel `yaml:"parallel"`
	// When to stop asking a pool that is down.
	Breaker Breaker `yaml:"breaker"`
}

// Outcomes says what becomes of users whose password is proven, but whom
// Cognito does not simply sign in. Everybody else is refused, always.
type Outcomes struct {
	// Cognito asks for a code by SMS or e-mail. carry: across with that factor if its address is verified, else refused.
	// carry-without-factor: across without it, so that whoever knows the password is in.
	MessageFactor Policy `yaml:"message_factor" jsonschema:"enum=carry,enum=refuse,enum=carry-without-factor,default=carry"`
	// Cognito asks for a TOTP code, a choice between factors or a factor's set-up, none of which can be carried.
	// carry-relying-on-tenant-policy is safe only while the tenant makes every user set up a factor.
	OtherFactor Policy `yaml:"other_factor" jsonschema:"enum=refuse,enum=carry-relying-on-tenant-policy,enum=carry-without-factor,default=refuse"`
	// The password is right but temporary. carry: across, and to be changed at once.
	TemporaryPassword Policy `yaml:"temporary_password" jsonschema:"enum=carry,enum=refuse,default=carry"`
}

// Parallel bounds the sign-ins in flight at one pool.
type Parallel struct {
	// At most this many at a time.
	SignIns int `yaml:"sign_ins" jsonschema:"default=512"`
	// At most this many waiting for their turn.
	Queue int `yaml:"queue" jsonschema:"default=128"`
	// At most this long.
	Wait time.Duration `yaml:"wait" jsonschema:"default=100ms"`
}

// Breaker says when a pool counts as down. Wrong passwords and throttling
// never make it so.
type Breaker struct {
	// The percentage of sign-ins that fail for want of an answer.
	FailureRate int `yaml:"failure_rate" jsonschema:"minimum=1,maximum=100,default=50"`
	// How many sign-ins it takes to tell.
	SignIns int `yaml:"sign_ins" jsonschema:"default=20"`
	// The time that is looked at.
	Window time.Duration `yaml:"window" jsonschema:"default=10s"`
	// How long to refuse at once before asking again.
	OpenFor time.Duration `yaml:"open_for" jsonschema:"default=5s"`
}
