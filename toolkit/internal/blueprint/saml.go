package blueprint

import (
	"cmp"
	"encoding/xml"
	"errors"
	"slices"
	"strings"

	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/target"
)

// metadata is what we need of a SAML provider's metadata.
//
// Source: Metadata for the OASIS Security Assertion Markup Language V2.0,
// sections 2.4.1 and 2.4.3.
type metadata struct {
	Descriptor struct {
		Keys []struct {
			Use          string   `xml:"use,attr"`
			Certificates []string `xml:"KeyInfo>X509Data>X509Certificate"`
		} `xml:"KeyDescriptor"`
		Services []struct {
			Binding  string `xml:"Binding,attr"`
			Location string `xml:"Location,attr"`
		} `xml:"SingleSignOnService"`
	} `xml:"IDPSSODescriptor"`
}

// readMetadata returns where people sign in, whether by POST, and the
// certificate of the key that signs assertions, as PEM.
func readMetadata(text string) (endpoint string, post bool, certificate string, err error) {
	var m metadata
	if err := xml.Unmarshal([]byte(text), &m); err != nil {
		return "", false, "", err
	}
	for _, s := range m.Descriptor.Services {
		redirect := strings.HasSuffix(s.Binding, ":HTTP-Redirect")
		if redirect || endpoint == "" && strings.HasSuffix(s.Binding, ":HTTP-POST") {
			endpoint, post = s.Location, !redirect
		}
		if redirect {
			break
		}
	}
	for _, k := range m.Descriptor.Keys {
		if k.Use != "encryption" && len(k.Certificates) > 0 {
			certificate = pemOf(k.Certificates[0])
			break
		}
	}
	if endpoint == "" || certificate == "" {
		return "", false, "", errors.New("it names no place to sign in, or no certificate")
	}
	return endpoint, post, certificate, nil
}

// pemOf is the Base64 of a certificate as PEM: lines of 64 characters.
func pemOf(base64 string) string {
	text := strings.Join(strings.Fields(base64), "")
	var lines []string
	for chunk := range slices.Chunk([]byte(text), 64) {
		lines = append(lines, string(chunk))
	}
	return "-----BEGIN CERTIFICATE-----\n" + strings.Join(lines, "\n") + "\n-----END CERTIFICATE-----\n"
}

func saml(b *builder, p poolconfig.Provider) doc {
	text := cmp.Or(b.Apply.Providers[p.ProviderName].Metadata, p.Detail("MetadataFile"), b.Metadata[p.ProviderName])
	endpoint, post, certificate, err := readMetadata(text)
	if err != nil {
		b.note("identity provider "+p.ProviderName, "its metadata cannot be read: "+err.Error(),
			"save the metadata, name the file with apply.providers."+p.ProviderName+".metadata_file, and apply again")
		return nil
	}
	id, name := b.id("key", p.ProviderName), b.title(p.ProviderName)
	b.add(target.Object{Kind: target.Key, ID: id, Name: name, First: doc{"name": name, "certificate": certificate}})
	if p.Detail("EncryptedResponses") == "true" {
		b.note("identity provider "+p.ProviderName, "it encrypts assertions with Cognito's key", "import a key into FusionAuth, set assertionDecryptionConfiguration, and give the provider the certificate")
	}
	d := doc{
		"type": "SAMLv2", "idpEndpoint": endpoint, "keyId": id, "postRequest": post, "buttonText": "Sign in with " + p.ProviderName,
		"useNameIdForEmail": p.AttributeMapping["email"] == "",
	}
	if claim := p.AttributeMapping["email"]; claim != "" {
		d["emailClaim"] = claim
	}
	if claim := p.AttributeMapping["preferred_username"]; claim != "" {
		d["usernameClaim"] = claim
	}
	return d
}
