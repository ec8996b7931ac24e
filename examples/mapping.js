// A mapping in the form of FusionAuth's guide. In wherry.yaml, below the pool:
//
//   mapping: {script: mapping.js}
//
// `wherry explain LOGIN` shows what it makes of a user. What it does not return
// of id, active, registrations and memberships stays as Wherry decides.
function processUserJSON(json) {
  const attributes = {};
  json.UserAttributes.forEach(({ Name, Value }) => { attributes[Name] = Value; });
  return {
    user: {
      email: attributes.email,
      firstName: attributes.given_name,
      lastName: attributes.family_name,
      data: {
        plan: attributes["custom:plan"] || "free",
        newsletter: attributes["custom:newsletter"] === "yes",
      },
    },
  };
}
