package api

import "wherry/pool/internal/awsjson"

// operation is one entry of the table.
type operation struct {
	signed bool // wants a signature: an administrator's operation
	run    func(*API, *Call, awsjson.Members) (any, error)
}

// unsigned is an operation that anybody may call.
func unsigned[In, Out any](f func(*API, *Call, *In) (Out, error)) operation {
	return operation{run: decoded(f)}
}

// signed is an operation for administrators.
func signed[In, Out any](f func(*API, *Call, *In) (Out, error)) operation {
	return operation{signed: true, run: decoded(f)}
}

func decoded[In, Out any](f func(*API, *Call, *In) (Out, error)) func(*API, *Call, awsjson.Members) (any, error) {
	return func(a *API, c *Call, members awsjson.Members) (any, error) {
		in := new(In)
		if err := awsjson.Decode(members, in); err != nil {
			return nil, err
		}
		return f(a, c, in)
	}
}

// nothing is the answer of operations that only do something.
type nothing struct{}

// operations is everything that the pool can be asked.
var operations = map[string]operation{
	"InitiateAuth":      unsigned((*API).initiateAuth),
	"RevokeToken":       unsigned((*API).revokeToken),
	"GetUser":           unsigned((*API).getUser),
	"AdminInitiateAuth": signed((*API).adminInitiateAuth),
	"AdminGetUser":      signed((*API).adminGetUser),
	"ListUsers":         signed((*API).listUsers),
}
