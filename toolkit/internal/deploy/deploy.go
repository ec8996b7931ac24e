// Package deploy writes the files with which an operator puts the connector
// into production. A Deployment says what is deployed, once for all; a target
// is a folder of templates that says it in somebody's language. Nothing is
// sent anywhere, and no secret is written: the files say where each is kept.
//
//	deploy.go    what is asked for, and what comes of it
//	settings.go  wherry.yaml as it is at the place it goes to
//	secret.go    what the operator, or AWS, has to keep there
//	grant.go     what the connector may do at AWS
//	alarm.go     what wakes somebody up
//	client.go    the app client that the migration signs in with
//	function.go  the Lambda function's zip file
//	render.go    templates
package deploy

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"wherry/internal/archive"
	"wherry/internal/exit"
	"wherry/toolkit/config"
)

// Target is what the files are for.
type Target string

// The targets. The first four put a Lambda function into AWS.
const (
	CloudFormation Target = "cloudformation"
	CDKGo          Target = "cdk-go"
	CDKTypeScript  Target = "cdk-ts"
	Terraform      Target = "terraform"
	Container      Target = "container" // with Compose
	Kubernetes     Target = "kubernetes"
	Systemd        Target = "systemd"
	AppClient      Target = "app-client" // Cognito's side
)

// function tells whether the target is a Lambda function.
func (t Target) function() bool {
	return t == CloudFormation || t == CDKGo || t == CDKTypeScript || t == Terraform
}

// Options are what wherry.yaml does not say.
type Options struct {
	Target Target
	Name   string // of all that is made

	// For a Lambda function.
	Release    []byte // the zip file of the release
	Arch       string // arm64 or amd64, that of the zip file
	RestAPI    bool   // API Gateway in front of it, in place of a function URL
	LogDays    int    // how long logs are kept
	AlarmTopic string // the ARN of an SNS topic that hears of alarms

	// For a container.
	Image    string // what the image is called, registry included
	Replicas int    // how many run at a time

	Listen string // where FusionAuth reaches a connector that listens
	Admin  string // and where its health is asked
}

// Deployment is what the templates see.
type Deployment struct {
	Options
	Settings *config.Config // as they are over there
	Secrets  []Secret       // that have to be brought there
	Grants   []Grant
	Alarms   []Alarm
	Clients  []Client
	Code     string   // the name of the function's zip file, with its hash
	Config   []string // the names of the configuration's files

	files []archive.File // of the configuration
	notes []string
}

// Result is what is to be written. The names of files are relative.
type Result struct {
	Files []archive.File
	Notes []string // what the operator should know
	Next  []string // commands to type, and comments
}

// Files makes the files of a target from settings that have been checked. Its
// errors are usage errors.
func Files(settings *config.Config, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	d, err := plan(settings, o)
	if err != nil {
		return nil, err
	}
	files, err := d.made()
	if err != nil {
		return nil, err
	}
	next, err := d.next()
	if err != nil {
		return nil, err
	}
	return &Result{Files: files, Notes: d.notes, Next: next}, nil
}

func plan(settings *config.Config, o Options) (*Deployment, error) {
	d := &Deployment{Options: o, Alarms: alarms, Clients: clients(settings)}
	if o.Target == AppClient {
		d.noteUnknownAttributes()
		return d, nil
	}
	if err := d.move(settings); err != nil {
		return nil, err
	}
	d.Grants = grants(d.Settings)
	return d, nil
}

var (
	nameForm  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	topicForm = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[\w.-]+$`)
	imageForm = regexp.MustCompile(`^[\w][\w.:/@-]*$`)
)

// retention is how many days CloudWatch may keep logs, and what the CDK calls it.
var retention = map[int]string{
	1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH", 60: "TWO_MONTHS",
	90: "THREE_MONTHS", 120: "FOUR_MONTHS", 150: "FIVE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR", 400: "THIRTEEN_MONTHS",
	545: "EIGHTEEN_MONTHS", 731: "TWO_YEARS", 1096: "THREE_YEARS", 1827: "FIVE_YEARS", 2192: "SIX_YEARS",
	2557: "SEVEN_YEARS", 2922: "EIGHT_YEARS", 3288: "NINE_YEARS", 3653: "TEN_YEARS",
}

// Retention is what the CDK calls the days that logs are kept.
func (o Options) Retention() string { return retention[o.LogDays] }

func (o *Options) check() error {
	var problems []error
	say := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	say(!nameForm.MatchString(o.Name), "--name: want at most 40 lower-case letters, digits and -, a letter first")
	say(o.AlarmTopic != "" && !topicForm.MatchString(o.AlarmTopic), "--alarm-topic: want the ARN of an SNS topic")
	say(o.Image != "" && !imageForm.MatchString(o.Image), "--image: want the name of an image, such as registry.example.com/wherry:1")
	_, known := retention[o.LogDays]
	say(o.Target.function() && !known, "--log-days: CloudWatch takes one of %v", slices.Sorted(maps.Keys(retention)))
	if err := errors.Join(problems...); err != nil {
		return exit.With(exit.Usage, err, "wherry deploy --help lists the flags")
	}
	return nil
}

// Architecture is what Lambda calls it.
func (o Options) Architecture() string {
	if o.Arch == "amd64" {
		return "x86_64"
	}
	return o.Arch
}
