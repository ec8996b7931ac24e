package poolconfig

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Triggers are the pool's Lambda triggers: the function's ARN by the name of
// the trigger in LambdaConfig.
type Triggers map[string]string

// UnmarshalJSON reads LambdaConfig, in which newer triggers are objects that
// hold an ARN.
func (t *Triggers) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	*t = Triggers{}
	for name, value := range members {
		if arn := arnIn(value); arn != "" && name != "KMSKeyID" {
			(*t)[strings.TrimSuffix(name, "Config")] = arn
		}
	}
	return nil
}

func arnIn(value json.RawMessage) string {
	var arn string
	if json.Unmarshal(value, &arn) == nil {
		return arn
	}
	var versioned struct{ LambdaArn string }
	_ = json.Unmarshal(value, &versioned) // what has no ARN is no trigger
	return versioned.LambdaArn
}

// Names are the triggers that the pool has, sorted.
func (t Triggers) Names() []string { return slices.Sorted(maps.Keys(t)) }
