package server_test

import "testing"

func TestLinks(t *testing.T) {
	t.Parallel()
	const (
		path   = " /api/identity-provider/link"
		whole  = `"identityProviderId":"` + openIDProviderID + `","identityProviderUserId":"Their-42","userId":"` + janeID + `"`
		made   = "POST" + path + ` {"identityProviderLink":{` + whole + `,"displayName":"jane@example.com","token":"made-up","data":{"a":1},"zUnknown":1}}`
		theirs = "?identityProviderId=" + openIDProviderID + "&identityProviderUserId=Their-42"
		other  = "POST /api/user/" + documentID + ` {"user":{"email":"other@example.com","password":"` + password + `"}}`
	)
	given := []string{makeOpenID, made}
	linked := values{
		"identityProviderLink.displayName": "jane@example.com", "identityProviderLink.identityProviderId": openIDProviderID,
		"identityProviderLink.identityProviderName": "Example", "identityProviderLink.identityProviderType": "OpenIDConnect",
		"identityProviderLink.identityProviderUserId": "Their-42", "identityProviderLink.tenantId": tenantID, "identityProviderLink.token": "made-up",
		"identityProviderLink.userId": janeID, "identityProviderLink.data": values{"a": 1}, "identityProviderLink.zUnknown": 1,
	}
	limit := "PATCH /api/identity-provider/" + openIDProviderID + ` {"identityProvider":{"tenantConfiguration":{"` + tenantID + `":{"limitUserLinkCount":{"enabled":true,"maximumLinks":1}}}}}`
	check(t, []scenario{
		{name: "link", given: given[:1], do: made, status: 200, want: linked},
		{name: "the older body", given: given[:1], do: "POST" + path + " {" + whole + `,"displayName":"jane@example.com","token":"made-up","data":{"a":1},"zUnknown":1,"eventInfo":{"ipAddress":"192.0.2.1"}}`, status: 200, want: linked},
		{name: "a pending link that is not there", do: "POST" + path + ` {"pendingIdPLinkId":"x","identityProviderLink":{"userId":"` + janeID + `"}}`, status: 400, codes: "[invalid]pendingIdPLinkId"},
		{name: "a pending link that is not there, in the older body", do: "POST" + path + ` {"pendingIdPLinkId":"x","userId":"` + janeID + `"}`, status: 400, codes: "[invalid]pendingIdPLinkId"},
		{name: "a pending link for nobody", do: "POST" + path + ` {"pendingIdPLinkId":"x"}`, status: 400, codes: "[blank]identityProviderLink.userId"},
		{name: "everything wrong at once", do: "POST" + path + " {}", status: 400, codes: "[blank]identityProviderLink.identityProviderId [blank]identityProviderLink.identityProviderUserId [blank]identityProviderLink.userId"},
		{name: "a wrong type", do: "POST" + path + ` {"userId":1}`, status: 400, codes: "[couldNotConvert]identityProviderLink.userId"},
		{name: "no such provider", do: made, status: 404},
		{name: "no such user", given: given[:1], do: "POST" + path + ` {"identityProviderLink":{"identityProviderId":"` + openIDProviderID + `","identityProviderUserId":"42","userId":"` + nobodyID + `"}}`, status: 404},
		{name: "a second time", given: given, do: made, status: 409},
		{name: "somebody else's", given: append([]string{other}, given...), do: "POST" + path + ` {"identityProviderId":"` + openIDProviderID + `","identityProviderUserId":"Their-42","userId":"` + documentID + `"}`, status: 409},
		{name: "another of their users", given: given, do: "POST" + path + ` {"identityProviderId":"` + openIDProviderID + `","identityProviderUserId":"their-42","userId":"` + janeID + `"}`, status: 200},
		{name: "another when one is allowed", given: append(given, limit), do: "POST" + path + ` {"identityProviderId":"` + openIDProviderID + `","identityProviderUserId":"43","userId":"` + janeID + `"}`, status: 400, codes: "[LinkCountExceeded]"},
		{name: "of a provider of another tenant", given: []string{anotherTenant, `POST /api/identity-provider/` + openIDProviderID + ` {"identityProvider":{"type":"HYPR","name":"A","tenantId":"` + anotherTenantID + `","relyingPartyApplicationId":"a","relyingPartyURL":"https://example.com"}}`}, do: made, status: 404},

		{name: "read one", given: given, do: "GET" + path + theirs, status: 200, want: linked},
		{name: "read one of a user", given: given, do: "GET" + path + theirs + "&userId=" + janeID, status: 200, want: linked},
		{name: "read one of another user", given: given, do: "GET" + path + theirs + "&userId=" + nobodyID, status: 404},
		{name: "read what is not there", given: given, do: "GET" + path + theirs + "0", status: 404},
		{name: "those of a user", given: append(given, "POST"+path+` {"identityProviderId":"`+openIDProviderID+`","identityProviderUserId":"Their-43","userId":"`+janeID+`"}`), do: "GET" + path + "?userId=" + janeID, status: 200, want: values{"identityProviderLinks.0.identityProviderUserId": "Their-42", "identityProviderLinks.0.identityProviderName": "Example", "identityProviderLinks.1.identityProviderUserId": "Their-43", "identityProviderLinks.2": absent}},
		{name: "those of a user with a provider", given: given, do: "GET" + path + "?userId=" + janeID + "&identityProviderId=" + openIDProviderID, status: 200, want: values{"identityProviderLinks.0.userId": janeID, "identityProviderLinks.1": absent}},
		{name: "those with a provider without any", given: given, do: "GET" + path + "?userId=" + janeID + "&identityProviderId=" + nobodyID, status: 200, want: values{"identityProviderLinks": []string{}}},
		{name: "of whom", do: "GET" + path + "?identityProviderId=" + nobodyID, status: 400, codes: "[blank]userId"},
		{name: "of no id", do: "GET" + path + "?userId=jane", status: 400, codes: "[couldNotConvert]userId"},

		{name: "unlink", given: given, do: "DELETE" + path + theirs + "&userId=" + janeID, status: 200, want: linked},
		{name: "unlinked", given: append(given, "DELETE"+path+theirs+"&userId="+janeID), do: "GET" + path + theirs, status: 404},
		{name: "unlink what is not linked", given: given, do: "DELETE" + path + theirs + "&userId=" + nobodyID, status: 404},
		{name: "unlink with too little", given: given, do: "DELETE" + path, status: 400, codes: "[blank]identityProviderId [blank]identityProviderUserId [blank]userId"},
		{name: "gone with the user", given: append(given, "DELETE /api/user/"+janeID+"?hardDelete=true"), do: "GET" + path + "?userId=" + janeID, status: 200, want: values{"identityProviderLinks": []string{}}},
		{name: "gone with the provider", given: append(given, "DELETE /api/identity-provider/"+openIDProviderID), do: "GET" + path + theirs, status: 404},

		{name: "a key of the tenant may", given: given[:1], do: made, as: tenantKey, status: 200, want: linked},
		{name: "for another tenant", given: append(given, anotherTenant), do: "GET" + path + theirs, tenant: anotherTenantID, status: 404},
		{name: "a link for another tenant", given: append(given[:1:1], anotherTenant), do: made, tenant: anotherTenantID, status: 404},
		{name: "without permission", do: made, as: readerKey, status: 401},
	})
}

// TestLinksOnEach links on each database: each has its own way of saying that
// a place is taken.
func TestLinksOnEach(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(makeOpenID).must(t)
		link := `POST /api/identity-provider/link {"identityProviderId":"` + openIDProviderID + `","identityProviderUserId":"42","userId":"` + janeID + `"}`
		i.do(link).must(t)
		if r := i.do(link); r.status != 409 || r.body != "" {
			t.Errorf("a second link: status %d: %s", r.status, r.body)
		}
		all := "GET /api/identity-provider/link?userId=" + janeID
		i.do(all).must(t).want(t, values{"identityProviderLinks.0.identityProviderUserId": "42", "identityProviderLinks.1": absent})
		i.do("DELETE /api/identity-provider/link?identityProviderId=" + openIDProviderID + "&identityProviderUserId=42&userId=" + janeID).must(t)
		i.do(link).must(t)
		i.do("DELETE /api/user/" + janeID + "?hardDelete=true").must(t)
		i.do(all).must(t).want(t, values{"identityProviderLinks": []string{}})
	})
}
