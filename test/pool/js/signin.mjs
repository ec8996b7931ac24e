// Signs users in by SRP, as released applications do. Reads one JSON object
// from the command line, {endpoint, userPoolId, clientId, password, code}, and
// prints what came of each sign-in.
import cognito from "amazon-cognito-identity-js";

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = cognito;
const { endpoint, userPoolId, clientId, password, code } = JSON.parse(process.argv[2]);
const pool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: clientId, endpoint });

// call turns a callback of the library into a promise.
const call = (f) => new Promise((resolve, reject) => f((error, result) => (error ? reject(error) : resolve(result))));

// signIn resolves to the steps that were asked for, and to what they led to.
function signIn(username, password, answers = {}) {
  const user = new CognitoUser({ Username: username, Pool: pool });
  const steps = [];
  return new Promise((resolve) => {
    const callbacks = {
      onSuccess: (session) => resolve({ steps, user, session }),
      onFailure: (error) => resolve({ steps, error: `${error.code}: ${error.message}` }),
      totpRequired: () => {
        steps.push("totp");
        user.sendMFACode(answers.code, callbacks, "SOFTWARE_TOKEN_MFA");
      },
      newPasswordRequired: (attributes) => {
        steps.push(`new password for ${attributes.email}`);
        user.completeNewPasswordChallenge(answers.newPassword, {}, callbacks);
      },
    };
    user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), callbacks);
  });
}

const report = {};
const tell = (name, { steps, session, error }) => {
  report[name] = error ?? [...steps, session.getIdToken().payload["cognito:username"]].join(", ");
};

const jane = await signIn("jane", password);
tell("password", jane);
tell("wrong password", await signIn("jane", "Wrong-Horse-1"));
tell("unknown user", await signIn("nobody", password));
tell("authenticator", await signIn("theo", password, { code }));
tell("temporary password", await signIn("tom", password, { newPassword: "Another-Horse-2" }));
tell("new password", await signIn("tom", "Another-Horse-2"));

const attributes = await call((done) => jane.user.getUserAttributes(done));
report.attributes = attributes.map((a) => `${a.getName()}=${a.getValue()}`).join(" ");
const fresh = await call((done) => jane.user.refreshSession(jane.session.getRefreshToken(), done));
report.refresh = String(fresh.isValid() && fresh.getAccessToken().getJwtToken() !== jane.session.getAccessToken().getJwtToken());
await new Promise((resolve, reject) => jane.user.globalSignOut({ onSuccess: resolve, onFailure: reject }));
report["signed out"] = await call((done) => jane.user.refreshSession(fresh.getRefreshToken(), done)).then(
  () => "still in",
  (error) => error.message,
);

console.log(JSON.stringify(report));
