package search

// Index is what can be searched: which fields there are, and how.
type Index struct {
	fields   map[string]Kind  // every field with a name of its own, by path
	free     []string         // below what clients keep data of their own
	aliases  map[string]Field // FusionAuth's names for comparing a field whole
	nested   []string         // paths of documents that are asked for one by one
	bare     []string         // where words without a field are looked for
	sortable []string         // what results can be sorted by
	numbered bool             // have all objects a number, by which they are told apart?
}

// Users is the index of users.
//
// Source: https://fusionauth.io/docs/lifecycle/manage-users/search/user-search-with-elasticsearch
var Users = &Index{
	fields: map[string]Kind{
		"active": Flag, "birthDate": Date, "breachedPasswordStatus": Text, "connectorId": Text, "email": Text, "firstName": Text,
		"fullName": Words, "id": Text, "insertInstant": Instant, "lastLoginInstant": Instant, "lastName": Text, "lastUpdateInstant": Instant,
		"login": Text, "middleName": Text, "mobilePhone": Text, "parentEmail": Text, "phoneNumber": Text, "preferredLanguages": Text,
		"tenantId": Text, "timezone": Text, "twoFactor.methods.method": Text, "username": Text, "verified": Flag, "verifiedInstant": Instant,

		"registrations.applicationId": Text, "registrations.id": Text, "registrations.insertInstant": Instant,
		"registrations.lastLoginInstant": Instant, "registrations.lastUpdateInstant": Instant, "registrations.preferredLanguages": Text,
		"registrations.roles": Text, "registrations.timezone": Text, "registrations.username": Text, "registrations.usernameStatus": Text,
		"registrations.verified": Flag, "registrations.verifiedInstant": Instant,

		"memberships.groupId": Text, "memberships.id": Text, "memberships.insertInstant": Instant,
	},
	free:    []string{"data.", "registrations.data.", "memberships.data."},
	aliases: map[string]Field{"fullName.exact": {"fullName", Text}, "username.exact": {"username", Text}},
	nested:  []string{Memberships, Registrations},
	bare:    []string{"email", "username", "fullName", "firstName", "lastName", "phoneNumber", "mobilePhone"},
	sortable: []string{
		"birthDate", "email", "fullName", "id", "insertInstant", "lastLoginInstant", "login", "phoneNumber",
		"registrations.applicationId", "registrations.id", "registrations.insertInstant", "registrations.lastLoginInstant", "registrations.roles",
		"tenantId", "username",
	},
	numbered: true,
}

// Entities is the index of entities.
//
// Source: https://fusionauth.io/docs/apis/entities/entities#search-for-entities
var Entities = &Index{
	fields: map[string]Kind{
		"clientId": Text, "id": Text, "insertInstant": Instant, "lastUpdateInstant": Instant, "name": Text, "parentId": Text,
		"tenantId": Text, "type.id": Text, "type.name": Text,
	},
	free:     []string{"data.", "type.data."},
	aliases:  map[string]Field{"typeId": {"type.id", Text}, "name.exact": {"name", Text}},
	bare:     []string{"clientId", "name", "type.name"},
	sortable: []string{"clientId", "insertInstant", "lastUpdateInstant", "name", "tenantId", "typeId"},
}
