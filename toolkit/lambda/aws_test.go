package lambda

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"wherry/internal/exit"
)

// keeper answers as Secrets Manager and the Parameter Store do, as far as one
// secret of each goes.
func keeper(w http.ResponseWriter, r *http.Request) {
	var in struct {
		SecretID       string `json:"SecretId"`
		Name           string
		WithDecryption bool
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	switch target := r.Header.Get("X-Amz-Target"); {
	case signed && target == "secretsmanager.GetSecretValue" && in.SecretID == ref:
		_, _ = io.WriteString(w, `{"ARN":"`+ref+`","SecretString":"a secret only for tests"}`)
	case signed && target == "secretsmanager.GetSecretValue" && in.SecretID == ref+"2":
		_, _ = io.WriteString(w, `{"SecretString":"{\"password\":\"hunter2\"}"}`)
	case signed && target == "AmazonSSM.GetParameter" && in.Name == "/wherry/secret" && in.WithDecryption:
		_, _ = io.WriteString(w, `{"Parameter":{"Name":"/wherry/secret","Type":"SecureString","Value":"another secret only for tests"}}`)
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException","message":"not here"}`)
	}
}

func TestVault(t *testing.T) {
	aws := httptest.NewServer(http.HandlerFunc(keeper))
	t.Cleanup(aws.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
		"AWS_CONFIG_FILE": "/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
	} {
		t.Setenv(name, value)
	}
	ask, err := newVault(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ ref, want, fails string }{
		{ref, "a secret only for tests", ""},
		{"ssm:/wherry/secret", "another secret only for tests", ""},
		{"ssm:/wherry/other", "", "read the secret ssm:/wherry/other"},
		{ref + "1", "", "ResourceNotFoundException"},
		{ref + "2", "", "is a JSON document"},
		{"secret", "", "want the ARN"},
	} {
		got, err := ask(t.Context(), tt.ref)
		switch {
		case tt.fails == "" && (err != nil || got.Reveal() != tt.want):
			t.Errorf("%s: got %q, %v", tt.ref, got.Reveal(), err)
		case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails) || exit.Hint(err) == ""):
			t.Errorf("%s: got %v, want %s and a hint", tt.ref, err, tt.fails)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: the error shows the secret: %v", tt.ref, err)
		}
	}
}
