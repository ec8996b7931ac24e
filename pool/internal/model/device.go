package model

// Device is a remembered device, as AdminListDevices shows it.
type Device struct {
	DeviceKey                   string      `json:"DeviceKey"` // region_UUID
	DeviceAttributes            []Attribute `json:"DeviceAttributes,omitempty"`
	DeviceCreateDate            Instant     `json:"DeviceCreateDate"`
	DeviceLastModifiedDate      Instant     `json:"DeviceLastModifiedDate"`
	DeviceLastAuthenticatedDate Instant     `json:"DeviceLastAuthenticatedDate"`
}

// AuthEvent is one entry of AdminListUserAuthEvents.
type AuthEvent struct {
	EventID            string              `json:"EventId"`
	EventType          string              `json:"EventType"` // SignIn, SignUp, ForgotPassword, PasswordChange, ResendCode
	CreationDate       Instant             `json:"CreationDate"`
	EventResponse      string              `json:"EventResponse"` // Pass, Fail, InProgress
	EventRisk          *EventRisk          `json:"EventRisk,omitempty"`
	ChallengeResponses []ChallengeResponse `json:"ChallengeResponses,omitempty"`
	EventContextData   *EventContext       `json:"EventContextData,omitempty"`
}

// EventRisk is what threat protection thought of an event.
type EventRisk struct {
	RiskDecision                   string `json:"RiskDecision"` // NoRisk, AccountTakeover, Block
	RiskLevel                      string `json:"RiskLevel,omitempty"`
	CompromisedCredentialsDetected bool   `json:"CompromisedCredentialsDetected"`
}

// ChallengeResponse is how one step of an event ended.
type ChallengeResponse struct {
	ChallengeName     string `json:"ChallengeName"`     // Password, Mfa
	ChallengeResponse string `json:"ChallengeResponse"` // Success, Failure
}

// EventContext is where an event came from.
type EventContext struct {
	IPAddress  string `json:"IpAddress,omitempty"`
	DeviceName string `json:"DeviceName,omitempty"`
	Timezone   string `json:"Timezone,omitempty"`
	City       string `json:"City,omitempty"`
	Country    string `json:"Country,omitempty"`
}
