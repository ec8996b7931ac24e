package rehearse

import (
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"wherry/internal/secret"
	"wherry/pool"
)

// The files of a rehearsal, in its folder.
const (
	configFile          = "wherry.yaml"
	kickstartFile       = "kickstart.json"
	apiKeyFile          = "api-key"
	connectorSecretFile = "connector-secret"
)

//go:embed wherry.yaml.tmpl
var configTemplate string

// kickstart gives the server its first API key.
const kickstart = `{"apiKeys": [{"key": "@{` + apiKeyFile + `}", "description": "the rehearsal"}]}` + "\n"

// writeFiles writes what the parts are configured with. Secrets stay as they
// are in a folder that has been used before.
func (r *Rehearsal) writeFiles() error {
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		return fmt.Errorf("make the rehearsal's folder: %w", err)
	}
	for _, name := range []string{apiKeyFile, connectorSecretFile} {
		if err := r.keepSecret(name); err != nil {
			return err
		}
	}
	r.APIKey = r.secret(apiKeyFile)
	var config strings.Builder
	t := template.Must(template.New(configFile).Parse(configTemplate))
	sample := pool.Sample()
	if err := t.Execute(&config, map[string]string{
		"Server": r.ServerURL, "Pool": r.PoolURL, "App": r.AppURL + callbackPath,
		"PoolID": sample.Pool.ID, "ClientID": sample.Clients[0].ClientID,
		"Tenant": tenantName, "ApplicationID": applicationID, "ApplicationName": applicationName,
	}); err != nil {
		return fmt.Errorf("write %s: %w", configFile, err)
	}
	return errors.Join(r.write(configFile, config.String()), r.write(kickstartFile, kickstart))
}

func (r *Rehearsal) keepSecret(name string) error {
	_, err := os.Stat(filepath.Join(r.Dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return r.write(name, rand.Text())
	}
	return err
}

func (r *Rehearsal) write(name, content string) error {
	return os.WriteFile(filepath.Join(r.Dir, name), []byte(content), 0o600)
}

func (r *Rehearsal) secret(name string) secret.String {
	content, _ := os.ReadFile(filepath.Join(r.Dir, name)) // written just before
	return secret.String(strings.TrimSpace(string(content)))
}

func (r *Rehearsal) connectorSecret() secret.String { return r.secret(connectorSecretFile) }
