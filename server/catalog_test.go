package server_test

import "testing"

func TestSystemConfiguration(t *testing.T) {
	t.Parallel()
	const path = " /api/system-configuration"
	check(t, []scenario{
		{
			name: "defaults", do: "GET" + path, status: 200, want: values{
				"systemConfiguration.id": absent, "systemConfiguration.data": values{}, "systemConfiguration.reportTimezone": "America/Denver",
				"systemConfiguration.auditLogConfiguration.delete":        values{"enabled": false, "numberOfDaysToRetain": 365},
				"systemConfiguration.corsConfiguration":                   values{"allowCredentials": false, "allowedHeaders": []string{}, "allowedMethods": []string{}, "allowedOrigins": []string{}, "debug": false, "enabled": false, "exposedHeaders": []string{}, "preflightMaxAgeInSeconds": 0},
				"systemConfiguration.eventLogConfiguration":               values{"numberToRetain": 10000},
				"systemConfiguration.trustedProxyConfiguration":           values{"trustPolicy": "All", "trusted": []string{}},
				"systemConfiguration.usageDataConfiguration":              values{"enabled": false, "numberOfDaysToRetain": 366},
				"systemConfiguration.webhookEventLogConfiguration.delete": values{"enabled": true, "numberOfDaysToRetain": 30},
			},
		},
		{
			name: "PUT replaces", given: []string{"PATCH" + path + ` {"systemConfiguration":{"data":{"a":1}}}`},
			do:     "PUT" + path + ` {"systemConfiguration":{"reportTimezone":"Europe/Berlin","uiConfiguration":{"headerColor":"#fff","zUnknown":1}}}`,
			status: 200, want: values{"systemConfiguration.reportTimezone": "Europe/Berlin", "systemConfiguration.uiConfiguration": values{"headerColor": "#fff", "zUnknown": 1}, "systemConfiguration.data": values{}},
		},
		{
			name: "CORS is changed and stays", given: []string{"PATCH" + path + ` {"systemConfiguration":{"corsConfiguration":{"enabled":true,"allowedOrigins":["https://example.com"],"allowedMethods":["GET","POST"]}}}`},
			do: "GET" + path, status: 200,
			want: values{"systemConfiguration.corsConfiguration.allowedOrigins": []string{"https://example.com"}, "systemConfiguration.corsConfiguration.enabled": true, "systemConfiguration.reportTimezone": "America/Denver"},
		},
		{
			name: "everything wrong at once", do: "PUT" + path + ` {"systemConfiguration":{"reportTimezone":"Mars/Olympus","eventLogConfiguration":{"numberToRetain":0},"corsConfiguration":{"allowedOrigins":["*","https://example.com"],"allowedMethods":["get"],"preflightMaxAgeInSeconds":-1},"trustedProxyConfiguration":{"trustPolicy":"None"},"auditLogConfiguration":{"delete":{"enabled":true,"numberOfDaysToRetain":0}}}}`, status: 400,
			codes: "[invalid]systemConfiguration.auditLogConfiguration.delete.numberOfDaysToRetain [invalid]systemConfiguration.corsConfiguration.allowedMethods [invalid]systemConfiguration.corsConfiguration.allowedOrigins [invalid]systemConfiguration.corsConfiguration.preflightMaxAgeInSeconds [invalid]systemConfiguration.eventLogConfiguration.numberToRetain [invalid]systemConfiguration.reportTimezone [invalid]systemConfiguration.trustedProxyConfiguration.trustPolicy",
		},
		{name: "not for keys of one tenant", do: "GET" + path, as: tenantKey, status: 401},
		{name: "there is one, so it cannot be deleted", do: "DELETE" + path, status: 405},
	})
}

func TestIntegrations(t *testing.T) {
	t.Parallel()
	const path = " /api/integration"
	check(t, []scenario{
		{name: "defaults", do: "GET" + path, status: 200, want: values{"integrations.cleanspeak.enabled": false, "integrations.kafka": values{"enabled": false, "producer": values{}}}},
		{name: "kept", given: []string{"PUT" + path + ` {"integrations":{"kafka":{"enabled":true,"defaultTopic":"t","producer":{"bootstrap.servers":"example.com:9092"}}}}`}, do: "GET" + path, status: 200, want: values{"integrations.kafka.producer": values{"bootstrap.servers": "example.com:9092"}}},
		{name: "incomplete", do: "PATCH" + path + ` {"integrations":{"kafka":{"enabled":true},"cleanspeak":{"enabled":true}}}`, status: 400, codes: "[blank]integrations.cleanspeak.apiKey [blank]integrations.cleanspeak.url [blank]integrations.kafka.defaultTopic"},
	})
}

func TestLambdas(t *testing.T) {
	t.Parallel()
	const (
		id   = "eeeeeeee-0000-0000-0000-000000000001"
		made = "POST /api/lambda/" + id + ` {"lambda":{"name":"Mine","type":"JWTPopulate","body":" function populate() {}\r\n"}}`
	)
	given := []string{made}
	check(t, []scenario{
		{name: "create", do: made, status: 200, want: values{"lambda.body": " function populate() {}\r\n", "lambda.debug": false, "lambda.engineType": "GraalJS"}},
		{name: "everything wrong at once", do: `POST /api/lambda {"lambda":{"type":"Populate","engineType":"Nashorn"}}`, status: 400, codes: "[blank]lambda.body [blank]lambda.name [invalid]lambda.engineType [invalid]lambda.type"},
		{name: "names may repeat", given: given, do: `POST /api/lambda {"lambda":{"name":"Mine","type":"JWTPopulate","body":"b"}}`, status: 200},
		{name: "of one type", given: given, do: "GET /api/lambda?type=JWTPopulate", status: 200, want: values{"lambdas.0.id": id, "lambdas.1": absent}},
		{name: "there is a default", do: "GET /api/lambda?type=GoogleReconcile", status: 200, want: values{"lambdas.0.name": "Default Google reconcile", "lambdas.1": absent}},
		{name: "of no type", do: "GET /api/lambda?type=None", status: 200, want: values{"lambdas": []string{}}},
		{name: "found by the body", given: given, do: "GET /api/lambda/search?body=*POPULATE()*", status: 200, want: values{"lambdas.0.id": id, "total": 1}},
		{name: "found by name and type", given: given, do: `POST /api/lambda/search {"search":{"name":"mine","type":"JWTPopulate"}}`, status: 200, want: values{"lambdas.0.id": id, "total": 1}},
		{name: "sorted by engine, then name", given: given, do: "GET /api/lambda/search?orderBy=engineType,name+desc", status: 200, want: values{"lambdas.0.id": id}},
		{name: "PUT without a body", given: given, do: "PUT /api/lambda/" + id + ` {"lambda":{"name":"Mine","type":"JWTPopulate"}}`, status: 400, codes: "[blank]lambda.body"},
	})
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	const (
		id   = "eeeeeeee-0000-0000-0000-000000000001"
		call = `"url":"https://hooks.example.com","connectTimeout":1000,"readTimeout":2000`
		made = "POST /api/webhook/" + id + ` {"webhook":{` + call + `,"description":"Ours","tenantIds":["` + tenantID + `"]}}`
	)
	given := []string{made, `POST /api/webhook {"webhook":{` + call + `,"description":"All","global":true}}`}
	check(t, []scenario{
		{
			name: "create", do: `POST /api/webhook {"webhook":{` + call + `}}`, status: 200,
			want: values{"webhook.data": values{}, "webhook.eventsEnabled": values{}, "webhook.global": false, "webhook.headers": values{}, "webhook.signatureConfiguration": values{"enabled": false}, "webhook.tenantIds": []string{}},
		},
		{
			name: "everything wrong at once", do: `POST /api/webhook {"webhook":{"url":"ftp://example.com","headers":{"a b":"c"},"signatureConfiguration":{"enabled":true}}}`, status: 400,
			codes: "[blank]webhook.signatureConfiguration.signingKeyId [invalid]webhook.connectTimeout [invalid]webhook.headers [invalid]webhook.readTimeout [invalid]webhook.url",
		},
		{
			name: "names what is not there", do: `POST /api/webhook {"webhook":{` + call + `,"tenantIds":["` + tenantID + `","` + nobodyID + `"],"sslCertificateKeyId":"` + nobodyID + `","signatureConfiguration":{"enabled":true,"signingKeyId":"` + nobodyID + `"}}}`, status: 400,
			codes: "[invalid]webhook.signatureConfiguration.signingKeyId [invalid]webhook.sslCertificateKeyId [invalid]webhook.tenantIds[1]",
		},
		{name: "an event that is no switch", do: `POST /api/webhook {"webhook":{` + call + `,"eventsEnabled":{"user.create":"yes"}}}`, status: 400, codes: "[couldNotConvert]webhook.eventsEnabled.user.create"},
		{name: "found by description", given: given, do: "GET /api/webhook/search?description=our", status: 200, want: values{"webhooks.0.id": id, "total": 1}},
		{name: "found by URL", given: given, do: "GET /api/webhook/search?url=*hooks*", status: 200, want: values{"total": 2}},
		{name: "those of a tenant, the global ones too", given: given, do: "GET /api/webhook/search?orderBy=description&tenantId=" + tenantID, status: 200, want: values{"webhooks.0.description": "All", "webhooks.1.id": id, "total": 2}},
		{name: "those of another", given: given, do: "GET /api/webhook/search?tenantId=" + nobodyID, status: 200, want: values{"webhooks.0.description": "All", "total": 1}},
	})
}

func TestEmailTemplates(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{
			name: "defaults", do: makeEmailTemplate, status: 200,
			want: values{"emailTemplate.localizedFromNames": values{}, "emailTemplate.localizedHtmlTemplates": values{}, "emailTemplate.localizedSubjects": values{}, "emailTemplate.localizedTextTemplates": values{}, "emailTemplate.fromEmail": absent},
		},
		{
			name: "everything wrong at once", do: `POST /api/email/template {"emailTemplate":{"fromEmail":"nobody"}}`, status: 400,
			codes: "[blank]emailTemplate.defaultHtmlTemplate [blank]emailTemplate.defaultSubject [blank]emailTemplate.defaultTextTemplate [blank]emailTemplate.name [notEmail]emailTemplate.fromEmail",
		},
		{name: "a text that is none", do: `POST /api/email/template {"emailTemplate":{"localizedSubjects":{"de":1}}}`, status: 400, codes: "[couldNotConvert]emailTemplate.localizedSubjects.de"},
		{name: "a kickstarted instance has none", do: "GET /api/email/template", status: 200, want: values{"emailTemplates": []string{}}},
	})
}

func TestThemes(t *testing.T) {
	t.Parallel()
	const (
		advanced = "75a068fd-e94b-451a-9aeb-3ddb9a3b5987"
		simple   = "3c717291-5d83-4014-bd51-97c76475dc86"
	)
	check(t, []scenario{
		{name: "every instance has two", do: "GET /api/theme/search?orderBy=name", status: 200, want: values{"total": 2, "themes.0.id": advanced, "themes.0.type": "advanced", "themes.1.id": simple, "themes.1.type": "simple"}},
		{name: "simple ones", do: "GET /api/theme/search?type=simple", status: 200, want: values{"total": 1, "themes.0.id": simple}},
		{name: "PUT of the default", do: "PUT /api/theme/" + advanced + ` {"theme":{"name":"Mine","defaultMessages":"a=b"}}`, status: 400, codes: "[invalid]"},
		{name: "PATCH of the default", do: "PATCH /api/theme/" + simple + ` {"theme":{"name":"Mine"}}`, status: 400, codes: "[invalid]"},
		{name: "the default stays", do: "DELETE /api/theme/" + advanced, status: 400, codes: "[invalid]"},
		{name: "copy", do: `POST /api/theme {"sourceThemeId":"` + advanced + `","theme":{"name":"Mine"}}`, status: 200, want: values{"theme.name": "Mine", "theme.type": "advanced"}},
		{name: "copy of the simple one", do: `POST /api/theme {"sourceThemeId":"` + simple + `","theme":{"name":"Mine"}}`, status: 200, want: values{"theme.name": "Mine", "theme.type": "simple"}},
		{name: "copy without a name", do: `POST /api/theme {"sourceThemeId":"` + advanced + `","theme":{}}`, status: 400, codes: "[blank]theme.name"},
		{name: "copy of nothing", do: `POST /api/theme {"sourceThemeId":"` + nobodyID + `","theme":{"name":"Mine"}}`, status: 400, codes: "[invalid]sourceThemeId"},
		{name: "a simple one", do: `POST /api/theme {"theme":{"name":"Mine","type":"simple","variables":{"fontColor":"#000000","footerDisplay":true,"zUnknown":{}}}}`, status: 200, want: values{"theme.variables": values{"fontColor": "#000000", "footerDisplay": true, "zUnknown": values{}}, "theme.templates": absent}},
		{
			name: "everything wrong at once", do: `POST /api/theme {"theme":{"variables":{"fontColor":1,"borderRadius":{}}}}`, status: 400,
			codes: "[blank]theme.defaultMessages [blank]theme.name [couldNotConvert]theme.variables.borderRadius [couldNotConvert]theme.variables.fontColor",
		},
		{name: "unknown type", do: `POST /api/theme {"theme":{"name":"Mine","type":"plain"}}`, status: 400, codes: "[invalid]theme.type"},
		{name: "a template that is no text", do: `POST /api/theme {"theme":{"templates":{"index":true}}}`, status: 400, codes: "[couldNotConvert]theme.templates.index"},
	})
}

func TestMessengers(t *testing.T) {
	t.Parallel()
	const (
		id   = "eeeeeeee-0000-0000-0000-000000000001"
		made = "POST /api/messenger/" + id + ` {"messenger":{"name":"Gateway","type":"Generic","url":"https://sms.example.com","connectTimeout":1,"readTimeout":1}}`
	)
	check(t, []scenario{
		{name: "Generic", do: made, status: 200, want: values{"messenger.data": values{}, "messenger.debug": false, "messenger.messageTypes": []string{"SMS"}, "messenger.accountSID": absent}},
		{name: "Twilio", do: `POST /api/messenger {"messenger":{"name":"T","type":"Twilio","accountSID":"a","authToken":"made-up","messagingServiceSid":"m"}}`, status: 200, want: values{"messenger.url": "https://api.twilio.com", "messenger.messagingServiceSid": "m"}},
		{name: "Kafka", do: `POST /api/messenger {"messenger":{"name":"K","type":"Kafka","defaultTopic":"sms","producer":{"bootstrap.servers":"example.com:9092"}}}`, status: 200, want: values{"messenger.producer": values{"bootstrap.servers": "example.com:9092"}}},
		{name: "Generic, everything wrong at once", do: `POST /api/messenger {"messenger":{"type":"Generic","messageTypes":["Letter"],"headers":{"a b":""}}}`, status: 400, codes: "[blank]messenger.name [blank]messenger.url [invalid]messenger.connectTimeout [invalid]messenger.headers [invalid]messenger.messageTypes [invalid]messenger.readTimeout"},
		{name: "Twilio, everything wrong at once", do: `POST /api/messenger {"messenger":{"type":"Twilio","url":"x"}}`, status: 400, codes: "[blank]messenger.accountSID [blank]messenger.authToken [blank]messenger.fromPhoneNumber [blank]messenger.name [invalid]messenger.url"},
		{name: "Kafka, everything wrong at once", do: `POST /api/messenger {"messenger":{"type":"Kafka"}}`, status: 400, codes: "[blank]messenger.defaultTopic [blank]messenger.name"},
		{name: "unknown type", do: `POST /api/messenger {"messenger":{"name":"P","type":"Pigeon"}}`, status: 400, codes: "[invalid]messenger.type"},
		{name: "the type stays", given: []string{made}, do: "PATCH /api/messenger/" + id + ` {"messenger":{"type":"Kafka"}}`, status: 200, want: values{"messenger.type": "Generic"}},
	})
}

func TestMessageTemplates(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "every instance has one", do: "GET /api/message/template", status: 200, want: values{"messageTemplates.0.name": "Default Two-Factor Request", "messageTemplates.0.type": "SMS", "messageTemplates.1": absent}},
		{name: "defaults", do: `POST /api/message/template {"messageTemplate":{"name":"N","defaultTemplate":"t"}}`, status: 200, want: values{"messageTemplate.type": "SMS", "messageTemplate.data": values{}, "messageTemplate.localizedTemplates": values{}}},
		{name: "everything wrong at once", do: `POST /api/message/template {"messageTemplate":{"type":"Letter"}}`, status: 400, codes: "[blank]messageTemplate.defaultTemplate [blank]messageTemplate.name [invalid]messageTemplate.type"},
	})
}

func TestConsents(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{
			name: "defaults", do: makeConsent, status: 200, want: values{
				"consent.countryMinimumAgeForSelfConsent": values{}, "consent.data": values{}, "consent.defaultMinimumAgeForSelfConsent": 13,
				"consent.emailPlus":             values{"enabled": false, "maximumTimeToSendEmailInHours": 48, "minimumTimeToSendEmailInHours": 24},
				"consent.multipleValuesAllowed": false, "consent.values": []string{},
			},
		},
		{
			name: "everything wrong at once", do: `POST /api/consent {"consent":{"defaultMinimumAgeForSelfConsent":0,"countryMinimumAgeForSelfConsent":{"de":-1},"emailPlus":{"enabled":true,"minimumTimeToSendEmailInHours":50}}}`, status: 400,
			codes: "[blank]consent.consentEmailTemplateId [blank]consent.emailPlus.emailTemplateId [blank]consent.name [invalid]consent.countryMinimumAgeForSelfConsent[de] [invalid]consent.defaultMinimumAgeForSelfConsent [invalid]consent.emailPlus.maximumTimeToSendEmailInHours",
		},
		{name: "templates that are not there", do: `POST /api/consent {"consent":{"name":"N","consentEmailTemplateId":"` + nobodyID + `","emailPlus":{"emailTemplateId":"` + nobodyID + `"}}}`, status: 400, codes: "[invalid]consent.consentEmailTemplateId [invalid]consent.emailPlus.emailTemplateId"},
	})
}

func TestFormsAndFields(t *testing.T) {
	t.Parallel()
	const (
		id   = "eeeeeeee-0000-0000-0000-000000000001"
		made = "POST /api/form/" + id + ` {"form":{"name":"F","type":"selfServiceUser","steps":[{"fields":["` + fieldID + `"]}]}}`
	)
	check(t, []scenario{
		{name: "field", do: makeField, status: 200, want: values{"field.confirm": false, "field.control": "text", "field.data": values{}, "field.options": []string{}, "field.required": false, "field.type": "string", "field.validator": values{"enabled": false}}},
		{name: "field of a consent", given: []string{makeConsent}, do: `POST /api/form/field {"field":{"name":"N","control":"checkbox","consentId":"` + consentID + `"}}`, status: 200, want: values{"field.key": "consents['" + consentID + "']", "field.type": "consent"}},
		{name: "field of a consent that is not there", do: `POST /api/form/field {"field":{"name":"N","consentId":"` + nobodyID + `"}}`, status: 400, codes: "[invalid]field.consentId"},
		{name: "field, everything wrong at once", do: `POST /api/form/field {"field":{"control":"slider","type":"colour","validator":{"enabled":true}}}`, status: 400, codes: "[blank]field.key [blank]field.name [blank]field.validator.expression [invalid]field.control [invalid]field.type"},
		{name: "form", given: []string{makeField}, do: made, status: 200, want: values{"form.steps": []values{{"fields": []string{fieldID}, "type": "collectData"}}, "form.type": "selfServiceUser"}},
		{name: "form, everything wrong at once", do: `POST /api/form {"form":{"type":"paper","steps":[{},{"type":"verifyFax"}]}}`, status: 400, codes: "[blank]form.name [empty]form.steps[0].fields [invalid]form.steps[1].type [invalid]form.type"},
		{name: "form without steps", do: `POST /api/form {"form":{"name":"F"}}`, status: 400, codes: "[empty]form.steps"},
		{name: "fields that are not there", given: []string{makeField}, do: `POST /api/form {"form":{"name":"F","steps":[{"fields":["` + fieldID + `","` + nobodyID + `"]}]}}`, status: 400, codes: "[invalid]form.steps[0].fields[1]"},
		{name: "the type stays", given: []string{makeField, made}, do: "PATCH /api/form/" + id + ` {"form":{"type":"registration"}}`, status: 200, want: values{"form.type": "selfServiceUser"}},
	})
}

func TestIPAccessControlLists(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "everything wrong at once", do: `POST /api/ip-acl {"ipAccessControlList":{"entries":[{"startIPAddress":"here","action":"Maybe"},{"startIPAddress":"192.0.2.2","endIPAddress":"192.0.2.1","action":"Allow"}]}}`, status: 400, codes: "[blank]ipAccessControlList.name [invalid]ipAccessControlList.entries [invalid]ipAccessControlList.entries[0].action [invalid]ipAccessControlList.entries[0].startIPAddress [invalid]ipAccessControlList.entries[1].endIPAddress"},
		{name: "two for all others", do: `POST /api/ip-acl {"ipAccessControlList":{"name":"N","entries":[{"startIPAddress":"*","action":"Allow"},{"startIPAddress":"*","action":"Block"}]}}`, status: 400, codes: "[invalid]ipAccessControlList.entries"},
	})
}

func TestUserActions(t *testing.T) {
	t.Parallel()
	const (
		id   = "eeeeeeee-0000-0000-0000-000000000001"
		one  = " /api/user-action/" + id
		made = "POST" + one + ` {"userAction":{"name":"Lock","preventLogin":true,"temporal":true}}`
	)
	given := []string{made}
	gone := []string{made, "DELETE" + one}
	check(t, []scenario{
		{name: "create", do: made, status: 200, want: values{"userAction.active": true, "userAction.localizedNames": values{}, "userAction.options": []string{}, "userAction.sendEndEvent": false, "userAction.transactionType": "None", "userAction.userEmailingEnabled": false}},
		{
			name: "everything wrong at once", do: `POST /api/user-action {"userAction":{"preventLogin":true,"transactionType":"Most","options":[{}],"userEmailingEnabled":true}}`, status: 400,
			codes: "[blank]userAction.name [blank]userAction.options[0].name [blank]userAction.startEmailTemplateId [invalid]userAction.temporal [invalid]userAction.transactionType",
		},
		{name: "a template that is not there", do: `POST /api/user-action {"userAction":{"name":"N","startEmailTemplateId":"` + nobodyID + `"}}`, status: 400, codes: "[invalid]userAction.startEmailTemplateId"},
		{name: "list", given: given, do: "GET /api/user-action", status: 200, want: values{"userActions.0.id": id, "userActions.1": absent}},
		{name: "deactivated", given: gone, do: "GET" + one, status: 200, want: values{"userAction.active": false}},
		{name: "deactivated ones are not listed", given: gone, do: "GET /api/user-action", status: 200, want: values{"userActions": []string{}}},
		{name: "but where they are asked for", given: gone, do: "GET /api/user-action?inactive=true", status: 200, want: values{"userActions.0.id": id}},
		{name: "a change does not reactivate", given: gone, do: "PUT" + one + ` {"userAction":{"name":"Lock","active":true}}`, status: 200, want: values{"userAction.active": false}},
		{name: "reactivated", given: gone, do: "PUT" + one + "?reactivate=true", status: 200, want: values{"userAction.active": true, "userAction.temporal": true}},
		{name: "deleted for good", given: []string{made, "DELETE" + one + "?hardDelete=true"}, do: "GET" + one, status: 404},
		{name: "deactivate nothing", do: "DELETE" + one, status: 404},
		{name: "reason, everything wrong at once", do: `POST /api/user-action-reason {"userActionReason":{}}`, status: 400, codes: "[blank]userActionReason.code [blank]userActionReason.text"},
	})
}

func TestReactor(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{name: "all features", do: "GET /api/reactor", status: 200, want: values{"status.licensed": true, "status.connectors": "ACTIVE", "status.entityManagement": "ACTIVE", "status.advancedLambdas": "ACTIVE"}},
		{name: "any licence will do", do: `POST /api/reactor {"licenseId":"made-up"}`, status: 200, want: values{"status.licensed": true}},
		{name: "not for keys of one tenant", do: "GET /api/reactor", as: tenantKey, status: 401},
	})
}
