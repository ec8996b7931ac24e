package rehearse

import (
	"fmt"
	"io"

	"wherry/internal/console"
)

// shown is what a rehearsal says once it runs.
type shown struct {
	SignIn      string        `json:"signIn"`
	People      []shownPerson `json:"people"`
	Mails       string        `json:"mails"`
	Server      string        `json:"server"`
	Connector   string        `json:"connector"`
	Pool        string        `json:"pool"`
	Dir         string        `json:"dir"`
	Tenant      string        `json:"tenantId"`
	Application string        `json:"applicationId"`
	temporary   bool
}

// shownPerson shows a password on purpose: it is made up, and somebody has to
// type it.
type shownPerson struct {
	LoginID  string `json:"loginId"`
	Password string `json:"password"`
	Remark   string `json:"remark,omitempty"`
	Refused  string `json:"refused,omitempty"`
}

func (r *Rehearsal) shown(temporary bool) shown {
	s := shown{
		SignIn: r.AppURL + "/", Mails: r.AppURL + mailsPath, Server: r.ServerURL, Connector: r.ConnectorURL, Pool: r.PoolURL, Dir: r.Dir,
		Tenant: r.TenantID, Application: r.ApplicationID, temporary: temporary,
	}
	for _, p := range r.People {
		s.People = append(s.People, shownPerson{p.LoginID, p.Password.Reveal(), p.Remark, p.Refused})
	}
	return s
}

// print lays it out so that a person takes it in at a glance.
func (s shown) print(w io.Writer, out *console.Console) {
	head := func(text string) string { return out.Style("1", fmt.Sprintf("%-11s", text)) }
	dim := func(text string) string { return out.Style("2", text) }
	fmt.Fprintf(w, "\n  %s  %s\n\n", out.Style("1;36", "Wherry rehearsal"), dim("a whole crossing on this machine"))
	fmt.Fprintf(w, "  %s %s\n  %s %s\n\n", head("Sign in at"), out.Style("4;36", s.SignIn), head(""),
		dim("a sample application; it sends you to the login page"))
	wide, pass := 0, 0
	for _, p := range s.People {
		wide, pass = max(wide, len(p.LoginID)), max(pass, len(p.Password))
	}
	label := "as"
	for _, p := range s.People {
		remark := p.Remark
		if p.Refused != "" {
			remark = "refused: " + p.Refused
		}
		fmt.Fprintf(w, "  %s %-*s  %-*s  %s\n", head(label), wide, p.LoginID, pass, p.Password, dim(remark))
		label = ""
	}
	fmt.Fprintf(w, "\n  %s %s  %s\n", head("Mails at"), s.Mails, dim("for those who choose “Forgot your password?”"))
	fmt.Fprintf(w, "\n  %s %s  %s\n", head("Behind it"), s.Server, dim("identity server; FusionAuth's API, key in "+apiKeyFile))
	fmt.Fprintf(w, "  %s %s  %s\n", head(""), s.Connector, dim("connector"))
	fmt.Fprintf(w, "  %s %s  %s\n", head(""), s.Pool, dim("user pool, answers as Cognito does"))
	kept := "removed at the end; --dir keeps them"
	if !s.temporary {
		kept = "kept"
	}
	fmt.Fprintf(w, "  %s %s  %s\n\n", head("Files in"), s.Dir, dim(kept))
	fmt.Fprintf(w, "  %s Ctrl-C\n\n", head("Stop with"))
}
