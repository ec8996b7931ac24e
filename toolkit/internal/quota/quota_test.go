package quota

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"wherry/toolkit/internal/cognito"
)

// TestRates cannot be parallel: the SDK takes the endpoint from the
// environment.
func TestRates(t *testing.T) {
	status, pages := http.StatusOK, []string{
		`{"Quotas": [{"QuotaName": "Rate of UserList requests", "Value": 30, "Period": {"PeriodUnit": "SECOND", "PeriodValue": 1}}, {"QuotaName": "Users per pool", "Value": 40000000}], "NextToken": "1"}`,
		`{"Quotas": [{"QuotaName": "Rate of UserRead requests", "Value": 7200, "Period": {"PeriodUnit": "MINUTE", "PeriodValue": 1}}, {"QuotaName": "Rate of UserPoolRead requests", "Value": 15}]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ ServiceCode, NextToken string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.ServiceCode != "cognito-idp" {
			t.Errorf("%+v, %v", in, err)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		page := pages[0]
		if in.NextToken != "" {
			page = pages[1]
		}
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_SERVICE_QUOTAS", server.URL)
	c, err := cognito.New(t.Context(), cognito.Options{
		PoolID: "eu-west-1_ExamplePool", Region: "eu-west-1", ClientID: "1example23456789", Once: true,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Rates(t.Context(), c)
	if diff := cmp.Diff(map[string]float64{"UserList": 30, "UserRead": 120, "UserPoolRead": 15}, got); err != nil || diff != "" {
		t.Error(diff, err)
	}
	status, pages[0] = http.StatusBadRequest, `{"__type": "AccessDeniedException", "message": "no"}`
	if _, err := Rates(t.Context(), c); !cognito.Denied(err) {
		t.Errorf("got %v", err)
	}
}
