package identity_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

var mailed = fa.TwoFactorMethod{ID: "MAIL", Method: fa.MethodEmail, Email: "ada@example.com"}

// mailing is a world whose tenant sends codes by e-mail, to Ada for one.
func mailing(t *testing.T, methods ...fa.TwoFactorMethod) *world {
	t.Helper()
	w := newWorld(t)
	w.configure(func(v *fa.Tenant) {
		v.MultiFactorConfiguration.Email = fa.FactorConfiguration{Enabled: true, TemplateID: id(50)}
	})
	w.local(adaID, func(u *fa.Account) { u.TwoFactor.Methods = methods })
	return w
}

func (w *world) challenged() *identity.Challenge {
	w.t.Helper()
	out, err := w.signIn("ada", right)
	w.must(err)
	if out.TwoFactor == nil {
		w.t.Fatalf("not asked for a second factor: %+v", out)
	}
	return out.TwoFactor
}

func (w *world) give(id, code string) (*identity.FactorOutcome, error) {
	return w.SignInWithFactor(w.t.Context(), identity.FactorAttempt{ID: id, Code: code})
}

func TestACodeByMail(t *testing.T) {
	t.Parallel()
	w := mailing(t, mailed)
	c := w.challenged()
	if _, err := w.give(c.ID, ""); !errors.Is(err, identity.ErrCode) {
		t.Errorf("no code, though none was sent: %v", err)
	}
	w.must(w.SendForChallenge(t.Context(), c.ID, "MAIL"))
	code, to := w.codes.last()
	if to != "ada@example.com" || len(code) != 6 {
		t.Fatalf("sent %q to %q", code, to)
	}
	out, err := w.give(c.ID, " "+code+" ")
	if err != nil || out.User.ID != adaID || out.Application == nil || out.Application.ID != forum {
		t.Errorf("got %+v, %v", out, err)
	}
	if u := w.user(adaID); u.LastLoginInstant != w.millis() || !u.TwoFactor.Methods[0].LastUsed {
		t.Errorf("not recorded: %+v", u)
	}
}

func TestAMethodByMail(t *testing.T) {
	t.Parallel()
	w := mailing(t)
	m := fa.TwoFactorMethod{Method: fa.MethodEmail, Email: "ada@example.com"}
	w.must(w.SendToEnable(t.Context(), w.user(adaID), nil, m))
	first, _ := w.codes.last()
	w.must(w.SendToEnable(t.Context(), w.user(adaID), nil, m))
	code, _ := w.codes.last()
	enable := func(code string, m fa.TwoFactorMethod) error {
		_, err := w.EnableMethod(t.Context(), w.user(adaID), identity.NewMethod{Method: m, Code: code})
		return err
	}
	if err := enable(first, m); first != code && !errors.Is(err, identity.ErrCode) {
		t.Errorf("the code before: %v", err)
	}
	elsewhere := m
	elsewhere.Email = "eve@example.com"
	if err := enable(code, elsewhere); !errors.Is(err, identity.ErrCode) {
		t.Errorf("for another address: %v", err)
	}
	w.must(enable(code, m))
	u := w.user(adaID)
	if len(u.TwoFactor.Methods) != 1 || len(u.TwoFactor.Methods[0].ID) != 4 || len(u.TwoFactor.RecoveryCodes) != 10 {
		t.Errorf("got %+v", u.TwoFactor)
	}
	w.must(w.SendToDisable(t.Context(), u, nil, u.TwoFactor.Methods[0].ID))
	code, _ = w.codes.last()
	w.advance(time.Minute)
	if err := w.DisableMethod(t.Context(), u, u.TwoFactor.Methods[0].ID, code); !errors.Is(err, identity.ErrCode) {
		t.Errorf("a code that is a minute old: %v", err)
	}
}

// TestOneOfManyHasTheCode: of many who come with the same code at once, one
// comes in; that holds for sent codes and for recovery codes.
func TestOneOfManyHasTheCode(t *testing.T) {
	t.Parallel()
	w := mailing(t, mailed)
	_, err := w.db.UpdateUser(t.Context(), adaID, func(u *fa.Account) error {
		u.TwoFactor.RecoveryCodes = []string{"AAAAA-BBBBB"}
		return nil
	})
	w.must(err)
	sent := w.challenged()
	w.must(w.SendForChallenge(t.Context(), sent.ID, "MAIL"))
	code, _ := w.codes.last()
	crowd := func(challenge func() string, code string) (in int64) {
		var all sync.WaitGroup
		var count atomic.Int64
		for range 4 {
			id := challenge()
			all.Go(func() {
				if _, err := w.give(id, code); err == nil {
					count.Add(1)
				}
			})
		}
		all.Wait()
		return count.Load()
	}
	if in := crowd(func() string { return sent.ID }, code); in != 1 {
		t.Errorf("%d came in with one code", in)
	}
	if in := crowd(func() string { return w.challenged().ID }, "aaaaa-bbbbb"); in != 1 {
		t.Errorf("%d came in with one recovery code", in)
	}
}

// TestNothingOfCodesIsKept: neither codes nor the ids that they go with stand in
// the database.
func TestNothingOfCodesIsKept(t *testing.T) {
	t.Parallel()
	w := mailing(t, mailed)
	c := w.challenged()
	w.must(w.SendForChallenge(t.Context(), c.ID, "MAIL"))
	code, _ := w.codes.last()
	var kept map[string]any
	w.must(w.db.Identifier(t.Context(), "twoFactorId", c.ID, &kept))
	for name, value := range kept {
		if text, _ := value.(string); strings.Contains(text, code) || strings.Contains(text, c.ID) {
			t.Errorf("%s has a secret in it", name)
		}
	}
	if kept["code"] == "" || kept["code"] == nil {
		t.Error("there is no hash of the code")
	}
}

func TestNobodyIsFloodedWithCodes(t *testing.T) {
	t.Parallel()
	w := mailing(t, mailed)
	for range 30 {
		w.must(w.SendToDisable(t.Context(), w.user(adaID), nil, "MAIL"))
	}
	if err := w.SendForChallenge(t.Context(), w.challenged().ID, "MAIL"); !errors.Is(err, identity.ErrRateLimited) {
		t.Errorf("one more: %v", err)
	}
	w.advance(15 * time.Minute)
	w.must(w.SendForChallenge(t.Context(), w.challenged().ID, "MAIL"))
}
