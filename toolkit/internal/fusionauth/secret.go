package fusionauth

import (
	"encoding/json"

	"wherry/internal/secret"
)

// Secret is a secret that FusionAuth may see: JSON shows it, printing does not.
type Secret struct{ secret.String }

// MarshalJSON shows the value, for the wire.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.Reveal()) }

// UnmarshalJSON reads a JSON string.
func (s *Secret) UnmarshalJSON(data []byte) error {
	var value string
	err := json.Unmarshal(data, &value)
	s.String = secret.String(value)
	return err
}
