package pages

import "net/http"

// Account is the page at which people begin to look after their account. Its
// links lead to the pages below /account.
type Account struct {
	Frame
	Name     string // of the user; empty: only the login id is known
	LoginID  string
	Done     string // what has just been done: a message at done.…; empty is nothing
	Factors  bool   // there is a page for second factors
	Passkeys bool   // there is a page for passkeys
}

// Account writes the page, status 200.
func (p *Pages) Account(w http.ResponseWriter, r *http.Request, page Account) error {
	return p.write(w, r, http.StatusOK, "account", page)
}

// AccountForm is where people change what is known of them. It posts its inputs
// and locale to its own address.
type AccountForm struct {
	Frame
	Inputs []Input
	Errors []Trouble
}

// Wrong says that something was filled in wrongly.
func (f AccountForm) Wrong() bool { return wrong(f.Inputs) }

// AccountForm writes the page.
func (p *Pages) AccountForm(w http.ResponseWriter, r *http.Request, status int, page AccountForm) error {
	return p.write(w, r, status, "accountform", page)
}

// AccountPassword is where people change their password. It posts
// currentPassword, password, passwordConfirm and locale to its own address.
type AccountPassword struct {
	Frame
	LoginID    string // for password managers
	AskCurrent bool
	PasskeyURL string // where a passkey takes the place of the current password; empty is nowhere
	MinLength  int
	Errors     []string // codes such as [tooShort]password
}

// AccountPassword writes the page.
func (p *Pages) AccountPassword(w http.ResponseWriter, r *http.Request, status int, page AccountPassword) error {
	return p.write(w, r, status, "accountpassword", page)
}

// List is what an AccountList lists.
type List int

// The lists that there are.
const (
	ListFactors List = iota
	ListPasskeys
	ListSessions
)

// AccountList is a list of things that people can take away.
type AccountList struct {
	Frame
	List   List
	Items  []AccountItem
	AddURL string // where another one is made; empty is nowhere
	// RenewURL is where there are new recovery codes; empty is nowhere.
	RenewURL string
	Done     string // as Account's
}

// AccountItem is one of them.
type AccountItem struct {
	Name   string
	Method string // of a second factor, instead of a name
	Text   string
	Used   string // a day, when it was last used; empty: not known
	ID     string // posted as id to RemoveURL
	// RemoveURL takes it away, by POST, or by a page of its own where Ask says so.
	RemoveURL string
	Ask       bool
}

// Key is the message of a part of the list.
func (l AccountList) Key(part string) string {
	return []string{"factors", "passkeys", "sessions"}[l.List] + "." + part
}

// AccountList writes the page, status 200.
func (p *Pages) AccountList(w http.ResponseWriter, r *http.Request, page AccountList) error {
	return p.write(w, r, http.StatusOK, "accountlist", page)
}

// AccountCode asks for a code before a second factor is taken away, or there are
// new recovery codes. It posts code, or action=send for one to be sent, methodId
// and locale to its own address.
type AccountCode struct {
	Frame
	Hidden []Field
	Renew  bool   // there are to be new recovery codes
	Method string // authenticator, email or sms
	To     string // where codes go
	Sent   bool
	Error  string
}

// Key is the message of a part of the page: title, recovery or submit.
func (c AccountCode) Key(part string) string {
	if c.Renew {
		return "renew." + part
	}
	return "disable." + part
}

// AccountCode writes the page.
func (p *Pages) AccountCode(w http.ResponseWriter, r *http.Request, status int, page AccountCode) error {
	return p.write(w, r, status, "accountcode", page)
}

// AccountPasskey is where people make a passkey. It posts displayName, then
// webAuthnRegisterRequest, and locale to its own address.
type AccountPasskey struct {
	Frame
	Hidden  []Field
	Name    string
	Options string // JSON for the browser; empty: it needs a name first
	Error   string
}

// AccountPasskey writes the page.
func (p *Pages) AccountPasskey(w http.ResponseWriter, r *http.Request, status int, page AccountPasskey) error {
	return p.write(w, r, status, "accountpasskey", page)
}
