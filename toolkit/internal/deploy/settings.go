package deploy

import (
	"cmp"
	"fmt"
	"os"
	"regexp"

	"github.com/goccy/go-yaml"

	"wherry/internal/archive"
	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/toolkit/config"
)

// place is where the secrets' files are: a folder, or a Lambda function, which
// has none.
func (d *Deployment) place() (dir string) {
	switch {
	case d.Target.function():
		return ""
	case d.Target == Systemd:
		return variable("CREDENTIALS_DIRECTORY")
	default:
		return "/etc/wherry-secrets"
	}
}

// move makes the settings and the files they name as they are over there. What
// the place cannot do, and what only other commands need, stays behind.
func (d *Deployment) move(settings *config.Config) error {
	moved := *settings
	moved.Target = config.Target{}
	moved.Pools = append([]config.Pool(nil), settings.Pools...)
	d.Settings = &moved
	d.moveConnector(&moved.Connector)
	for i := range moved.Pools {
		if err := d.movePool(&moved.Pools[i], settings, numbered(i)); err != nil {
			return err
		}
	}
	text, err := write(&moved)
	if err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	d.add("wherry.yaml", text)
	return nil
}

// numbered is what tells the things of several pools apart.
func numbered(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", i+1)
}

func (d *Deployment) add(name string, data []byte) {
	d.Config = append(d.Config, name)
	d.files = append(d.files, archive.File{Name: name, Mode: 0o644, Data: data})
}

func (d *Deployment) moveConnector(c *config.Connector) {
	c.URL, c.Name = "", "" // the target's affair
	if d.Target.function() {
		d.moveToLambda(c)
	} else {
		d.moveToFiles(c)
	}
	d.keep("log-key", "what login ids are hashed with in logs", &c.LogKey, &c.LogKeyFile)
	if c.TurnedAwayLog != "" {
		c.TurnedAwayLog = d.turnedAwayLog()
	}
}

// moveToLambda leaves AWS to encrypt, and to keep the header's secret.
func (d *Deployment) moveToLambda(c *config.Connector) {
	if c.SecretRef == "" {
		header := Secret{Name: "header", What: "what FusionAuth sends in the header " + c.Header, Made: true}
		d.Secrets = append(d.Secrets, header)
		c.SecretRef = variable(header.Variable())
	}
	d.drop("connector.previous_secret", c.PreviousSecret.Reveal()+c.PreviousSecretFile, "the header's secret may hold two values, one a line")
	d.drop("connector.tls", c.TLS.CertFile, "AWS ends TLS, and asks for no certificate of FusionAuth's")
	c.Secret, c.SecretFile, c.PreviousSecret, c.PreviousSecretFile, c.TLS = "", "", "", "", config.TLS{}
}

func (d *Deployment) moveToFiles(c *config.Connector) {
	c.SecretRef, c.Secret = "", cmp.Or(c.Secret, "to be brought") // there is no connector without one
	d.keep("header", "what FusionAuth sends in the header "+c.Header, &c.Secret, &c.SecretFile)
	d.keep("previous", "what it sent before", &c.PreviousSecret, &c.PreviousSecretFile)
	d.keepFile("tls.crt", "the certificate and its chain, as PEM", &c.TLS.CertFile)
	d.keepFile("tls.key", "the certificate's private key, as PEM", &c.TLS.KeyFile)
	d.keepFile("client-ca.crt", "the authority of FusionAuth's certificate, as PEM", &c.TLS.ClientCAFile)
}

// turnedAwayLog is where a connector may write. Elsewhere the log says the same.
func (d *Deployment) turnedAwayLog() string {
	if d.Target == Systemd {
		return variable("STATE_DIRECTORY") + "/turned-away.jsonl"
	}
	d.drop("connector.turned_away_log", "given", "the log says the same")
	return ""
}

func (d *Deployment) drop(setting, value, why string) {
	if value != "" {
		d.notes = append(d.notes, setting+" stays behind: "+why)
	}
}

func (d *Deployment) movePool(p *config.Pool, from *config.Config, number string) error {
	p.Apply, p.Import = config.Apply{}, config.Import{} // no affairs of the connector
	d.keep("client"+number, "the secret of the app client "+p.ClientID, &p.ClientSecret, &p.ClientSecretFile)
	for _, f := range []struct {
		name string
		path *string
	}{{"schema" + number + ".json", &p.SchemaFile}, {"mapping" + number + ".js", &p.Mapping.Script}} {
		if *f.path == "" {
			continue
		}
		data, err := os.ReadFile(from.Path(*f.path))
		if err != nil {
			return exit.With(exit.Usage, fmt.Errorf("bundle the configuration: %w", err), "mend the configuration and run the command again")
		}
		d.add(f.name, data)
		*f.path = f.name
	}
	return nil
}

// keep puts a secret that the settings have into its place.
func (d *Deployment) keep(name, what string, value *secret.String, file *string) {
	if *value == "" && *file == "" {
		return
	}
	s := Secret{Name: name, What: what}
	d.Secrets = append(d.Secrets, s)
	*value, *file = "", d.place()+"/"+name
	if d.Target.function() {
		*value, *file = secret.String(variable(s.variable())), ""
	}
}

func (d *Deployment) keepFile(name, what string, file *string) {
	if *file != "" {
		d.keep(name, what, new(secret.String), file)
	}
}

// variable stands for ${NAME} until the settings are written.
func variable(name string) string { return "<wherry:" + name + ">" }

// Unset stands for a variable that is not set here. Secrets need not be known
// to write down where they are kept.
func Unset(name string) string { return "<wherry: " + name + " is not set>" }

var (
	unset   = regexp.MustCompile(`<wherry: ([A-Za-z0-9_]+) is not set>`)
	standIn = regexp.MustCompile(`<wherry:([A-Z0-9_]+)>`)
	literal = regexp.MustCompile(`\$\{[A-Za-z_]`)
)

const origin = "# Written by wherry deploy from the settings of the crossing. Change those, and write it again.\n"

// write is the opposite of config.Parse. What looks like a variable and is
// none any more is escaped.
func write(c *config.Config) ([]byte, error) {
	text, err := yaml.MarshalWithOptions(c, yaml.OmitZero(), yaml.IndentSequence(true),
		yaml.CustomMarshaler[secret.String](func(s secret.String) ([]byte, error) { return []byte(s.Reveal()), nil }))
	if err != nil {
		return nil, err
	}
	if found := unset.FindSubmatch(text); found != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("the environment variable %s is not set", found[1]), "set it as it is to be over there")
	}
	text = literal.ReplaceAllFunc(text, func(found []byte) []byte { return append([]byte("$"), found...) })
	return append([]byte(origin), standIn.ReplaceAll(text, []byte("$${$1}"))...), nil
}
