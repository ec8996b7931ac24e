package deliver

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"wherry/server/internal/fa"
)

func messenger(url string) *fa.Messenger {
	m := fa.NewMessenger()
	m.Name, m.Type, m.URL, m.ConnectTimeout, m.ReadTimeout = "Texts", fa.MessengerGeneric, url, 5000, 5000
	m.HTTPAuthenticationUsername, m.HTTPAuthenticationPassword = "wherry", "made-up-password"
	m.Headers = map[string]string{"X-Made-Up": "yes"}
	return &m
}

func TestAMessengerIsGivenAMessage(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body string
	url := endpoint(t, func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got, body = r, string(raw)
	})
	d := &Messengers{AllowPrivate: true}
	if err := d.Call(t.Context(), messenger(url), fa.SMSMessage{Code: "123456", PhoneNumber: "+15555550100", TextMessage: "Code: 123456", UserID: userID}); err != nil {
		t.Fatal(err)
	}
	if want := `{"code":"123456","phoneNumber":"+15555550100","textMessage":"Code: 123456","userId":"` + string(userID) + `"}`; body != want {
		t.Errorf("sent %s, want %s", body, want)
	}
	if name, secret, ok := got.BasicAuth(); !ok || name != "wherry" || secret != "made-up-password" || got.Header.Get("X-Made-Up") != "yes" {
		t.Errorf("headers: %v", got.Header)
	}
}

// TestTwilioIsGivenAMessage: in its own form, from a number or by a service.
func TestTwilioIsGivenAMessage(t *testing.T) {
	t.Parallel()
	for service, want := range map[string]string{
		"":       "Body=Code%3A+123456&From=%2B15555550199&To=%2B15555550100",
		"MGmade": "Body=Code%3A+123456&MessagingServiceSid=MGmade&To=%2B15555550100",
	} {
		var got *http.Request
		var body string
		m := fa.NewMessenger()
		m.Name, m.Type, m.AccountSID, m.AuthToken, m.FromPhoneNumber, m.MessagingServiceSID = "Twilio", fa.MessengerTwilio, "ACmade/up", "made-up-token", "+15555550199", service
		m.URL = endpoint(t, func(w http.ResponseWriter, r *http.Request) {
			raw, _ := io.ReadAll(r.Body)
			got, body = r, string(raw)
			w.WriteHeader(http.StatusCreated)
		})
		if err := (&Messengers{AllowPrivate: true}).Call(t.Context(), &m, fa.SMSMessage{Code: "123456", PhoneNumber: "+15555550100", TextMessage: "Code: 123456", UserID: userID}); err != nil {
			t.Fatal(err)
		}
		name, secret, _ := got.BasicAuth()
		if body != want || got.URL.EscapedPath() != "/2010-04-01/Accounts/ACmade%2Fup/Messages.json" || name != "ACmade/up" || secret != "made-up-token" ||
			got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("sent %s to %s with %v", body, got.URL, got.Header)
		}
	}
}

func TestAMessengerThatDoesNotTakeIt(t *testing.T) {
	t.Parallel()
	kafka := messenger("")
	kafka.Type = "Kafka"
	for name, tt := range map[string]struct {
		messenger *fa.Messenger
		private   bool
		want      string
	}{
		"an error":   {messenger(endpoint(t, answers(500, "+15555550100"))), true, "the messenger [Texts]: it answered with the status 500"},
		"a redirect": {messenger(endpoint(t, answers(302, ""))), true, "status 302"},
		"private":    {messenger(endpoint(t, answers(200, ""))), false, "--allow-private-connectors"},
		"of a type":  {kafka, true, "type Kafka cannot be used"},
	} {
		d := &Messengers{AllowPrivate: tt.private}
		err := d.Call(t.Context(), tt.messenger, fa.SMSMessage{PhoneNumber: "+15555550100", TextMessage: "secret text"})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "5555550100") || strings.Contains(err.Error(), "secret text") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
