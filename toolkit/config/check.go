package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"wherry/internal/exit"
	"wherry/internal/secret"
)

// Check reports every setting that makes no sense, and reads the files that
// hold secrets. See yamlfile.Checker.
func (c *Config) Check(report func(path, format string, args ...any)) {
	k := checker{report: report, file: c.Path}
	c.Target.check(k.at("target"))
	c.Connector.check(k.at("connector"))
	if len(c.Pools) == 0 {
		k.say("pools", "name at least one user pool, by id and client_id")
	}
	names := map[string]int{}
	for i := range c.Pools {
		p, at := &c.Pools[i], k.at(fmt.Sprintf("pools[%d]", i))
		p.check(at)
		name := cmp.Or(p.Name, p.ID)
		if first, taken := names[name]; taken {
			at.say("name", "pools[%d] is called %s too: give one of them another name", first, name)
			continue
		}
		names[name] = i
	}
}

// Valid checks settings that were not read from a file, and completes them
// with the defaults.
func (c *Config) Valid() error {
	var found []string
	c.Check(func(path, format string, args ...any) {
		found = append(found, path+": "+fmt.Sprintf(format, args...))
	})
	if len(found) > 0 {
		return exit.With(exit.Usage, errors.New(strings.Join(found, "\n")), "mend the configuration and run the command again")
	}
	c.SetDefaults()
	return nil
}

func (t *Target) check(k checker) {
	k.secretFile("api_key", &t.APIKey, &t.APIKeyFile)
	if t.URL == "" {
		return // the connector can do without
	}
	if u, err := url.Parse(t.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		k.say("url", "want an address such as https://auth.example.com")
	}
}

// checker reports mistakes below one path of the file.
type checker struct {
	report func(path, format string, args ...any)
	file   func(name string) string
	prefix string
}

func (k checker) at(path string) checker {
	if k.prefix != "" {
		path = k.prefix + "." + path
	}
	k.prefix = path
	return k
}

func (k checker) say(name, format string, args ...any) {
	k.report(k.at(name).prefix, format, args...)
}

// secretFile fills a secret from the file that the setting name_file names,
// which then has done its part.
func (k checker) secretFile(name string, value *secret.String, file *string) {
	switch {
	case *file == "":
	case *value != "":
		k.say(name+"_file", "given together with %s: keep one of them", name)
	default:
		*value = secret.String(strings.TrimSpace(k.read(name+"_file", *file)))
		*file = ""
	}
}

// read is the content of a file, which must hold something.
func (k checker) read(name, file string) string {
	content, err := os.ReadFile(k.file(file))
	switch {
	case err != nil:
		k.say(name, "%v", err)
	case len(bytes.TrimSpace(content)) == 0:
		k.say(name, "%s is empty", file)
	}
	return string(content)
}

// oneOf checks a setting with few values; none means its default.
func oneOf[T ~string](k checker, name string, value T, known ...T) {
	if value != "" && !slices.Contains(known, value) {
		k.say(name, "want one of %v", known)
	}
}

// notNegative checks numbers and durations; none means their default.
func notNegative[T ~int | ~int64](k checker, name string, value T) {
	if value < 0 {
		k.say(name, "must not be negative")
	}
}

// readable checks that a file is there.
func (k checker) readable(name, file string) {
	if file == "" {
		return
	}
	if _, err := os.Stat(k.file(file)); err != nil {
		k.say(name, "%v", err)
	}
}

var (
	poolID   = regexp.MustCompile(`^[\w-]+_[0-9a-zA-Z]+$`)
	poolName = regexp.MustCompile(`^[A-Za-z0-9][\w.~-]*$`)
	clientID = regexp.MustCompile(`^[\w+]{1,128}$`)
	awsName  = regexp.MustCompile(`^(arn:aws[a-z-]*:secretsmanager:|ssm:/).+`)
)
