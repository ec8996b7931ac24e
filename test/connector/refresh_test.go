package connector

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

// refresh tries a refresh token.
func (b *bench) refresh(token string) error {
	in := &cip.GetTokensFromRefreshTokenInput{ClientId: &b.client, RefreshToken: &token}
	if b.secret != "" {
		in.ClientSecret = &b.secret
	}
	direct := cip.New(cip.Options{Region: "us-east-1", BaseEndpoint: &b.wire.url, Credentials: aws.AnonymousCredentials{}})
	_, err := direct.GetTokensFromRefreshToken(b.Context(), in)
	return err
}
