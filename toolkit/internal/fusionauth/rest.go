package fusionauth

import (
	"encoding/json"
	"errors"
	"maps"
)

// rest keeps an object as it was read, with the properties that this package
// does not name, for objects that have to be sent back whole.
type rest map[string]json.RawMessage

// decode reads data into known and keeps all of it.
func (r *rest) decode(data []byte, known any) error {
	*r = nil
	return errors.Join(json.Unmarshal(data, known), json.Unmarshal(data, r))
}

// encode writes the properties of known over those that were read.
func (r rest) encode(known any) ([]byte, error) {
	data, err := json.Marshal(known)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(r)
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}
