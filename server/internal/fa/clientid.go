package fa

// ClientID is what the application is called as an OAuth client beside its id;
// empty: nothing else. It is the property wherry.clientId of data, which
// FusionAuth does not know: a client that was registered elsewhere goes on
// under its own name.
func (a *Application) ClientID() string {
	var ours struct {
		ClientID string `json:"clientId"`
		Rest     Rest   `json:",embed"`
	}
	if decodeInto(a.Data["wherry"], &ours) != nil {
		return ""
	}
	return ours.ClientID
}

func (a *Application) checkClientID(errs *Errors) {
	const path = "application.data.wherry.clientId"
	id := a.ClientID()
	errs.Short(id, path)
	if isUUID(id) {
		errs.Field(path, "invalid", "[%s] is a UUID, which could be the id of another application.", id)
	}
	for _, c := range id {
		if c <= ' ' || c > '~' || c == ':' || c == '%' { // RFC 6749 appendix A.1; Basic ends the id at a colon, and encodes it
			errs.Field(path, "invalid", "A client id has visible ASCII characters, no colon and no percent sign.")
			return
		}
	}
}
