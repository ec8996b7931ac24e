// Package config is wherry.yaml: what its settings are called, what they mean
// and which of them make sense. It is read once, at the start of a command.
package config

import (
	"fmt"
	"os"
	"path/filepath"

	"wherry/internal/exit"
	"wherry/internal/secret"
	"wherry/internal/yamlfile"
)

// Config is the file as a whole.
type Config struct {
	// The FusionAuth that users are carried to.
	Target Target `yaml:"target"`
	// What all pools of the connector share.
	Connector Connector `yaml:"connector"`
	// The Cognito user pools that users come from.
	Pools []Pool `yaml:"pools" jsonschema:"required,minItems=1"`

	// Dir is where relative paths in the file start: the file's own folder.
	Dir string `yaml:"-"`
}

// Target is the FusionAuth, or Wherry's own server, that users are carried to.
type Target struct {
	// Where it answers, such as https://auth.example.com.
	URL string `yaml:"url"`
	// An API key for it.
	APIKey secret.String `yaml:"api_key"`
	// A file that holds the API key.
	APIKeyFile string `yaml:"api_key_file"`
}

// Load reads the file at path, and completes it with what wherry apply has
// noted. ${NAME} stands for what getenv knows. Its error names every mistake
// with its line, and is a usage error.
func Load(path string, getenv func(string) string) (*Config, error) {
	c, err := LoadAlone(path, getenv)
	if err != nil {
		return nil, err
	}
	return c, c.adopt()
}

// LoadAlone is Load without what wherry apply has noted.
func LoadAlone(path string, getenv func(string) string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the configuration: %w", err),
			"name the file with --config")
	}
	return Parse(path, data, getenv)
}

// Parse is Load for a file whose content is in memory already.
func Parse(path string, data []byte, getenv func(string) string) (*Config, error) {
	c := &Config{Dir: filepath.Dir(path)}
	if err := yamlfile.Read(path, data, getenv, c); err != nil {
		return nil, exit.With(exit.Usage, err, "mend the configuration and run the command again")
	}
	c.SetDefaults()
	return c, nil
}

// Path is where a file that the configuration names is found.
func (c *Config) Path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Dir, name)
}
