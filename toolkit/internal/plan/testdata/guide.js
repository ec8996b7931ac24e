// A mapping in the shape of the official guide's Lambda: a whole file, with a
// module, a client, a helper and a handler around processUserJSON.
const sdk = require("aws-sdk");
const applicationId = "85a03867-dccf-4882-adde-1a79aeec50df";
const client = new sdk.CognitoIdentityServiceProvider({ region: "eu-west-1" });

function valueOf(list, name) {
  console.log("looking for " + name);
  const found = (list || []).find((item) => item.Name === name);
  return found ? found.Value : undefined;
}

function processUserJSON(json) {
  const get = (name) => valueOf(json.UserAttributes, name);
  const user = {
    id: get("sub") || json.Username,
    active: true,
    username: json.Username,
    email: get("email"),
    firstName: get("given_name"),
    lastName: get("family_name"),
    verified: get("email_verified") === "true",
    data: { migratedFrom: "cognito", migratedDate: new Date() },
    registrations: [{ applicationId }],
  };
  if (get("website")) user.data.website = get("website");
  return { user };
}

exports.handler = async (event) => {
  const answer = await client.getUser({ AccessToken: event.token }).promise();
  return { statusCode: 200, body: JSON.stringify(processUserJSON(answer)) };
};
