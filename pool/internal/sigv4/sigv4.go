// Package sigv4 checks AWS Signature Version 4, as the service cognito-idp.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"wherry/pool/internal/refuse"
)

// Credential is one access key.
type Credential struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string    // "" for a key that lasts
	Expires         time.Time // zero: never
	Actions         []string  // such as "cognito-idp:ListUsers" or "cognito-idp:Admin*"; nil: all
}

// Checker checks the signatures of requests. Without Credentials it accepts
// any signature, but it does want one.
type Checker struct {
	Credentials []Credential
	Now         func() time.Time
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	service   = "cognito-idp"
	stamp     = "20060102T150405Z"
	tolerance = 5 * time.Minute
)

// authorization is the header taken apart.
type authorization struct {
	key, scope    string // scope: date/region/service/aws4_request
	signedHeaders []string
	signature     string
}

// Check refuses a request that is not signed well, or whose key may not do
// the operation.
func (c *Checker) Check(r *http.Request, body []byte, operation string) error {
	header := r.Header.Get("Authorization")
	if header == "" {
		return refuse.With("MissingAuthenticationToken", "Missing Authentication Token")
	}
	auth, err := parse(header)
	if err != nil || len(c.Credentials) == 0 {
		return err
	}
	i := slices.IndexFunc(c.Credentials, func(k Credential) bool { return k.AccessKeyID == auth.key })
	if i < 0 || c.Credentials[i].SessionToken != r.Header.Get("X-Amz-Security-Token") {
		return refuse.With("UnrecognizedClient", "The security token included in the request is invalid.")
	}
	k := &c.Credentials[i]
	if !k.Expires.IsZero() && c.Now().After(k.Expires) {
		return refuse.With("ExpiredToken", "The security token included in the request is expired")
	}
	if err := c.fresh(r.Header.Get("X-Amz-Date")); err != nil {
		return err
	}
	want := sign(k.SecretAccessKey, auth, r.Header.Get("X-Amz-Date"), canonical(r, body, auth.signedHeaders))
	if !hmac.Equal([]byte(want), []byte(auth.signature)) {
		return refuse.With("InvalidSignature", "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return k.may(operation)
}

// parse takes an Authorization header apart.
func parse(header string) (authorization, error) {
	kind, rest, _ := strings.Cut(header, " ")
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if kind != algorithm || fields[name] == "" {
			return authorization{}, refuse.With("IncompleteSignature", "Authorization header requires '%s' parameter.", name)
		}
	}
	parts := strings.Split(fields["Credential"], "/")
	if len(parts) != 5 || parts[4] != "aws4_request" {
		return authorization{}, refuse.With("IncompleteSignature", "Credential must have 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
	}
	if parts[3] != service {
		return authorization{}, refuse.With("InvalidSignature", "Credential should be scoped to correct service: '%s'. ", service)
	}
	return authorization{
		key: parts[0], scope: strings.Join(parts[1:], "/"),
		signedHeaders: strings.Split(fields["SignedHeaders"], ";"), signature: fields["Signature"],
	}, nil
}

// fresh refuses signatures that are older, or newer, than clocks differ.
func (c *Checker) fresh(date string) error {
	at, err := time.Parse(stamp, date)
	if err != nil {
		return refuse.With("IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", date)
	}
	now := c.Now()
	switch {
	case at.Before(now.Add(-tolerance)):
		return refuse.With("InvalidSignature", "Signature expired: %s is now earlier than %s (%s - 5 min.)",
			date, now.Add(-tolerance).Format(stamp), now.Format(stamp))
	case at.After(now.Add(tolerance)):
		return refuse.With("InvalidSignature", "Signature not yet current: %s is still later than %s (%s + 5 min.)",
			date, now.Add(tolerance).Format(stamp), now.Format(stamp))
	default:
		return nil
	}
}

// canonical is the digest of the request in its canonical form.
func canonical(r *http.Request, body []byte, signedHeaders []string) string {
	var b strings.Builder
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	fmt.Fprintf(&b, "%s\n%s\n%s\n", r.Method, path, query(r.URL.Query()))
	for _, name := range signedHeaders {
		values := slices.Clone(r.Header.Values(name))
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{fmt.Sprint(r.ContentLength)}
		}
		for i, v := range values {
			values[i] = strings.Join(strings.Fields(v), " ")
		}
		fmt.Fprintf(&b, "%s:%s\n", name, strings.Join(values, ","))
	}
	fmt.Fprintf(&b, "\n%s\n%s", strings.Join(signedHeaders, ";"), digest(body))
	return digest([]byte(b.String()))
}

func query(values url.Values) string {
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// sign is the signature that a request should bear.
func sign(secret string, auth authorization, date, canonical string) string {
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(auth.scope, "/") {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, strings.Join([]string{algorithm, date, auth.scope, canonical}, "\n")))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// may refuses what a key is not allowed to do.
func (k *Credential) may(operation string) error {
	action := service + ":" + operation
	for _, allowed := range k.Actions {
		prefix, wild := strings.CutSuffix(allowed, "*")
		if allowed == action || wild && strings.HasPrefix(action, prefix) {
			return nil
		}
	}
	if k.Actions == nil {
		return nil
	}
	return refuse.With("AccessDenied", "User: arn:aws:iam::123456789012:user/%s is not authorized to perform: %s "+
		"because no identity-based policy allows the %s action", k.AccessKeyID, action, action)
}
