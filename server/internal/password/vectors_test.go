package password_test

import "wherry/server/internal/password"

// vector is a hash that something else than this package has made.
type vector struct {
	name, password string
	stored         password.Hashed
}

const (
	word = "Password#1"
	salt = "ZnVzaW9uYXV0aC10ZXN0LXNhbHQ=" // fusionauth-test-salt
)

// vectors: "published" ones stand in FusionAuth's import scripts or beside a
// published plugin; the others were computed with Python's hashlib and hmac, with
// its cryptography package for argon2id, and with Debian's crypt(3) for bcrypt.
var vectors = []vector{
	{"published by FusionAuth", "password", password.Hashed{
		"salted-pbkdf2-hmac-sha256", 24000, "huT0jZQYfZ2frJeZx29J4YTL7SWqeqAIoFQ35TdkTkI=",
		"jHsm+KgtcleCjG/jyC7SuY088G2n/2eiZyNYYEianwU=",
	}},
	{"one round", word, password.Hashed{"salted-md5", 1, salt, "uGTXo/m11tnCpHwzGp0wsA=="}},
	{"many rounds", word, password.Hashed{"salted-md5", 20000, salt, "a9Jrd6+q7awYI7kb+i3rXA=="}},
	{"one round", word, password.Hashed{"salted-sha256", 1, salt, "xsguRpIWSlLcNkD/vPyciADgnZUBzj5FZswEe33i/Kg="}},
	{"many rounds", word, password.Hashed{"salted-sha256", 20000, salt, "n4sQyYFaaelGOiO27xhrwXgUM47ws1AKS30B82QkkDM="}},
	{"no factor", word, password.Hashed{"salted-hmac-sha256", 0, salt, "dFG550xgWqx4qkkI1G2irMyz+PG6yE4TaxTe6yCok20="}},
	{"any factor", word, password.Hashed{"salted-hmac-sha256", 1 << 30, salt, "dFG550xgWqx4qkkI1G2irMyz+PG6yE4TaxTe6yCok20="}},
	{"32 bytes", word, password.Hashed{"salted-pbkdf2-hmac-sha256", 24000, salt, "LZRz6DqUBVeWm5xW5USxJBffPUVPAdXYq5XsSzA+urc="}},
	{"default factor", word, password.Hashed{"salted-pbkdf2-hmac-sha256", 0, salt, "LZRz6DqUBVeWm5xW5USxJBffPUVPAdXYq5XsSzA+urc="}},
	{"64 bytes", word, password.Hashed{
		"salted-pbkdf2-hmac-sha256-512", 24000, salt,
		"LZRz6DqUBVeWm5xW5USxJBffPUVPAdXYq5XsSzA+urfLDpJLK7PHelR9obxSM+ZXMJyG8yBiCFRmqX6so9wLrA==",
	}},
	{"64 bytes", word, password.Hashed{
		"salted-pbkdf2-hmac-sha512-512", 24000, salt,
		"A8NA8k3d+bTNmXC1G4Er3LgiiYSpCF+fdm12+Q4f5rV3gecYaCc3M0e5c8z+dJvDj8ZpmgRZTvhSB37eKaLH6A==",
	}},
	{"cost 4", word, password.Hashed{"bcrypt", 4, "N9qo8uLOickgx2ZMRZoMye", "nrFguZfM005iIjsMRPAlAQcIW94XY/K"}},
	{"cost 10", word, password.Hashed{"bcrypt", 10, "N9qo8uLOickgx2ZMRZoMye", "57y25SW0HlBzOTgs7snOE3kmSelVcj6"}},
	{"$P$B", word, password.Hashed{"phpass-md5", 8192, "12345678", "T62b5.18O6KTuCHNcKQF9."}},
	{"43 characters", word, password.Hashed{"phpass-sha512", 8192, "12345678", "di.87aVUjFpYlbJ4uOfeUBZtchAkCoAI06la5XVXEhJ"}},

	{"one round", word, password.Hashed{
		"example-salted-sha512", 1, salt,
		"w+VuJ9qsGyvTGQNItvNaTCBD8LKDnFdBpUO8yPVML2tiX+OVeXcHKT3PZUGxJJMRaM/gO7cXenZcPcHgkVN8fA==",
	}},
	{"many rounds", word, password.Hashed{
		"example-salted-sha512", 20000, salt,
		"GulaKUp33Oy/R4Y4LdEIw1aISg62djdvWpyql6lnb52+Z9vgPaEneZ4p9bJQ0v8Yt8UKbfr+QwV4lF57x84Qig==",
	}},
	{"published", "password", password.Hashed{
		"example-salt-appended-md5", 1, "vywLzGDZgQgld4q3XtlBQo4QC1cf+ktM5BxMZPV7R+Q=",
		"Nz6r9nFbQciP1fCeOx9Q1b8sC8xg2YEIJXeKt17ZQUKOEAtXH/pLTOQcTGT1e0fk",
	}},
	{"many rounds", word, password.Hashed{"example-salt-appended-md5", 20000, salt, "a9Jrd6+q7awYI7kb+i3rXGZ1c2lvbmF1dGgtdGVzdC1zYWx0"}},
	{"one round", word, password.Hashed{
		"example-ldap-salted-sha512", 1, salt,
		"w+VuJ9qsGyvTGQNItvNaTCBD8LKDnFdBpUO8yPVML2tiX+OVeXcHKT3PZUGxJJMRaM/gO7cXenZcPcHgkVN8fGZ1c2lvbmF1dGgtdGVzdC1zYWx0",
	}},
	{"one round", word, password.Hashed{"example-custom-md5", 1, salt, "YSMaUwe2IbUYN9nnlFWhMA=="}},
	{"many rounds", word, password.Hashed{"example-custom-md5", 20000, salt, "NfiJ7lswqH8BVgPVs6Bgwg=="}},
	{"as the built-in", word, password.Hashed{"example-phpass-md5", 8192, "12345678", "T62b5.18O6KTuCHNcKQF9."}},
	{"published", "bitnami", password.Hashed{
		"example-wordpress-phpass", 8, "JFAkQlZyZHNXL05VdVhEaTBPZDB1VWRrMlNuSkhIbVEwMQ==",
		"JFAkQlZyZHNXL05VdVhEaTBPZDB1VWRrMlNuSkhIbVEwMQ==",
	}},
	{"published", "password123", password.Hashed{
		"example-salted-pbkdf2-hmac-sha1-10000", 0,
		"1484161696d0ca62390273b98846f49671cecd78", "4761D3392092F9CA6036B53DC92C6D7F3D597576",
	}},
	{"published", "supersecret", password.Hashed{
		"example-Rfc2898DeriveBytes", 0, "kRFX5m/BqReD4A/T3I8Mmw==",
		"cLnH//fo7KABqHgfAjE869G7BEC9yEOErUP/PxJsBxQ=",
	}},
	{"published", "Pa$$w0rd", password.Hashed{
		"example-asp-identity-v2", 1000, "6kdZf5YTMc+TOesPH3Tgog==",
		"5PIdsgm04ogWFXbJEzf9U6HhLqQJWPP80rB9981LIwY=",
	}},
	{"default factor", word, password.Hashed{
		"example-keycloak", 0, salt,
		"UPhnQsRJSJG2M6cCfpe9Az6M2tk8/tgLmYs/f3Uqea2HF5S8F9Q39gTwPKrGyMMOUPGfyy/3WP2GA8wOCPzxWA==",
	}},
	{"published", "fusionauth123", password.Hashed{
		"example-salted-firebase-scrypt", 8, "KK9U4hSXPLgBSw==",
		"2Z/xOyVm3l0i4k9WNgMubOXKG6yBYj6U/wiSlvTK6w3Cgx47a4BvGAZUKFTubO43nheb8teCp0vDoIH6KPWyXQ==",
	}},
	{"published", "averylongandunguessablepasswordwithlotsofrandominfooofisjoafasnr;,n1", password.Hashed{
		"example-salted-stytch-scrypt", 0, "BbV-sGQqUIX1NwE6uqtSITv4fa1iMw==", "uiOC/BwbKta9R9QL6Ss6KTDpCcULh9/zhObl5j4398M=",
	}},
	{"published", "password", password.Hashed{
		"example-argon2id", 1, "4MTVxbvk8swI0ys2Lf4saeR3swRvn0f2",
		"JGFyZ29uMmlkJHY9MTkkbT02NTUzNix0PTEscD0xJDRNVFZ4YnZrOHN3STB5czJMZjRzYWVSM3N3UnZuMGYyJFJNMkZDazUzcEV3MmVuMEpXdG9JcVd1M2M5eEp2aGIvN0dSeDhLa1g5a1U=",
	}},
	{"its own parameters", word, password.Hashed{
		"example-argon2id", 1, salt,
		"JGFyZ29uMmlkJHY9MTkkbT04MTkyLHQ9MixwPTQkWm5WemFXOXVZWFYwYUMxMFpYTjBMWE5oYkhRJGs4OFRpSE1uQzJOa2xIdnZnT2FUdmc=",
	}},
}
