package cognito

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"wherry/internal/secret"
)

// SignIn is a sign-in that proved the password.
type SignIn struct {
	Outcome  Outcome // Tokens, or what Cognito wants beside the password
	Username string  // Cognito's own name of the user; "" if it was not told

	// Of Outcome Tokens only.
	AccessToken, IDToken, RefreshToken secret.String

	// Factors are those that the user may choose from or set up, by Cognito's
	// names: SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP.
	Factors []string
}

// SignIn puts a password before Cognito. It succeeds if, and only if, the
// password is proven to be right. Challenges are never answered, but for the
// one that is the password's own proof (SRP).
func (c *Client) SignIn(ctx context.Context, login string, password secret.String) (*SignIn, error) {
	if !possible(login, password) {
		return nil, &Failure{Operation: "SignIn", Outcome: WrongCredentials, Hint: "no Cognito user can have such a login id or password"}
	}
	switch c.Flow {
	case string(types.AuthFlowTypeAdminUserPasswordAuth):
		return c.adminPassword(ctx, login, password)
	case string(types.AuthFlowTypeUserSrpAuth):
		return c.srp(ctx, login, password)
	default:
		return c.password(ctx, login, password)
	}
}

// possible spares Cognito what its API would not even accept. Cognito answers
// such requests with errors that look like our own mistakes.
func possible(login string, password secret.String) bool {
	const longestLogin, longestPassword = 2048, 256 // an e-mail alias is an attribute: 2048 characters
	if login == "" || password == "" || utf8.RuneCountInString(string(password)) > longestPassword {
		return false
	}
	for _, r := range login {
		if !unicode.In(r, unicode.L, unicode.M, unicode.S, unicode.N, unicode.P) {
			return false
		}
	}
	return utf8.ValidString(login) && utf8.RuneCountInString(login) <= longestLogin
}

func (c *Client) password(ctx context.Context, login string, password secret.String) (*SignIn, error) {
	out, err := call(ctx, initiate, &idp.InitiateAuthInput{
		AuthFlow:       types.AuthFlowTypeUserPasswordAuth,
		ClientId:       &c.ClientID,
		AuthParameters: c.withSecretHash(login, map[string]string{"USERNAME": login, "PASSWORD": password.Reveal()}),
	}, c.api.InitiateAuth)
	if err != nil {
		return nil, err
	}
	return conclude(ctx, initiate, out.AuthenticationResult, out.ChallengeName, out.ChallengeParameters)
}

func (c *Client) adminPassword(ctx context.Context, login string, password secret.String) (*SignIn, error) {
	out, err := signed(ctx, c, adminInitiate, &idp.AdminInitiateAuthInput{
		AuthFlow:       types.AuthFlowTypeAdminUserPasswordAuth,
		UserPoolId:     &c.PoolID,
		ClientId:       &c.ClientID,
		AuthParameters: c.withSecretHash(login, map[string]string{"USERNAME": login, "PASSWORD": password.Reveal()}),
	}, c.api.AdminInitiateAuth)
	if err != nil {
		return nil, err
	}
	return conclude(ctx, adminInitiate, out.AuthenticationResult, out.ChallengeName, out.ChallengeParameters)
}

const (
	initiate      = "InitiateAuth"
	adminInitiate = "AdminInitiateAuth"
	respond       = "RespondToAuthChallenge"
)

// conclude reads what all sign-in operations answer.
func conclude(ctx context.Context, operation string, tokens *types.AuthenticationResultType, name types.ChallengeNameType, parameters map[string]string) (*SignIn, error) {
	switch {
	case name != "":
		outcome := challenge(string(name))
		concluded(ctx, outcome, string(name))
		if !outcome.ProvesPassword() {
			return nil, &Failure{Operation: operation, Outcome: outcome, Code: string(name), Hint: "the answer was a challenge that does not prove the password"}
		}
		return &SignIn{Outcome: outcome, Username: parameters["USER_ID_FOR_SRP"], Factors: factors(parameters)}, nil
	case tokens != nil && aws.ToString(tokens.AccessToken) != "":
		concluded(ctx, Tokens, "")
		return &SignIn{
			Outcome:      Tokens,
			AccessToken:  secret.String(*tokens.AccessToken),
			IDToken:      secret.String(aws.ToString(tokens.IdToken)),
			RefreshToken: secret.String(aws.ToString(tokens.RefreshToken)),
		}, nil
	default:
		concluded(ctx, Unclassified, "")
		return nil, &Failure{Operation: operation, Outcome: Unclassified, Hint: "the answer held neither tokens nor a challenge"}
	}
}

// factors reads lists that Cognito writes as JSON text.
func factors(parameters map[string]string) []string {
	var list []string
	for _, key := range []string{"MFAS_CAN_CHOOSE", "MFAS_CAN_SETUP"} {
		if text, ok := parameters[key]; ok && json.Unmarshal([]byte(text), &list) == nil {
			return list
		}
	}
	return nil
}

func (c *Client) withSecretHash(username string, parameters map[string]string) map[string]string {
	if c.ClientSecret != "" {
		parameters["SECRET_HASH"] = secretHash(username, c.ClientID, c.ClientSecret)
	}
	return parameters
}

// secretHash is Base64(HMAC-SHA256(client secret, username + client id)). The
// username is byte for byte the USERNAME of the same request.
func secretHash(username, clientID string, clientSecret secret.String) string {
	mac := hmac.New(sha256.New, []byte(clientSecret.Reveal()))
	mac.Write([]byte(username + clientID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
