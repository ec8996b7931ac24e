// Package crossing is the door through which others run a crossing, or a part
// of it: plain values in, plain values out. It reaches Cognito and FusionAuth
// only through their public APIs.
package crossing

import (
	"time"

	"wherry/internal/secret"
)

// Target is the FusionAuth where users go, and what it needs before they come.
type Target struct {
	URL    string        // https, or http on a loopback address
	APIKey secret.String // a global key: connectors belong to no tenant

	Tenant       Tenant
	Applications []Application
	Connector    Connector
}

// Tenant is where the users go. It is known by its ID or else by its Name, and
// created when it is not there.
type Tenant struct {
	ID, Name string
	Issuer   string // of tokens; left alone if empty
}

// Application is what users get registered for. It is known by its ID or else
// by its Name within the tenant, and created when it is not there.
type Application struct {
	ID, Name     string
	RedirectURLs []string // added to those that it has
	Roles        []string // names, added to those that it has
}

// Connector is how FusionAuth reaches ours. It is known by its Name.
type Connector struct {
	Name, URL string

	HeaderName string        // Authorization if empty
	Secret     secret.String // the value of that header

	ConnectTimeout time.Duration // a second if 0
	ReadTimeout    time.Duration // two seconds if 0

	Debug bool // write every attempt to FusionAuth's event log
}
