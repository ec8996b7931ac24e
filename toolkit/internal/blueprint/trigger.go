package blueprint

import "strings"

// hook is what takes the place of a trigger.
type hook struct {
	place string // in FusionAuth
	do    string
	body  string // JavaScript to begin from; "" where it is no lambda
}

// hooks are the counterparts of Cognito's triggers, by their names.
var hooks = map[string]hook{
	"PreSignUp": {
		"a lambda of the type SelfServiceRegistrationValidation, or a transactional webhook for user.create",
		"write the lambda, and name it in each application's lambdaConfiguration.selfServiceRegistrationValidationId",
		`// What the trigger refused by an error, this refuses with a message.
function validate(result, user, registration, context) {
  // if (!user.email.endsWith('@example.com')) {
  //   result.errors.generalErrors = [{code: 'domain', message: 'Use your address at example.com.'}];
  // }
}
`,
	},
	"PostConfirmation": {"webhooks for user.email.verified, user.registration.verified and user.password.reset.success", "let a web service of yours take these events", ""},
	"PreAuthentication": {
		"a lambda of the type LoginValidation", "write the lambda, and name it in the tenant's lambdaConfiguration.loginValidationId",
		`// What the trigger refused by an error, this refuses with a message.
function validate(result, user, registration, context) {
  // if (user.data.blocked) {
  //   result.errors.generalErrors = [{code: 'blocked', message: 'Ask your administrator.'}];
  // }
}
`,
	},
	"PostAuthentication": {"a webhook for user.login.success", "let a web service of yours take the event", ""},
	"PreTokenGeneration": {
		"a lambda of the type JWTPopulate", "write the lambda, and name it in each application's lambdaConfiguration.accessTokenPopulateId and idTokenPopulateId",
		`// What the trigger put into claimsOverrideDetails goes into jwt here.
function populate(jwt, user, registration, context) {
  jwt['cognito:username'] = (user.data.cognito || {}).username || user.username;
  jwt['cognito:groups'] = registration ? registration.roles : [];
  jwt.token_use = jwt.tty === 'id' ? 'id' : 'access';
}
`,
	},
	"UserMigration":               {"a connector: the same idea", "once users of the older system are in the pool they come along with the others", ""},
	"DefineAuthChallenge":         {"none", "use passwordless login or second factors, or an application of your own", ""},
	"CreateAuthChallenge":         {"none", "use passwordless login or second factors, or an application of your own", ""},
	"VerifyAuthChallengeResponse": {"none", "use passwordless login or second factors, or an application of your own", ""},
	"CustomMessage":               {"e-mail and message templates", "move the trigger's texts into the templates that were made", ""},
	"CustomEmailSender":           {"the tenant's mail server", "give apply.email in the configuration", ""},
	"CustomSMSSender":             {"a messenger of the type Generic", "let a web service of yours take the messages", ""},
	"InboundFederation": {
		"a reconcile lambda of each identity provider", "write a lambda of the provider's type, and name it in its lambdaConfiguration.reconcileId",
		`// What the trigger changed in the provider's attributes is set on the user here.
function reconcile(user, registration, jwt, id_token, tokens, context) {
  // user.firstName = id_token.given_name;
}
`,
	},
}

// tell tells what has no counterpart.
func (b *builder) tell() {
	for _, name := range b.Config.Pool.LambdaConfig.Names() {
		b.tellTrigger(name)
	}
	b.note("identity pools", "AWS credentials for users come from an identity pool, which is another product and stays",
		"name FusionAuth as an OpenID Connect provider in IAM and in the identity pool, if there is one")
	b.note("Cognito Sync", "data that devices synchronised is not in the pool", "move it into user.data, or into a service of your own, if there is any")
	if b.Config.Pool.DeviceConfiguration != nil {
		b.note("remembered devices", "they cannot be exported", "people are asked for a second factor once more on each device")
	}
	if b.Config.MFA.WebAuthnConfiguration != nil {
		b.note("passkeys", "they belong to Cognito's domain and cannot be exported", "let people register passkeys anew; turn on the tenant's webAuthnConfiguration")
	}
}

func (b *builder) tellTrigger(name string) {
	h, known := hooks[name]
	if !known {
		h = hook{place: "not known here", do: "look what it does, and for a lambda or webhook that does the same"}
	}
	n := Note{Pool: b.Name, Subject: "trigger " + name, Text: "in FusionAuth: " + h.place, Do: h.do}
	if h.body != "" {
		n.Skeleton = Script{Name: strings.ToLower(name) + ".js", Body: h.body}
	}
	b.Notes = append(b.Notes, n)
}
