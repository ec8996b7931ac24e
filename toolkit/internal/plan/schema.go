package plan

// Schema is what the mapping has to know about the pool: the part of
// DescribeUserPool's UserPool that it can be decoded from. The zero Schema
// stands for a pool that cannot be asked; Mapping.Types, Mapping.Email and
// Mapping.PhoneNumber then say what it would have said.
type Schema struct {
	ID                 string            `json:"Id"`
	SchemaAttributes   []SchemaAttribute `json:"SchemaAttributes"`
	UsernameAttributes []string          `json:"UsernameAttributes"` // email, phone_number
	AliasAttributes    []string          `json:"AliasAttributes"`    // email, phone_number, preferred_username
	MfaConfiguration   string            `json:"MfaConfiguration"`   // OFF, ON, OPTIONAL
}

// told tells whether the pool could be asked: it always says how it stands
// with MFA.
func (s Schema) told() bool {
	return s.MfaConfiguration != "" || len(s.UsernameAttributes) > 0 || len(s.AliasAttributes) > 0
}

// SchemaAttribute is the declaration of one attribute.
type SchemaAttribute struct {
	Name              string `json:"Name"`              // given_name, custom:plan
	AttributeDataType string `json:"AttributeDataType"` // String, Number, DateTime, Boolean
}
