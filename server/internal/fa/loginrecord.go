package fa

// LoginRecord is one sign-in.
//
// Source: https://fusionauth.io/docs/apis/login#search-login-records
type LoginRecord struct {
	ApplicationID   ID     `json:"applicationId,omitzero"`
	ApplicationName string `json:"applicationName,omitzero"` // as it is called by now
	Instant         int64  `json:"instant"`
	IPAddress       string `json:"ipAddress,omitzero"`
	LoginID         string `json:"loginId,omitzero"`
	LoginIDType     string `json:"loginIdType,omitzero"`
	UserID          ID     `json:"userId"`
	TenantID        ID     `json:"-"`
	Number          int64  `json:"-"` // the later, the higher
}

// LoginSearch says which sign-ins to find; zero values match everything.
type LoginSearch struct {
	ApplicationID, TenantID, UserID ID
	Start, End                      int64 // milliseconds, inclusive
	Limit, Offset                   int
}
