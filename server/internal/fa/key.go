package fa

// Key is a key of Key Master as the API shows it.
//
// Source: https://fusionauth.io/docs/apis/keys
type Key struct {
	Algorithm         string `json:"algorithm"`
	Certificate       string `json:"certificate,omitzero"` // PEM
	ExpirationInstant int64  `json:"expirationInstant,omitzero"`
	HasPrivateKey     bool   `json:"hasPrivateKey"`
	ID                ID     `json:"id,omitzero"`
	InsertInstant     int64  `json:"insertInstant,omitzero"`
	Issuer            string `json:"issuer,omitzero"`
	KID               string `json:"kid"`
	LastUpdateInstant int64  `json:"lastUpdateInstant,omitzero"`
	Length            int    `json:"length,omitzero"` // bits
	Name              string `json:"name"`
	PublicKey         string `json:"publicKey,omitzero"` // PEM
	Type              string `json:"type"`               // RSA, EC, OKP or HMAC
	Rest              Rest   `json:",embed"`
}

// SigningKey is a Key with its secret half, which no API ever returns.
type SigningKey struct {
	Key
	Secret string `json:"secretMaterial,omitzero"` // PEM, or the HMAC secret in base64
}
