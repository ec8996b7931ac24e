package cognito

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"wherry/internal/secret"
)

// srp proves the password without sending it, for app clients that allow
// nothing else. PASSWORD_VERIFIER comes before any proof, and for unknown
// users too: only the answer after it counts. (The library that knows this
// exchange, cognito-srp, writes the time with a 12-hour clock.)
func (c *Client) srp(ctx context.Context, login string, password secret.String) (*SignIn, error) {
	session, err := newSRP(c.Random)
	if err != nil {
		return nil, &Failure{Operation: initiate, Outcome: Unclassified, Hint: "no randomness", err: err}
	}
	out, err := call(ctx, initiate, &idp.InitiateAuthInput{
		AuthFlow:       types.AuthFlowTypeUserSrpAuth,
		ClientId:       &c.ClientID,
		AuthParameters: c.withSecretHash(login, map[string]string{"USERNAME": login, "SRP_A": session.publicA.Text(16)}),
	}, c.api.InitiateAuth)
	if err != nil {
		return nil, err
	}
	if out.ChallengeName != types.ChallengeNameTypePasswordVerifier {
		return nil, &Failure{Operation: initiate, Outcome: UnprovenChallenge, Code: string(out.ChallengeName), Hint: "SRP did not begin with PASSWORD_VERIFIER"}
	}
	username := out.ChallengeParameters["USER_ID_FOR_SRP"]
	answer, err := session.answer(c.poolName(), username, password, out.ChallengeParameters, c.Now())
	if err != nil {
		return nil, &Failure{Operation: initiate, Outcome: Unclassified, Hint: "the SRP challenge makes no sense", err: err}
	}
	answer["USERNAME"] = username
	final, err := call(ctx, respond, &idp.RespondToAuthChallengeInput{
		ChallengeName:      types.ChallengeNameTypePasswordVerifier,
		ClientId:           &c.ClientID,
		Session:            out.Session,
		ChallengeResponses: c.withSecretHash(username, answer),
	}, c.api.RespondToAuthChallenge)
	if err != nil {
		return nil, err
	}
	return conclude(ctx, respond, final.AuthenticationResult, final.ChallengeName, final.ChallengeParameters)
}

// poolName is what SRP calls the pool: its id without the region.
func (c *Client) poolName() string {
	_, name, _ := strings.Cut(c.PoolID, "_")
	return name
}

// The group of RFC 5054, 3072 bits, with SHA-256, as Cognito uses it.
var (
	srpN, _ = new(big.Int).SetString(srpPrime, 16)
	srpG    = big.NewInt(2)
	srpK    = number(hash(padded(srpN), padded(srpG)))
)

const srpPrime = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B" +
	"302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651" +
	"ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804" +
	"F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D22618" +
	"98FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D7" +
	"1E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA0" +
	"74E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"

// srpSession is the client's half of one exchange. math/big does not run in
// constant time, which matters little here: this side holds the password.
type srpSession struct{ privateA, publicA *big.Int }

func newSRP(random io.Reader) (*srpSession, error) {
	private := make([]byte, 128)
	if _, err := io.ReadFull(random, private); err != nil {
		return nil, fmt.Errorf("choose the private value: %w", err)
	}
	return srpWith(number(private)), nil
}

func srpWith(privateA *big.Int) *srpSession {
	return &srpSession{privateA, new(big.Int).Exp(srpG, privateA, srpN)}
}

// answer is what PASSWORD_VERIFIER is answered with, the username apart.
func (s *srpSession) answer(pool, username string, password secret.String, challenge map[string]string, now time.Time) (map[string]string, error) {
	publicB, okB := new(big.Int).SetString(challenge["SRP_B"], 16)
	salt, okSalt := new(big.Int).SetString(challenge["SALT"], 16)
	block, err := base64.StdEncoding.DecodeString(challenge["SECRET_BLOCK"])
	if !okB || !okSalt || err != nil {
		return nil, errors.New("SRP_B, SALT or SECRET_BLOCK cannot be read")
	}
	key, err := s.key(publicB, salt, pool, username, password)
	if err != nil {
		return nil, err
	}
	timestamp := now.UTC().Format("Mon Jan 2 15:04:05 UTC 2006")
	return map[string]string{
		"PASSWORD_CLAIM_SIGNATURE":    base64.StdEncoding.EncodeToString(sign(key, []byte(pool+username), block, []byte(timestamp))),
		"PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
		"TIMESTAMP":                   timestamp,
	}, nil
}

// key is the session key: RFC 5054's S, put through an HKDF of one block.
func (s *srpSession) key(publicB, salt *big.Int, pool, username string, password secret.String) ([]byte, error) {
	u := number(hash(padded(s.publicA), padded(publicB)))
	if u.Sign() == 0 || new(big.Int).Mod(publicB, srpN).Sign() == 0 {
		return nil, errors.New("the server's public value is not allowed") // RFC 5054, section 2.6
	}
	x := number(hash(padded(salt), hash([]byte(pool+username+":"+password.Reveal()))))
	base := new(big.Int).Exp(srpG, x, srpN)
	base.Mul(base, srpK).Sub(publicB, base).Mod(base, srpN)
	exponent := new(big.Int).Mul(u, x)
	shared := base.Exp(base, exponent.Add(exponent, s.privateA), srpN)
	return sign(sign(padded(u), padded(shared)), []byte("Caldera Derived Key\x01"))[:16], nil
}

func number(b []byte) *big.Int { return new(big.Int).SetBytes(b) }

// padded is Cognito's PAD: as few bytes as hold n as a signed number.
func padded(n *big.Int) []byte {
	b := n.Bytes()
	if len(b) == 0 || b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return b
}

func hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func sign(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
