package plan_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/toolkit/internal/plan"
)

func TestCognitoUserReadsEveryAnswer(t *testing.T) {
	t.Parallel()
	enabled := true
	created := time.Date(2021, 11, 17, 0, 27, 47, 442e6, time.UTC)
	full := plan.CognitoUser{
		Username: "jane", Status: "CONFIRMED", Enabled: &enabled, Created: created, LastModified: created.Add(time.Second),
		Attributes: attrs{"sub": sub, "email": "jane@example.com"},
	}
	factors := full
	factors.UserMFASettingList, factors.PreferredMfaSetting = []string{"SMS_MFA"}, "SMS_MFA"
	factors.MFAOptions = []plan.MFAOption{{"SMS", "phone_number"}}
	const list = `[{"Name":"sub","Value":"` + sub + `"},{"Name":"email","Value":"jane@example.com"}]`
	for _, tt := range []struct {
		name, json string
		want       plan.CognitoUser
	}{
		{
			"ListUsers", `{"Username":"jane","Attributes":` + list + `,"UserCreateDate":1637108867.442,"UserLastModifiedDate":1.637108868442E9,"Enabled":true,"UserStatus":"CONFIRMED"}`,
			full,
		},
		{
			"the AWS CLI's admin-get-user", `{"Username":"jane","UserAttributes":` + list + `,"UserCreateDate":"2021-11-17T01:27:47.442000+01:00",
			"UserLastModifiedDate":"2021-11-17T00:27:48.442000+00:00","Enabled":true,"UserStatus":"CONFIRMED",
			"MFAOptions":[{"DeliveryMedium":"SMS","AttributeName":"phone_number"}],"PreferredMfaSetting":"SMS_MFA","UserMFASettingList":["SMS_MFA"]}`,
			factors,
		},
		{"GetUser", `{"Username":"jane","UserAttributes":` + list + `}`, plan.CognitoUser{Username: "jane", Attributes: full.Attributes}},
		{
			"our own", `{"PoolId":"p","Username":"jane","Attributes":[],"Groups":["admins"],"UserCreateDate":null}`,
			plan.CognitoUser{PoolID: "p", Username: "jane", Attributes: attrs{}, Groups: []string{"admins"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got plan.CognitoUser
			if err := json.Unmarshal([]byte(tt.json), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			again, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var back plan.CognitoUser
			if err := json.Unmarshal(again, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, back); diff != "" {
				t.Errorf("written and read again: %s", diff)
			}
		})
	}
}

func TestCognitoUserRefusesOtherThings(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"Username":7}`, `{"Attributes":{"sub":"x"}}`, `{"UserCreateDate":"yesterday"}`} {
		var u plan.CognitoUser
		if err := json.Unmarshal([]byte(text), &u); err == nil {
			t.Errorf("%s is read as %+v", text, u)
		}
	}
}

func TestSchemaReadsDescribeUserPool(t *testing.T) {
	t.Parallel()
	var got plan.Schema
	err := json.Unmarshal([]byte(`{"Id":"eu-west-1_Example01","MfaConfiguration":"OPTIONAL","AliasAttributes":["phone_number"],
		"SchemaAttributes":[{"Name":"custom:points","AttributeDataType":"Number","Mutable":true,"NumberAttributeConstraints":{"MinValue":"0"}}]}`), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Schema{
		ID: pool, MfaConfiguration: "OPTIONAL", AliasAttributes: []string{"phone_number"},
		SchemaAttributes: []plan.SchemaAttribute{{"custom:points", "Number"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
