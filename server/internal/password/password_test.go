package password_test

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"wherry/server/internal/password"
)

func TestVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.stored.EncryptionScheme+"/"+v.name, func(t *testing.T) {
			t.Parallel()
			if err := password.Schemes.Verify(v.password, v.stored); err != nil {
				t.Errorf("the right password: %v", err)
			}
			if err := password.Schemes.Verify(v.password+"x", v.stored); !errors.Is(err, password.ErrMismatch) {
				t.Errorf("a wrong password: %v, want ErrMismatch", err)
			}
			if err := password.Schemes[v.stored.EncryptionScheme].CheckSalt(v.stored.Salt); err != nil {
				t.Errorf("the salt: %v", err)
			}
		})
	}
}

func TestEverySchemeHasAVector(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, v := range vectors {
		seen[v.stored.EncryptionScheme] = true
	}
	for name := range password.Schemes {
		if !seen[name] {
			t.Errorf("%s has no vector", name)
		}
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.stored.EncryptionScheme+"/"+v.name, func(t *testing.T) {
			t.Parallel()
			s := v.stored
			hash, err := password.Schemes.Hash(s.EncryptionScheme, v.password, s.Salt, s.Factor)
			switch {
			case s.EncryptionScheme == "bcrypt":
				if !errors.Is(err, password.ErrOwnSalt) {
					t.Errorf("got %v, want ErrOwnSalt", err)
				}
			case v.name == "its own parameters":
				if err != nil || hash == s.Hash {
					t.Errorf("got %q, %v: a new hash has the plugin's parameters, not those of an old one", hash, err)
				}
			case err != nil || hash != s.Hash:
				t.Errorf("got %q, %v", hash, err)
			}
		})
	}
}

func TestNewCanBeVerified(t *testing.T) {
	t.Parallel()
	cheap := map[string]int{"bcrypt": 4, "salted-md5": 2, "salted-sha256": 2}
	for name, scheme := range password.Schemes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, err := password.Schemes.New(name, "Grüße aus Köln", cheap[name], rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			if made.EncryptionScheme != name || cheap[name] == 0 && made.Factor != scheme.DefaultFactor {
				t.Errorf("made with %s and factor %d", made.EncryptionScheme, made.Factor)
			}
			if err := scheme.CheckSalt(made.Salt); err != nil {
				t.Errorf("its salt %q: %v", made.Salt, err)
			}
			if err := password.Schemes.Verify("Grüße aus Köln", made); err != nil {
				t.Errorf("the right password: %v", err)
			}
			if err := password.Schemes.Verify("Grüße aus Bonn", made); !errors.Is(err, password.ErrMismatch) {
				t.Errorf("a wrong password: %v, want ErrMismatch", err)
			}
			again, err := password.Schemes.New(name, "Grüße aus Köln", cheap[name], rand.Reader)
			if err != nil || again.Salt == made.Salt || again.Hash == made.Hash {
				t.Errorf("twice the same salt or hash, or %v", err)
			}
		})
	}
}

func TestNewSaysWhyItRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("字", 50)
	for name, c := range map[string]struct {
		scheme, password string
		factor           int
		want             error
	}{
		"unknown scheme":             {"rot13", word, 0, password.ErrScheme},
		"negative factor":            {"salted-md5", word, -1, password.ErrFactor},
		"bcrypt below its minimum":   {"bcrypt", word, 3, password.ErrFactor},
		"bcrypt beyond all patience": {"bcrypt", word, 30, password.ErrFactor},
		"bcrypt beyond 72 bytes":     {"bcrypt", long, 4, password.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := password.Schemes.New(c.scheme, c.password, c.factor, rand.Reader); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A hash of a long password that was cut elsewhere goes on working.
func TestBcryptCutsLongPasswordsWhenVerifying(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 72)
	made, err := password.Schemes.New("bcrypt", long, 4, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := password.Schemes.Verify(long+"and more", made); err != nil {
		t.Error(err)
	}
}

func TestFirebaseProjectsHaveTheirOwnParameters(t *testing.T) {
	t.Parallel()
	scheme, err := password.Firebase{
		SignerKey: "YW4gZXhhbXBsZSdzIHNpZ25lciBrZXk=", SaltSeparator: "ZXhhbXBsZQ==", MemoryCost: 12,
	}.Scheme()
	if err != nil {
		t.Fatal(err)
	}
	schemes := maps.Clone(password.Schemes)
	schemes["acme-firebase"] = scheme
	// Computed with Python's hashlib and cryptography.
	stored := password.Hashed{EncryptionScheme: "acme-firebase", Salt: salt, Hash: "QWXXn99iTfb1lipL31q+NWVetdxFTXc="}
	if err := schemes.Verify(word, stored); err != nil {
		t.Error(err)
	}
}

func TestFirebaseParametersThatAreNone(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]password.Firebase{
		"no signer key":         {MemoryCost: 14},
		"signer key not base64": {SignerKey: "!", MemoryCost: 14},
		"separator not base64":  {SignerKey: "YQ==", SaltSeparator: "!", MemoryCost: 14},
		"no memory cost":        {SignerKey: "YQ=="},
		"absurd memory cost":    {SignerKey: "YQ==", MemoryCost: 40},
	} {
		if _, err := f.Scheme(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestPretend(t *testing.T) {
	t.Parallel()
	for name := range password.Schemes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			factor := map[string]int{"bcrypt": 4, "salted-md5": 2, "salted-sha256": 2}[name]
			if err := password.Schemes.Pretend(name, word, factor); !errors.Is(err, password.ErrMismatch) {
				t.Errorf("got %v, want ErrMismatch as for a wrong password", err)
			}
		})
	}
	if err := password.Schemes.Pretend("rot13", word, 0); !errors.Is(err, password.ErrScheme) {
		t.Errorf("unknown scheme: %v", err)
	}
}

func TestVerifyRefusesWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	argon := func(text string) password.Hashed {
		return password.Hashed{EncryptionScheme: "example-argon2id", Salt: salt, Hash: base64.StdEncoding.EncodeToString([]byte(text))}
	}
	wordPress := func(text string) password.Hashed {
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		return password.Hashed{EncryptionScheme: "example-wordpress-phpass", Salt: encoded, Hash: encoded}
	}
	const tail = "$ZnVzaW9uYXV0aC10ZXN0LXNhbHQ$k88TiHMnC2NklHvvgOaTvg"
	for name, c := range map[string]struct {
		stored password.Hashed
		want   error
	}{
		"unknown scheme":          {password.Hashed{EncryptionScheme: "rot13"}, password.ErrScheme},
		"no scheme":               {password.Hashed{}, password.ErrScheme},
		"chain without end":       {password.Hashed{EncryptionScheme: "salted-md5", Factor: 1 << 31, Salt: salt}, password.ErrFactor},
		"PBKDF2 without end":      {password.Hashed{EncryptionScheme: "salted-pbkdf2-hmac-sha256", Factor: 1 << 30, Salt: salt}, password.ErrFactor},
		"phpass without end":      {password.Hashed{EncryptionScheme: "phpass-md5", Factor: 1 << 30, Salt: "12345678"}, password.ErrFactor},
		"scrypt without end":      {password.Hashed{EncryptionScheme: "example-salted-firebase-scrypt", Factor: 1 << 20, Salt: salt}, password.ErrFactor},
		"salt not base64":         {password.Hashed{EncryptionScheme: "salted-md5", Factor: 1, Salt: "!"}, password.ErrSalt},
		"bcrypt cost":             {password.Hashed{EncryptionScheme: "bcrypt", Factor: 17, Salt: "N9qo8uLOickgx2ZMRZoMye"}, password.ErrFactor},
		"bcrypt without salt":     {password.Hashed{EncryptionScheme: "bcrypt", Factor: 4, Hash: "nrFguZfM005iIjsMRPAlAQcIW94XY/K"}, password.ErrSalt},
		"bcrypt hash too short":   {password.Hashed{EncryptionScheme: "bcrypt", Factor: 4, Salt: "N9qo8uLOickgx2ZMRZoMye", Hash: "nrFg"}, password.ErrHash},
		"bcrypt hash too long":    {password.Hashed{EncryptionScheme: "bcrypt", Factor: 4, Salt: "N9qo8uLOickgx2ZMRZoMye", Hash: "nrFguZfM005iIjsMRPAlAQcIW94XY/Kx"}, password.ErrHash},
		"argon2 not base64":       {password.Hashed{EncryptionScheme: "example-argon2id", Hash: "$argon2id$"}, password.ErrHash},
		"argon2 of another kind":  {argon("$argon2i$v=19$m=8192,t=2,p=4" + tail), password.ErrHash},
		"argon2 odd number":       {argon("$argon2id$v=19$m=+8192,t=2,p=4" + tail), password.ErrHash},
		"argon2 without a key":    {argon("$argon2id$v=19$m=8192,t=2,p=4$ZnVz$"), password.ErrHash},
		"argon2 salt not base64":  {argon("$argon2id$v=19$m=8192,t=2,p=4$!$k88TiHMnC2NklHvvgOaTvg"), password.ErrHash},
		"argon2 too few parts":    {argon("$argon2id$v=19$m=8192,t=2,p=4"), password.ErrHash},
		"argon2 memory":           {argon("$argon2id$v=19$m=4294967295,t=1,p=1" + tail), password.ErrFactor},
		"argon2 passes":           {argon("$argon2id$v=19$m=65536,t=4294967295,p=1" + tail), password.ErrFactor},
		"argon2 no passes":        {argon("$argon2id$v=19$m=65536,t=0,p=1" + tail), password.ErrFactor},
		"argon2 no lanes":         {argon("$argon2id$v=19$m=65536,t=1,p=0" + tail), password.ErrFactor},
		"WordPress without end":   {wordPress("$P$S12345678"), password.ErrSalt},
		"WordPress cut short":     {wordPress("$P$B1234567"), password.ErrSalt},
		"WordPress another kind":  {wordPress("$2y$B12345678T62b5.18O6KTuCHNcKQF9."), password.ErrSalt},
		"WordPress odd character": {wordPress("$P$B1234567!T62b5.18O6KTuCHNcKQF9."), password.ErrSalt},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := password.Schemes.Verify(word, c.stored); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestCheckSalt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scheme, salt string
		good         bool
	}{
		"base64":                {"salted-md5", salt, true},
		"no salt":               {"salted-md5", "", true},
		"no padding":            {"salted-md5", strings.TrimRight(salt, "="), true},
		"leading blank":         {"salted-md5", " " + salt, false},
		"line break":            {"salted-md5", salt[:8] + "\n" + salt[8:], false},
		"padding in the middle": {"salted-md5", "Zg==Zg==", false},
		"URL alphabet":          {"salted-md5", "_-_-", false},
		"bcrypt":                {"bcrypt", "N9qo8uLOickgx2ZMRZoMye", true},
		"bcrypt, none":          {"bcrypt", "", false},
		"bcrypt, in base64":     {"bcrypt", salt, false},
		"bcrypt, whole hash":    {"bcrypt", "$2a$04$N9qo8uLOickgx2Z", false},
		"phpass":                {"phpass-md5", "./aZ0912", true},
		"phpass, none":          {"phpass-sha512", "", false},
		"phpass, odd":           {"phpass-sha512", "1234567$", false},
		"text":                  {"example-custom-md5", "Salz & Pfeffer", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := password.Schemes[c.scheme].CheckSalt(c.salt)
			if c.good != (err == nil) || err != nil && !errors.Is(err, password.ErrSalt) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCheckFactor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scheme string
		factor int
		good   bool
	}{
		"default":                {"salted-pbkdf2-hmac-sha256", 0, true},
		"least":                  {"salted-pbkdf2-hmac-sha256", 1, true},
		"negative":               {"salted-pbkdf2-hmac-sha256", -1, false},
		"of today":               {"salted-pbkdf2-hmac-sha256", 600_000, true},
		"absurd":                 {"salted-pbkdf2-hmac-sha256", 1 << 30, false},
		"bcrypt's least":         {"bcrypt", 4, true},
		"below bcrypt's":         {"bcrypt", 3, false},
		"bcrypt's highest":       {"bcrypt", 30, true},
		"beyond bcrypt's":        {"bcrypt", 31, false},
		"ignored by this scheme": {"salted-hmac-sha256", -7, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := password.Schemes[c.scheme].CheckFactor(c.factor)
			if c.good != (err == nil) || err != nil && !errors.Is(err, password.ErrFactor) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// FuzzVerify holds that whatever is stored is either checked or refused for a
// reason that this package names.
func FuzzVerify(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.stored.EncryptionScheme, v.password, v.stored.Salt, v.stored.Hash, v.stored.Factor%8)
	}
	reasons := []error{
		password.ErrMismatch, password.ErrScheme, password.ErrSalt, password.ErrFactor, password.ErrHash,
	}
	f.Fuzz(func(t *testing.T, scheme, secret, salt, hash string, factor int) {
		if factor > 8 {
			t.Skip("good factors take their time: the table has the absurd ones")
		}
		err := password.Schemes.Verify(secret, password.Hashed{EncryptionScheme: scheme, Factor: factor, Salt: salt, Hash: hash})
		known := func(reason error) bool { return errors.Is(err, reason) }
		if err != nil && !slices.ContainsFunc(reasons, known) {
			t.Errorf("%v", err)
		}
	})
}
