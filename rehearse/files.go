package rehearse

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"wherry/internal/secret"
)

// The files of a rehearsal, in its folder.
const (
	configFile          = "wherry.yaml"
	kickstartFile       = "kickstart.json"
	apiKeyFile          = "api-key"
	connectorSecretFile = "connector-secret"
	schemaFile          = "pool.json"
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
	if err := t.Execute(&config, map[string]string{
		"Server": r.ServerURL, "Pool": r.PoolURL, "App": r.AppURL + callbackPath,
		"PoolID": r.directory.Pool.ID, "ClientID": r.directory.Clients[0].ClientID, "Schema": schemaFile,
		"Tenant": tenantName, "ApplicationID": applicationID, "ApplicationName": applicationName,
	}); err != nil {
		return fmt.Errorf("write %s: %w", configFile, err)
	}
	return errors.Join(r.write(configFile, config.String()), r.write(kickstartFile, kickstart))
}

// keepSchema writes what aws cognito-idp describe-user-pool prints, so that both
// roads read attributes by their types.
func (r *Rehearsal) keepSchema(ctx context.Context) error {
	body := fmt.Sprintf(`{"UserPoolId": %q}`, r.directory.Pool.ID)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.PoolURL, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.DescribeUserPool")
	if err := sign(ctx, req, body); err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask the pool for its schema: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	if err != nil {
		return fmt.Errorf("ask the pool for its schema: %w", err)
	}
	return r.write(schemaFile, string(text))
}

// sign signs a request to the pool, which takes every signature.
func sign(ctx context.Context, req *http.Request, body string) error {
	key, err := anybody.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(body))
	return v4.NewSigner().SignHTTP(ctx, key, req, hex.EncodeToString(sum[:]), "cognito-idp", "us-east-1", time.Now())
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
