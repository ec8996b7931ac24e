// Completes every flow with clients that others have written: openid-client,
// oauth4webapi and Passport. Settings come as a line of JSON on standard input;
// each flow that has worked is a line on standard output.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import * as client from "openid-client";
import * as oauth from "oauth4webapi";
import passport from "passport";
import OAuth2Strategy from "passport-oauth2";
import { Browser } from "./browser.mjs";

const { value: line } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const s = JSON.parse(line); // issuer, base, clientId, clientSecret, aliasId, redirectUri, loginId, password, userId, entity{...}
const scope = "openid offline_access email profile";
const flows = {};

const discovered = (id = s.clientId, secret = s.clientSecret, auth) =>
  client.discovery(new URL(s.issuer), id, secret, auth, { execute: [client.allowInsecureRequests] });

async function openidClientCode(config) {
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: s.redirectUri, scope, state, nonce, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  });
  const back = await new Browser().signIn(url, s);
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
  assert.equal(tokens.claims().sub, s.userId);
  return tokens;
}

flows["openid-client: code, refresh, userinfo, introspection, revocation"] = async () => {
  const config = await discovered();
  const tokens = await openidClientCode(config);
  const info = await client.fetchUserInfo(config, tokens.access_token, s.userId);
  assert.equal(info.email, s.loginId);
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, s.userId);
  assert.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, true);
  await client.tokenRevocation(config, refreshed.refresh_token);
  await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token), { error: "invalid_grant" });
};

flows["openid-client: secret in the header"] = async () => {
  await openidClientCode(await discovered(s.clientId, undefined, client.ClientSecretBasic(s.clientSecret)));
};

flows["openid-client: a client id of Cognito's"] = async () => {
  const tokens = await openidClientCode(await discovered(s.aliasId));
  assert.equal(tokens.claims().aud, s.aliasId);
};

flows["openid-client: max_age and prompt"] = async () => {
  const config = await discovered(), browser = new Browser();
  const ask = (more) => client.buildAuthorizationUrl(config, { redirect_uri: s.redirectUri, scope, state: "x", ...more });
  await browser.signIn(ask({}), { ...s, more: { rememberDevice: "true" } });
  const silent = await browser.signIn(ask({ prompt: "none" }), {});
  const tokens = await client.authorizationCodeGrant(config, silent, { expectedState: "x", maxAge: 300 });
  assert.equal(tokens.claims().sub, s.userId);
  const nobody = await new Browser().signIn(ask({ prompt: "none" }), {});
  await assert.rejects(client.authorizationCodeGrant(config, nobody, { expectedState: "x" }), { error: "login_required" });
};

flows["openid-client: implicit id_token"] = async () => {
  const config = await discovered();
  client.useIdTokenResponseType(config);
  const nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, { redirect_uri: s.redirectUri, scope: "openid email", nonce, state: "x" });
  const claims = await client.implicitAuthentication(config, await new Browser().signIn(url, s), nonce, { expectedState: "x" });
  assert.equal(claims.sub, s.userId);
};

flows["openid-client: device"] = async () => {
  const config = await discovered();
  const device = await client.initiateDeviceAuthorization(config, { scope });
  const browser = new Browser();
  const to = await browser.fetch(`${s.base}/oauth2/device?interactive_user_code=${device.user_code}`);
  await browser.signIn(new URL(to.headers.get("location"), s.base), s);
  const tokens = await client.pollDeviceAuthorizationGrant(config, device);
  assert.equal(tokens.claims().sub, s.userId);
};

flows["openid-client: password"] = async () => {
  const tokens = await client.genericGrantRequest(await discovered(), "password", { username: s.loginId, password: s.password, scope });
  assert.equal(tokens.claims().sub, s.userId);
};

flows["openid-client: client credentials"] = async () => {
  const config = await discovered(s.entity.clientId, s.entity.clientSecret);
  const tokens = await client.clientCredentialsGrant(config, { scope: s.entity.scope });
  assert.equal((await client.tokenIntrospection(config, tokens.access_token)).sub, s.entity.id);
};

flows["openid-client: logout"] = async () => {
  const config = await discovered();
  const tokens = await openidClientCode(config);
  const url = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: s.redirectUri, state: "bye" });
  const response = await new Browser().fetch(url);
  assert.equal(response.headers.get("location"), `${s.redirectUri}?state=bye`);
};

const insecure = { [oauth.allowInsecureRequests]: true };

async function server() {
  const issuer = new URL(s.issuer);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
}

async function oauth4webapiCode(as, me, auth) {
  const verifier = oauth.generateRandomCodeVerifier(), state = oauth.generateRandomState(), nonce = oauth.generateRandomNonce();
  const url = new URL(as.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: me.client_id, redirect_uri: s.redirectUri, response_type: "code", scope, state, nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256",
  })) url.searchParams.set(name, value);
  const params = oauth.validateAuthResponse(as, me, await new Browser().signIn(url, s), state);
  const response = await oauth.authorizationCodeGrantRequest(as, me, auth, params, s.redirectUri, verifier, insecure);
  return oauth.processAuthorizationCodeResponse(as, me, response, { expectedNonce: nonce, requireIdToken: true });
}

flows["oauth4webapi: code, signature, userinfo, refresh, introspection, revocation"] = async () => {
  const as = await server(), me = { client_id: s.clientId }, auth = oauth.ClientSecretPost(s.clientSecret);
  const tokens = await oauth4webapiCode(as, me, auth);
  assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, s.userId);
  const info = await oauth.processUserInfoResponse(as, me, s.userId, await oauth.userInfoRequest(as, me, tokens.access_token, insecure));
  assert.equal(info.email, s.loginId);
  const refreshed = await oauth.processRefreshTokenResponse(as, me, await oauth.refreshTokenGrantRequest(as, me, auth, tokens.refresh_token, insecure));
  const told = await oauth.processIntrospectionResponse(as, me, await oauth.introspectionRequest(as, me, auth, refreshed.access_token, insecure));
  assert.equal(told.active, true);
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, me, auth, refreshed.refresh_token, insecure));
};

flows["oauth4webapi: public client"] = async () => {
  const tokens = await oauth4webapiCode(await server(), { client_id: s.publicId }, oauth.None());
  assert.ok(tokens.refresh_token);
};

flows["oauth4webapi: client credentials"] = async () => {
  const as = await server(), me = { client_id: s.entity.clientId }, auth = oauth.ClientSecretBasic(s.entity.clientSecret);
  const response = await oauth.clientCredentialsGrantRequest(as, me, auth, { scope: s.entity.scope }, insecure);
  assert.ok((await oauth.processClientCredentialsResponse(as, me, response)).access_token);
};

flows["oauth4webapi: device"] = async () => {
  const as = await server(), me = { client_id: s.clientId }, auth = oauth.ClientSecretPost(s.clientSecret);
  const device = await oauth.processDeviceAuthorizationResponse(as, me, await oauth.deviceAuthorizationRequest(as, me, auth, { scope }, insecure));
  const waiting = await oauth.deviceCodeGrantRequest(as, me, auth, device.device_code, insecure);
  await assert.rejects(oauth.processDeviceCodeResponse(as, me, waiting), { error: "authorization_pending" });
};

// passport runs the strategy for a request, and returns what it does.
function authenticate(strategy, req) {
  return new Promise((resolve, reject) => {
    const run = Object.create(strategy);
    Object.assign(run, {
      success: (user) => resolve({ user }), fail: (why) => reject(new Error(JSON.stringify(why))), redirect: (url) => resolve({ url }), error: reject,
    });
    run.authenticate(req, {});
  });
}

flows["passport-oauth2: code with state and PKCE"] = async () => {
  const strategy = new OAuth2Strategy({
    authorizationURL: `${s.base}/oauth2/authorize`, tokenURL: `${s.base}/oauth2/token`, clientID: s.clientId, clientSecret: s.clientSecret,
    callbackURL: s.redirectUri, scope: scope.split(" "), state: true, pkce: true,
  }, (accessToken, refreshToken, results, profile, done) => done(null, { accessToken, refreshToken, results }));
  passport.use(strategy);
  const session = {};
  const { url } = await authenticate(strategy, { session, query: {}, headers: {}, connection: {} });
  const back = await new Browser().signIn(new URL(url), s);
  const { user } = await authenticate(strategy, { session, query: Object.fromEntries(back.searchParams), headers: {}, connection: {} });
  assert.ok(user.accessToken && user.refreshToken);
  assert.equal(user.results.userId, s.userId);
};

for (const [name, run] of Object.entries(flows)) {
  try {
    await run();
    console.log(JSON.stringify({ flow: name }));
  } catch (error) {
    console.log(JSON.stringify({ flow: name, error: `${error.stack ?? error} ${JSON.stringify(error.cause ?? error.error_description ?? null)}` }));
  }
}
