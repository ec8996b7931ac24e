package deploy

import (
	"fmt"
	"strings"

	"wherry/toolkit/internal/cognito"
)

// Alarm goes off when so much is counted within so many minutes.
type Alarm struct {
	Name, What string
	Pattern    string // which lines of the log count; "" for the function's own failures
	Threshold  int
	Minutes    int
}

// ID is its name in templates: TurnedAway.
func (a Alarm) ID() string { return pascal(a.Name) }

// Snake is its name in Terraform: turned_away.
func (a Alarm) Snake() string { return snake(a.Name) }

// Seconds is what CloudWatch calls the period.
func (a Alarm) Seconds() int { return a.Minutes * 60 }

// outage is how a pool that cannot be asked shows in the log. The last is the
// connector's own word.
var outage = []cognito.Outcome{cognito.Unavailable, cognito.TimedOut, cognito.Throttled, "breaker-open"}

var alarms = []Alarm{
	{"outage", "Cognito does not answer, or throttles: nobody gets across.", pattern(anyOf(outage)), 5, 5},
	{"turned-away", "People are turned away by something other than their password.", pattern(fmt.Sprintf(`$.answer = "refused" && $.outcome != %q`, cognito.WrongCredentials)), 20, 15},
	{"fault", "Something is set up wrong: the log says what.", `{ $.level = "ERROR" }`, 1, 5},
	{"crash", "The function fails or runs out of time.", "", 1, 5},
}

func pattern(condition string) string { return `{ $.msg = "sign-in" && ` + condition + " }" }

func anyOf(outcomes []cognito.Outcome) string {
	var list []string
	for _, o := range outcomes {
		list = append(list, fmt.Sprintf("$.outcome = %q", o))
	}
	return "(" + strings.Join(list, " || ") + ")"
}
