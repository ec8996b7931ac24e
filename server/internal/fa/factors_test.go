package fa_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

func factors() fa.TwoFactor {
	return fa.TwoFactor{
		Methods: []fa.TwoFactorMethod{
			{ID: "A1B2", Method: fa.MethodAuthenticator, Secret: "bWFkZSB1cA=="},
			{ID: "C3D4", Method: fa.MethodSMS, MobilePhone: "+15550100"},
		},
		RecoveryCodes: []string{"ABCDE-FGHIJ"},
	}
}

func TestSecretsOfFactorsAreStoredAndNotShown(t *testing.T) {
	t.Parallel()
	u := fa.NewUser()
	u.TwoFactor = factors()
	for name, answer := range map[string]any{"user": u, "pointer": &u, "list": []fa.User{u}, "answer": map[string]any{"user": &u}} {
		shown, err := fa.Encode(answer)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"bWFkZSB1cA==", "ABCDE-FGHIJ"} {
			if strings.Contains(string(shown), secret) {
				t.Errorf("%s: %s is shown", name, secret)
			}
		}
		if !strings.Contains(string(shown), `{"id":"A1B2","method":"authenticator"}`) {
			t.Errorf("%s: the factor itself is not shown: %s", name, shown)
		}
	}
	if diff := cmp.Diff(factors(), u.TwoFactor); diff != "" {
		t.Errorf("showing the user changed it: %s", diff)
	}
	whole, err := fa.EncodeWhole(u)
	if err != nil {
		t.Fatal(err)
	}
	back := fa.NewUser()
	if err := fa.Decode(whole, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(factors(), back.TwoFactor); diff != "" {
		t.Errorf("stored and read back: %s", diff)
	}
}

func TestFactorsKeepTheSecretsThatClientsNeverSee(t *testing.T) {
	t.Parallel()
	sent := fa.TwoFactor{Methods: []fa.TwoFactorMethod{
		{ID: "A1B2", Method: fa.MethodAuthenticator},
		{ID: "new", Method: fa.MethodAuthenticator},
		{Method: fa.MethodAuthenticator},
		{ID: "C3D4", Method: fa.MethodAuthenticator, Secret: "b3RoZXI="},
	}}
	sent.KeepSecrets(factors())
	want := []string{"bWFkZSB1cA==", "", "", "b3RoZXI="}
	for i, m := range sent.Methods {
		if m.Secret != want[i] {
			t.Errorf("method %d has the secret %q, want %q", i, m.Secret, want[i])
		}
	}
	if diff := cmp.Diff([]string{"ABCDE-FGHIJ"}, sent.RecoveryCodes); diff != "" {
		t.Error(diff)
	}
}

func TestPasswordsNeverBecomePartOfTheDocument(t *testing.T) {
	t.Parallel()
	var request fa.UserRequest
	sent := `{"email":"ada@example.com","password":"p1","currentPassword":"p2","salt":"p3","factor":24000,"favourite":"kept"}`
	if err := fa.Decode([]byte(sent), &request); err != nil {
		t.Fatal(err)
	}
	doc, err := fa.EncodeWhole(request.User)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"p1", "p2", "p3", "24000"} {
		if strings.Contains(string(doc), secret) {
			t.Errorf("the document holds %s: %s", secret, doc)
		}
	}
	if !strings.Contains(string(doc), "favourite") {
		t.Errorf("an unknown property is gone: %s", doc)
	}
}
