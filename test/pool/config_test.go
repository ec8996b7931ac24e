package pool

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"wherry/pool"
)

var id = aws.String(poolID)

func TestPoolsAreMadeAndChanged(t *testing.T) {
	t.Parallel()
	s := start(t)
	made, err := s.CreateUserPool(t.Context(), &cip.CreateUserPoolInput{
		PoolName: aws.String("second"), UsernameAttributes: []types.UsernameAttributeType{"email"},
		Schema:   []types.SchemaAttributeType{{Name: aws.String("plan"), AttributeDataType: "String", Mutable: aws.Bool(true)}},
		Policies: &types.UserPoolPolicyType{PasswordPolicy: &types.PasswordPolicyType{MinimumLength: aws.Int32(12)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	second := made.UserPool.Id
	_, err = s.UpdateUserPool(t.Context(), &cip.UpdateUserPoolInput{UserPoolId: second, MfaConfiguration: "OPTIONAL"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddCustomAttributes(t.Context(), &cip.AddCustomAttributesInput{
		UserPoolId: second, CustomAttributes: []types.SchemaAttributeType{{Name: aws.String("seats"), AttributeDataType: "Number"}},
	}); err != nil {
		t.Fatal(err)
	}
	out, err := s.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: second})
	if err != nil {
		t.Fatal(err)
	}
	p := out.UserPool
	var names []string
	for _, a := range p.SchemaAttributes {
		names = append(names, *a.Name)
	}
	// What an update leaves out goes back to its default.
	if *p.Name != "second" || p.MfaConfiguration != "OPTIONAL" || *p.Policies.PasswordPolicy.MinimumLength != 8 || p.UsernameAttributes[0] != "email" ||
		!slices.Contains(names, "custom:plan") || !slices.Contains(names, "custom:seats") || !slices.Contains(names, "birthdate") || p.EstimatedNumberOfUsers != 0 {
		t.Errorf("got %+v with %v", p, names)
	}
	var ids []string
	pages := cip.NewListUserPoolsPaginator(s, &cip.ListUserPoolsInput{MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *page.UserPools[0].Id)
	}
	if !slices.Contains(ids, poolID) || !slices.Contains(ids, *second) || len(ids) != 2 {
		t.Errorf("got %v", ids)
	}
	if _, err := s.DeleteUserPool(t.Context(), &cip.DeleteUserPoolInput{UserPoolId: second}); err != nil {
		t.Fatal(err)
	}
	_, err = s.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: second})
	wantRefusal(t, err, "ResourceNotFoundException: User pool "+*second+" does not exist.")
}

func TestClientsAreMadeAndChanged(t *testing.T) {
	t.Parallel()
	s := start(t)
	made, err := s.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: id, ClientName: aws.String("fifth"), GenerateSecret: true, ExplicitAuthFlows: []types.ExplicitAuthFlowsType{"ALLOW_USER_PASSWORD_AUTH"},
		ReadAttributes: []string{"email"}, CallbackURLs: []string{"https://app.example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := made.UserPoolClient
	if len(*c.ClientId) != 26 || len(aws.ToString(c.ClientSecret)) != 51 || c.RefreshTokenValidity != 30 || *c.UserPoolId != poolID {
		t.Errorf("got %+v", c)
	}
	_, err = s.UpdateUserPoolClient(t.Context(), &cip.UpdateUserPoolClientInput{UserPoolId: id, ClientId: c.ClientId, RefreshTokenValidity: 7})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.DescribeUserPoolClient(t.Context(), &cip.DescribeUserPoolClientInput{UserPoolId: id, ClientId: c.ClientId})
	if err != nil {
		t.Fatal(err)
	}
	d := out.UserPoolClient
	if *d.ClientName != "fifth" || d.RefreshTokenValidity != 7 || *d.ClientSecret != *c.ClientSecret || d.ExplicitAuthFlows != nil || d.CallbackURLs != nil {
		t.Errorf("got %+v", d)
	}
	var names []string
	pages := cip.NewListUserPoolClientsPaginator(s, &cip.ListUserPoolClientsInput{UserPoolId: id, MaxResults: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.UserPoolClients {
			names = append(names, *c.ClientName)
		}
	}
	if slices.Sort(names); !slices.Equal(names, []string{"bare", "fifth", "hiding", "open", "secret"}) {
		t.Errorf("got %v", names)
	}
	_, err = s.CreateUserPoolClient(t.Context(), &cip.CreateUserPoolClientInput{
		UserPoolId: id, ClientName: aws.String("mixed"), ExplicitAuthFlows: []types.ExplicitAuthFlowsType{"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"},
	})
	wantRefusal(t, err, "InvalidParameterException: Cannot set values with and without ALLOW_ prefix together in ExplicitAuthFlows.")
	if _, err := s.DeleteUserPoolClient(t.Context(), &cip.DeleteUserPoolClientInput{UserPoolId: id, ClientId: aws.String(clientID)}); err != nil {
		t.Fatal(err)
	}
	_, err = s.signIn(t, "jane", password)
	wantRefusal(t, err, "ResourceNotFoundException: User pool client "+clientID+" does not exist.")
}

func TestGroups(t *testing.T) {
	t.Parallel()
	s := start(t)
	made, err := s.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: id, GroupName: aws.String("readers"), Precedence: aws.Int32(5)})
	if err != nil || *made.Group.UserPoolId != poolID || *made.Group.Precedence != 5 {
		t.Fatalf("got %+v, %v", made, err)
	}
	_, err = s.CreateGroup(t.Context(), &cip.CreateGroupInput{UserPoolId: id, GroupName: aws.String("readers")})
	wantRefusal(t, err, "GroupExistsException: A group with the name readers already exists.")
	if _, err := s.UpdateGroup(t.Context(), &cip.UpdateGroupInput{UserPoolId: id, GroupName: aws.String("readers"), Description: aws.String("They read")}); err != nil {
		t.Fatal(err)
	}
	got, err := s.GetGroup(t.Context(), &cip.GetGroupInput{UserPoolId: id, GroupName: aws.String("readers")})
	if err != nil || *got.Group.Description != "They read" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, name := range []string{"jane", "tom", "jane"} {
		_, err := s.AdminAddUserToGroup(t.Context(), &cip.AdminAddUserToGroupInput{UserPoolId: id, Username: &name, GroupName: aws.String("readers")})
		if err != nil {
			t.Fatal(err)
		}
	}
	if members := s.members(t, "readers"); !slices.Equal(members, []string{"jane", "tom"}) {
		t.Errorf("got %v", members)
	}
	_, err = s.AdminRemoveUserFromGroup(t.Context(), &cip.AdminRemoveUserFromGroupInput{UserPoolId: id, Username: aws.String("jane"), GroupName: aws.String("readers")})
	if err != nil || !slices.Equal(s.members(t, "readers"), []string{"tom"}) {
		t.Errorf("got %v, %v", s.members(t, "readers"), err)
	}
	groups, err := s.AdminListGroupsForUser(t.Context(), &cip.AdminListGroupsForUserInput{UserPoolId: id, Username: aws.String("grace"), Limit: aws.Int32(1)})
	if err != nil || len(groups.Groups) != 1 || *groups.Groups[0].GroupName != "admins" || groups.NextToken == nil {
		t.Fatalf("got %+v, %v", groups, err)
	}
	groups, err = s.AdminListGroupsForUser(t.Context(), &cip.AdminListGroupsForUserInput{
		UserPoolId: id, Username: aws.String("grace"), Limit: aws.Int32(1), NextToken: groups.NextToken,
	})
	if err != nil || len(groups.Groups) != 1 || *groups.Groups[0].GroupName != "editors" || groups.NextToken != nil {
		t.Errorf("got %+v, %v", groups, err)
	}
	if _, err := s.DeleteGroup(t.Context(), &cip.DeleteGroupInput{UserPoolId: id, GroupName: aws.String("readers")}); err != nil {
		t.Fatal(err)
	}
	_, err = s.ListUsersInGroup(t.Context(), &cip.ListUsersInGroupInput{UserPoolId: id, GroupName: aws.String("readers")})
	wantRefusal(t, err, "ResourceNotFoundException: Group not found.")
	listed, err := s.ListGroups(t.Context(), &cip.ListGroupsInput{UserPoolId: id})
	if err != nil || len(listed.Groups) != 2 || *listed.Groups[0].Precedence != 0 || listed.Groups[1].Precedence != nil {
		t.Errorf("got %+v, %v", listed, err)
	}
}

// members follows the pages of ListUsersInGroup, one user a page.
func (s *standIn) members(t testing.TB, group string) (names []string) {
	t.Helper()
	pages := cip.NewListUsersInGroupPaginator(s, &cip.ListUsersInGroupInput{UserPoolId: id, GroupName: &group, Limit: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Users {
			names = append(names, *u.Username)
		}
	}
	return names
}

func TestMembersOfGeneratedGroups(t *testing.T) {
	t.Parallel()
	g := pool.Generate(1000, 1)
	s := startWith(t, pool.Config{Directories: []pool.Directory{g.Directory()}})
	want := map[string]int{}
	for i := range g.Len() {
		for _, name := range g.User(i).Groups {
			want[name]++
		}
	}
	stranger := g.User(0)
	for name := range want {
		if !slices.Contains(stranger.Groups, name) {
			_, err := s.AdminAddUserToGroup(t.Context(), &cip.AdminAddUserToGroupInput{UserPoolId: &g.ID, Username: &stranger.Username, GroupName: &name})
			if err != nil {
				t.Fatal(err)
			}
			want[name]++
		}
	}
	for name, n := range want {
		pages := cip.NewListUsersInGroupPaginator(s, &cip.ListUsersInGroupInput{UserPoolId: &g.ID, GroupName: &name})
		got := 0
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got += len(page.Users)
		}
		if got != n {
			t.Errorf("%s: got %d members, want %d", name, got, n)
		}
	}
}

func TestIdentityProviders(t *testing.T) {
	t.Parallel()
	s := start(t)
	_, err := s.CreateIdentityProvider(t.Context(), &cip.CreateIdentityProviderInput{
		UserPoolId: id, ProviderName: aws.String("SignInWithApple"), ProviderType: "SignInWithApple",
		ProviderDetails:  map[string]string{"client_id": "com.example.app", "team_id": "T", "key_id": "K", "private_key": "made up"},
		AttributeMapping: map[string]string{"email": "email"}, IdpIdentifiers: []string{"example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.DescribeIdentityProvider(t.Context(), &cip.DescribeIdentityProviderInput{UserPoolId: id, ProviderName: aws.String("SignInWithApple")})
	if err != nil {
		t.Fatal(err)
	}
	p := out.IdentityProvider
	if p.ProviderDetails["team_id"] != "T" || p.ProviderDetails["private_key"] != "" || p.AttributeMapping["username"] != "sub" || p.IdpIdentifiers[0] != "example.com" {
		t.Errorf("got %+v", p)
	}
	if _, err := s.UpdateIdentityProvider(t.Context(), &cip.UpdateIdentityProviderInput{
		UserPoolId: id, ProviderName: aws.String("SignInWithApple"), IdpIdentifiers: []string{"example.org"},
	}); err != nil {
		t.Fatal(err)
	}
	listed, err := s.ListIdentityProviders(t.Context(), &cip.ListIdentityProvidersInput{UserPoolId: id})
	if err != nil || len(listed.Providers) != 1 || listed.Providers[0].ProviderType != "SignInWithApple" {
		t.Errorf("got %+v, %v", listed, err)
	}
	if _, err := s.DeleteIdentityProvider(t.Context(), &cip.DeleteIdentityProviderInput{UserPoolId: id, ProviderName: aws.String("SignInWithApple")}); err != nil {
		t.Fatal(err)
	}
	_, err = s.DescribeIdentityProvider(t.Context(), &cip.DescribeIdentityProviderInput{UserPoolId: id, ProviderName: aws.String("SignInWithApple")})
	wantRefusal(t, err, "ResourceNotFoundException: Identity provider SignInWithApple does not exist.")
}

func TestLinks(t *testing.T) {
	t.Parallel()
	s := start(t, func(d *pool.Directory) {
		d.Providers = []pool.Provider{{ProviderName: "Google", ProviderType: "Google"}}
	})
	link := func(to, provider, subject string) error {
		_, err := s.AdminLinkProviderForUser(t.Context(), &cip.AdminLinkProviderForUserInput{
			UserPoolId:      id,
			DestinationUser: &types.ProviderUserIdentifierType{ProviderName: aws.String("Cognito"), ProviderAttributeValue: &to},
			SourceUser: &types.ProviderUserIdentifierType{
				ProviderName: &provider, ProviderAttributeName: aws.String("Cognito_Subject"), ProviderAttributeValue: &subject,
			},
		})
		return err
	}
	if err := link("jane", "Google", "99"); err != nil {
		t.Fatal(err)
	}
	user := s.user(t, "jane")
	if got := value(user.UserAttributes, "identities"); got[:len(`[{"userId":"99","providerName":"Google","providerType":"Google","issuer":null,"primary":false,"dateCreated":`)] !=
		`[{"userId":"99","providerName":"Google","providerType":"Google","issuer":null,"primary":false,"dateCreated":` || user.UserStatus != "CONFIRMED" {
		t.Errorf("got %s, %s", got, user.UserStatus)
	}
	wantRefusal(t, link("jane", "Google", "99"), "InvalidParameterException: SourceUser is already linked to DestinationUser")
	wantRefusal(t, link("nobody", "Google", "98"), "UserNotFoundException: User does not exist.")
	wantRefusal(t, link("jane", "Okta", "98"), "ResourceNotFoundException: Identity provider Okta does not exist.")
	wantRefusal(t, link("jane", "Google", "1234"), "InvalidParameterException: Merging is not currently supported, provide a SourceUser that has not been signed up in order to link")
	for _, subject := range []string{"1", "2", "3", "4"} {
		wantRefusal(t, link("jane", "Google", subject), "")
	}
	wantRefusal(t, link("jane", "Google", "5"), "LimitExceededException: The user already has the maximum number of linked identities.")
}

func TestResourceServersAndDomains(t *testing.T) {
	t.Parallel()
	s := start(t)
	in := &cip.CreateResourceServerInput{
		UserPoolId: id, Identifier: aws.String("https://api.example.com"), Name: aws.String("API"),
		Scopes: []types.ResourceServerScopeType{{ScopeName: aws.String("read"), ScopeDescription: aws.String("Read")}},
	}
	if _, err := s.CreateResourceServer(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	_, err := s.CreateResourceServer(t.Context(), in)
	wantRefusal(t, err, "InvalidParameterException: https://api.example.com already exists in user pool us-east-1_Example01.")
	if _, err := s.UpdateResourceServer(t.Context(), &cip.UpdateResourceServerInput{UserPoolId: id, Identifier: in.Identifier, Name: aws.String("Our API"), Scopes: in.Scopes}); err != nil {
		t.Fatal(err)
	}
	listed, err := s.ListResourceServers(t.Context(), &cip.ListResourceServersInput{UserPoolId: id, MaxResults: aws.Int32(50)})
	if err != nil || len(listed.ResourceServers) != 1 || *listed.ResourceServers[0].Name != "Our API" || *listed.ResourceServers[0].Scopes[0].ScopeName != "read" {
		t.Errorf("got %+v, %v", listed, err)
	}
	if _, err := s.DeleteResourceServer(t.Context(), &cip.DeleteResourceServerInput{UserPoolId: id, Identifier: in.Identifier}); err != nil {
		t.Fatal(err)
	}
	_, err = s.DescribeResourceServer(t.Context(), &cip.DescribeResourceServerInput{UserPoolId: id, Identifier: in.Identifier})
	wantRefusal(t, err, "ResourceNotFoundException: Resource server https://api.example.com does not exist.")

	if _, err := s.CreateUserPoolDomain(t.Context(), &cip.CreateUserPoolDomainInput{UserPoolId: id, Domain: aws.String("example-app")}); err != nil {
		t.Fatal(err)
	}
	domain, err := s.DescribeUserPoolDomain(t.Context(), &cip.DescribeUserPoolDomainInput{Domain: aws.String("example-app")})
	if err != nil || *domain.DomainDescription.UserPoolId != poolID || domain.DomainDescription.Status != "ACTIVE" {
		t.Errorf("got %+v, %v", domain, err)
	}
	domain, err = s.DescribeUserPoolDomain(t.Context(), &cip.DescribeUserPoolDomainInput{Domain: aws.String("nobodys")})
	if err != nil || domain.DomainDescription == nil || domain.DomainDescription.Domain != nil {
		t.Errorf("got %+v, %v", domain, err)
	}
	described, err := s.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: id})
	if err != nil || *described.UserPool.Domain != "example-app" {
		t.Errorf("got %+v, %v", described, err)
	}
}

func TestFactorsOfPoolAndUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	if _, err := s.SetUserPoolMfaConfig(t.Context(), &cip.SetUserPoolMfaConfigInput{
		UserPoolId: id, MfaConfiguration: "OPTIONAL", SoftwareTokenMfaConfiguration: &types.SoftwareTokenMfaConfigType{Enabled: true},
	}); err != nil {
		t.Fatal(err)
	}
	config, err := s.GetUserPoolMfaConfig(t.Context(), &cip.GetUserPoolMfaConfigInput{UserPoolId: id})
	if err != nil || config.MfaConfiguration != "OPTIONAL" || !config.SoftwareTokenMfaConfiguration.Enabled {
		t.Errorf("got %+v, %v", config, err)
	}
	prefer := func(in cip.AdminSetUserMFAPreferenceInput) error {
		in.UserPoolId, in.Username = id, aws.String("jane")
		_, err := s.AdminSetUserMFAPreference(t.Context(), &in)
		return err
	}
	wantRefusal(t, prefer(cip.AdminSetUserMFAPreferenceInput{SMSMfaSettings: &types.SMSMfaSettingsType{Enabled: true}}),
		"InvalidParameterException: User does not have delivery config set to turn on SMS_MFA")
	wantRefusal(t, prefer(cip.AdminSetUserMFAPreferenceInput{SoftwareTokenMfaSettings: &types.SoftwareTokenMfaSettingsType{Enabled: true}}),
		"InvalidParameterException: User has not verified software token mfa")
	wantRefusal(t, prefer(cip.AdminSetUserMFAPreferenceInput{EmailMfaSettings: &types.EmailMfaSettingsType{Enabled: true, PreferredMfa: true}}), "")
	if user := s.user(t, "jane"); !slices.Equal(user.UserMFASettingList, []string{"EMAIL_OTP"}) || *user.PreferredMfaSetting != "EMAIL_OTP" {
		t.Errorf("got %+v", user)
	}
	wantRefusal(t, prefer(cip.AdminSetUserMFAPreferenceInput{EmailMfaSettings: &types.EmailMfaSettingsType{}}), "")
	if user := s.user(t, "jane"); user.UserMFASettingList != nil || user.PreferredMfaSetting != nil {
		t.Errorf("got %+v", user)
	}
}

func TestAuthenticatorOfASignedInUser(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.tokens(t, "jane").AccessToken
	_, err := s.VerifySoftwareToken(t.Context(), &cip.VerifySoftwareTokenInput{AccessToken: token, UserCode: aws.String("123456")})
	wantRefusal(t, err, "SoftwareTokenMFANotFoundException: Software token TOTP multi-factor authentication is not enabled for the user.")
	associated, err := s.AssociateSoftwareToken(t.Context(), &cip.AssociateSoftwareTokenInput{AccessToken: token})
	if err != nil {
		t.Fatal(err)
	}
	code := totpOf(t, *associated.SecretCode)
	if _, err := s.VerifySoftwareToken(t.Context(), &cip.VerifySoftwareTokenInput{AccessToken: token, UserCode: &code}); err != nil {
		t.Fatal(err)
	}
	s.tokens(t, "jane") // registered, and not switched on yet
	_, err = s.SetUserMFAPreference(t.Context(), &cip.SetUserMFAPreferenceInput{
		AccessToken: token, SoftwareTokenMfaSettings: &types.SoftwareTokenMfaSettingsType{Enabled: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.mustAsk(t, "jane", "SOFTWARE_TOKEN_MFA")
}

func TestThreatProtection(t *testing.T) {
	t.Parallel()
	const off = "UserPoolAddOnNotEnabledException: User pool add-ons are not enabled for the user pool."
	events := func(s *standIn) ([]types.AuthEventType, error) {
		out, err := s.AdminListUserAuthEvents(t.Context(), &cip.AdminListUserAuthEventsInput{UserPoolId: id, Username: aws.String("jane")})
		if err != nil {
			return nil, err
		}
		return out.AuthEvents, nil
	}
	without := start(t)
	_, err := events(without)
	wantRefusal(t, err, off)
	_, err = without.DescribeRiskConfiguration(t.Context(), &cip.DescribeRiskConfigurationInput{UserPoolId: id})
	wantRefusal(t, err, off)

	s := start(t, func(d *pool.Directory) {
		d.Pool.UserPoolAddOns = &pool.AddOns{AdvancedSecurityMode: "AUDIT"}
		d.Risk = []pool.RiskConfiguration{{RiskExceptionConfiguration: map[string]any{"SkippedIPRangeList": []string{"192.0.2.0/24"}}}}
	})
	s.tokens(t, "jane")
	_, err = s.signIn(t, "jane", "Wrong-Horse-1")
	wantRefusal(t, err, wrong)
	found, err := events(s)
	if err != nil || len(found) != 2 || found[0].EventResponse != "Fail" || found[1].EventResponse != "Pass" ||
		found[0].ChallengeResponses[0].ChallengeResponse != "Failure" {
		t.Errorf("got %+v, %v", found, err)
	}
	risk, err := s.DescribeRiskConfiguration(t.Context(), &cip.DescribeRiskConfigurationInput{UserPoolId: id, ClientId: aws.String(clientID)})
	if err != nil || risk.RiskConfiguration.RiskExceptionConfiguration.SkippedIPRangeList[0] != "192.0.2.0/24" {
		t.Errorf("got %+v, %v", risk, err)
	}
}

func TestTheRestOfTheConfiguration(t *testing.T) {
	t.Parallel()
	s := start(t)
	header, err := s.GetCSVHeader(t.Context(), &cip.GetCSVHeaderInput{UserPoolId: id})
	if err != nil || header.CSVHeader[0] != "name" || !slices.Contains(header.CSVHeader, "custom:plan") ||
		header.CSVHeader[len(header.CSVHeader)-1] != "cognito:username" {
		t.Errorf("got %+v, %v", header, err)
	}
	ui, err := s.GetUICustomization(t.Context(), &cip.GetUICustomizationInput{UserPoolId: id})
	if err != nil || *ui.UICustomization.ClientId != "ALL" || ui.UICustomization.CSS != nil {
		t.Errorf("got %+v, %v", ui, err)
	}
	devices, err := s.AdminListDevices(t.Context(), &cip.AdminListDevicesInput{UserPoolId: id, Username: aws.String("device")})
	if err != nil || len(devices.Devices) != 1 || devices.PaginationToken != nil {
		t.Errorf("got %+v, %v", devices, err)
	}
}
