package authsignal_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/dialect/authsignal"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

const (
	shopManager  = "shop-management-key-0001"
	otherManager = "other-management-key-001"
	samples      = `{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}`
)

// managed is a server with the management API, and two tenants.
type managed struct {
	*mfatest.World
	*testing.T

	door http.Handler
}

// manage runs a test on a fresh world of each engine.
func manage(t *testing.T, test func(m *managed)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		t.Helper()
		m := &managed{World: w, T: t}
		tenant := func(name, id, key string) provision.PlannedApplication {
			p := plannedTenant(name, id)
			p.Keys = append(p.Keys, provision.PlannedKey{Kind: mfa.KeyAuthsignalManagement, Secret: mfa.SecretText(key)})
			return p
		}
		_, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
			Name: "Shops", Directories: []provision.PlannedDirectory{
				{Name: "people", Applications: []provision.PlannedApplication{tenant("shop", shopTenant, shopManager)}},
				{Name: "others", Applications: []provision.PlannedApplication{tenant("other", otherTenant, otherManager)}},
			},
		}}})
		m.must(err)
		book, err := rulebook.New(rulebook.Config{Domain: w.Service, Store: w.Store})
		m.must(err)
		m.door = authsignal.New(authsignal.Config{Domain: w.Service, Rulebook: book}).Handler(&endpoint.Server{})
		test(m)
	})
}

func (m *managed) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

// call sends a request by a key and returns status and body.
func (m *managed) call(key, method, path, body string) (int, string) {
	m.Helper()
	r := httptest.NewRequestWithContext(m.T.Context(), method, "/v1/management/"+path, strings.NewReader(body))
	r.SetBasicAuth(key, "")
	w := httptest.NewRecorder()
	m.door.ServeHTTP(w, r)
	out, err := io.ReadAll(w.Body)
	m.must(err)
	if got := w.Header().Get("Content-Type"); got != "application/json" {
		m.Errorf("%s %s: Content-Type %q", method, path, got)
	}
	return w.Code, string(out)
}

// ok is a call that succeeds.
func (m *managed) ok(method, path, body string) object {
	m.Helper()
	status, text := m.call(shopManager, method, path, body)
	var out object
	if err := json.Unmarshal([]byte(text), &out); status != http.StatusOK || err != nil {
		m.Fatalf("%s %s: %d %s", method, path, status, text)
	}
	return out
}

// list is a call that succeeds with a list.
func (m *managed) list(path string) []object {
	m.Helper()
	status, text := m.call(shopManager, http.MethodGet, path, "")
	var out []object
	if err := json.Unmarshal([]byte(text), &out); status != http.StatusOK || err != nil {
		m.Fatalf("%s: %d %s", path, status, text)
	}
	return out
}

// refused is a call that fails with a code, and a sentence that says what is at fault.
func (m *managed) refused(status int, code, says, method, path, body string) {
	m.Helper()
	got, text := m.call(shopManager, method, path, body)
	var out struct{ Error, ErrorCode, ErrorDescription string }
	m.must(json.Unmarshal([]byte(text), &out))
	if got != status || out.ErrorCode != code || out.Error != code || !strings.Contains(out.ErrorDescription, says) {
		m.Errorf("%s %s %.100s: %d %s, want %d %s …%s…", method, path, body, got, text, status, code, says)
	}
}

func (m *managed) wants(what string, got, want any) {
	m.Helper()
	a, err := json.Marshal(got)
	m.must(err)
	b, err := json.Marshal(want)
	m.must(err)
	if string(a) != string(b) {
		m.Errorf("%s: %s, want %s", what, a, b)
	}
}

const withdraw = "action-configurations/withdraw"

func TestActionConfigurationsAreMadeChangedAndRemoved(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		made := m.ok("POST", "action-configurations", `{"actionCode":"withdraw","defaultUserActionResult":"CHALLENGE",
			"verificationMethods":["SMS","PASSKEY"],"defaultVerificationMethod":"SMS","promptToEnrollVerificationMethods":["PASSKEY"],
			"messagingTemplates":{"en":{"defaultTemplate":"Pay {{amount}} <now> & here"}},"verificationWebhookUrl":null,"unknown":[1]}`)
		m.wants("made", made, object{
			"actionCode": "withdraw", "tenantId": shopTenant, "defaultUserActionResult": "CHALLENGE", "verificationMethods": []string{"SMS", "PASSKEY"},
			"defaultVerificationMethod": "SMS", "promptToEnrollVerificationMethods": []string{"PASSKEY"},
			"messagingTemplates": object{"en": object{"defaultTemplate": "Pay {{amount}} <now> & here"}},
		})
		changed := m.ok("PATCH", withdraw, `{"defaultUserActionResult":"BLOCK","defaultVerificationMethod":null,"messagingTemplates":null}`)
		m.wants("changed", changed, object{
			"actionCode": "withdraw", "tenantId": shopTenant, "defaultUserActionResult": "BLOCK", "verificationMethods": []string{"SMS", "PASSKEY"},
			"promptToEnrollVerificationMethods": []string{"PASSKEY"},
		})
		m.wants("read", m.ok("GET", "action_configurations/withdraw", ""), changed)
		m.wants("listed", m.list("action-configurations"), []object{changed})
		m.refused(400, "invalid_request", "configured already", "POST", "action-configurations", `{"actionCode":"withdraw"}`)
		m.wants("removed", m.ok("DELETE", withdraw, ""), object{"success": true})
		m.refused(404, "not_found", "", "GET", withdraw, "")
		m.refused(404, "not_found", "", "DELETE", withdraw, "")
	})
}

func TestConditionsComeBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.ok("POST", "action-configurations", `{"actionCode":"withdraw"}`)
		for i, conditions := range []string{samples, `{"and":[{"in":["<&>",{"var":"custom.note"}]},{"==":[{"var":"custom.n"},1.50]}]}`, `{}`} {
			made := m.ok("POST", withdraw+"/rules", fmt.Sprintf(`{"name":"Rule","priority":%d,"type":"BLOCK","conditions":%s}`, i, conditions))
			_, text := m.call(shopManager, "GET", fmt.Sprintf("%s/rules/%s", withdraw, made["ruleId"]), "")
			if !strings.Contains(text, `"conditions":`+conditions+`,`) && !strings.Contains(text, `"conditions":`+conditions+`}`) {
				m.Errorf("%s came back in %s", conditions, text)
			}
		}
	})
}

func TestRulesAreMadeChangedAndRemoved(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.ok("POST", "action-configurations", `{"actionCode":"withdraw"}`)
		made := m.ok("POST", withdraw+"/rules", `{"name":"First","description":"why","isActive":false,"priority":0,"type":"CHALLENGE",
			"conditions":`+samples+`,"verificationMethods":["SMS"],"defaultVerificationMethod":"SMS","metadata":{"owner":"risk"},
			"tests":[{"name":"from home","facts":{"ip.isAnonymous":false},"expect":true}]}`)
		id, _ := made["ruleId"].(string)
		path := withdraw + "/rules/" + id
		if id == "" || made["tenantId"] != shopTenant || made["actionCode"] != "withdraw" || made["isActive"] != false || made["priority"] != 0.0 {
			m.Errorf("made %v", made)
		}
		changed := m.ok("PATCH", path, `{"isActive":true,"description":null,"verificationMethods":null,"defaultVerificationMethod":null,"priority":3}`)
		if changed["isActive"] != true || changed["description"] != nil || changed["verificationMethods"] != nil || changed["name"] != "First" || changed["priority"] != 3.0 {
			m.Errorf("changed %v", changed)
		}
		m.wants("read", m.ok("GET", path, ""), changed)
		m.wants("listed", m.list(withdraw+"/rules"), []object{changed})
		m.refused(400, "invalid_request", "priority 3", "POST", withdraw+"/rules", `{"name":"Second","priority":3,"type":"BLOCK"}`)
		m.refused(400, "invalid_request", "from home", "PATCH", path, `{"conditions":{"==":[{"var":"ip.isAnonymous"},true]}}`)
		m.wants("removed", m.ok("DELETE", path, ""), object{"success": true})
		m.refused(404, "not_found", "", "GET", path, "")
		m.wants("none are left", m.list(withdraw+"/rules"), []object{})
	})
}

func TestRulesThatCannotBeAreRefusedInASentence(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.ok("POST", "action-configurations", `{"actionCode":"withdraw"}`)
		deep := strings.Repeat(`{"!":[`, 40) + "true" + strings.Repeat(`]}`, 40)
		slow := `{"some":[{"var":"custom.tags"},{"in":[{"var":""},["` + strings.Repeat(`a","`, 900) + `a"]]}]}`
		for body, want := range map[string][2]string{
			`{"priority":0,"type":"BLOCK"}`:                                                                           {"invalid_request", "name"},
			`{"name":"a","priority":100,"type":"BLOCK"}`:                                                              {"invalid_request", "0 to 99"},
			`{"name":"a","priority":1.5,"type":"BLOCK"}`:                                                              {"invalid_request", "priority is of the wrong type"},
			`{"name":"a","priority":0,"type":"MAYBE"}`:                                                                {"invalid_request", "ALLOW, CHALLENGE, REVIEW or BLOCK"},
			`{"name":"a","priority":0,"type":null}`:                                                                   {"invalid_request", "cannot be cleared"},
			`{"name":"a","priority":0,"type":"BLOCK","conditions":{"+":[1,2]}}`:                                       {"invalid_request", `no operator "+"`},
			`{"name":"a","priority":0,"type":"BLOCK","conditions":[]}`:                                                {"invalid_request", "an object such as"},
			`{"name":"a","priority":0,"type":"BLOCK","conditions":` + deep + `}`:                                      {"invalid_request", "32 deep"},
			`{"name":"a","priority":0,"type":"BLOCK","conditions":` + slow + `}`:                                      {"invalid_request", "steps"},
			`{"name":"a","priority":0,"type":"BLOCK","conditions":{"in":[1,[` + strings.Repeat("1,", 17000) + `1]]}}`: {"invalid_request", "value list"},
			`{"name":"a","priority":0,"type":"BLOCK","verificationMethods":["VERIFF"]}`:                               {"invalid_configuration", "VERIFF"},
			`{"name":"a","priority":0,"type":"BLOCK","verificationMethods":["WHATSAPP"]}`:                             {"invalid_configuration", "not active"},
			`{"name":"a","priority":0,"type":"BLOCK","verificationMethods":["NOSE"]}`:                                 {"invalid_request", "no verification method"},
			`{"name":"a","priority":0,"type":"BLOCK","verificationMethods":"SMS"}`:                                    {"invalid_request", "wrong type"},
			`[]`: {"invalid_request", "not a JSON object"},
			`{`:  {"invalid_request", "not a JSON object"},
		} {
			m.refused(400, want[0], want[1], "POST", withdraw+"/rules", body)
		}
		m.refused(404, "not_found", "", "POST", "action-configurations/none/rules", `{"name":"a","priority":0,"type":"BLOCK"}`)
	})
}

func TestOneTenantNeverSeesAnothersRules(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.ok("POST", "action-configurations", `{"actionCode":"withdraw"}`)
		rule := m.ok("POST", withdraw+"/rules", `{"name":"a","priority":0,"type":"BLOCK"}`)
		path := fmt.Sprintf("%s/rules/%s", withdraw, rule["ruleId"])
		point := m.ok("POST", "custom-data-points", `{"name":"amount","dataType":"number","modelType":"action"}`)
		m.ok("POST", "value-lists", `{"name":"Risky","valueListItems":["DE"]}`)
		_, _ = m.call(otherManager, "POST", "action-configurations", `{"actionCode":"withdraw"}`)
		for _, p := range []string{path, "value-lists/risky", fmt.Sprint("custom-data-points/", point["id"])} {
			for _, method := range []string{"GET", "PATCH", "DELETE"} {
				if status, text := m.call(otherManager, method, p, `{}`); status != http.StatusNotFound {
					m.Errorf("%s %s by another tenant: %d %s", method, p, status, text)
				}
			}
		}
	})
}

func TestOnlyAManagementKeyManages(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		for _, key := range []string{"", "nobody", "shop-secret-key-0001", shopTenant} {
			for _, path := range []string{"tenant", "nothing/here", withdraw + "/rules/"} {
				if status, text := m.call(key, "GET", path, ""); status != http.StatusUnauthorized || !strings.Contains(text, "The request is unauthorized.") {
					m.Errorf("%s by %q: %d %s", path, key, status, text)
				}
			}
		}
	})
}

func TestValueListsAndDataPointsAreManaged(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		made := m.ok("POST", "value_lists", `{"name":"Terraform Acc Test Strings","valueListItems":["a","b"]}`)
		m.wants("made", made, object{
			"name": "Terraform Acc Test Strings", "alias": "terraform-acc-test-strings", "itemType": "string", "valueListItems": []string{"a", "b"},
			"isActive": true, "tenantId": shopTenant,
		})
		const path = "value-lists/terraform-acc-test-strings"
		changed := m.ok("PATCH", path, `{"name":"Other","valueListItems":["c"],"isActive":false}`)
		if changed["alias"] != "terraform-acc-test-strings" || changed["name"] != "Other" || changed["isActive"] != false {
			m.Errorf("changed %v", changed)
		}
		m.wants("listed", m.list("value-lists"), []object{m.ok("GET", path, "")})
		m.wants("removed", m.ok("DELETE", path, ""), object{"success": true})

		point := m.ok("POST", "custom-data-points", `{"name":"amount","dataType":"number","modelType":"action"}`)
		id := fmt.Sprint("custom-data-points/", point["id"])
		if point["isPublic"] != false || point["dataType"] != "number" {
			m.Errorf("made %v", point)
		}
		if changed := m.ok("PATCH", id, `{"description":"in euros","isPublic":true}`); changed["description"] != "in euros" || changed["name"] != "amount" {
			m.Errorf("changed %v", changed)
		}
		m.refused(400, "invalid_request", "text, number, boolean or multiselect", "POST", "custom-data-points", `{"name":"x","dataType":"date","modelType":"user"}`)
		m.wants("removed", m.ok("DELETE", id, ""), object{"success": true})
		m.wants("none are left", m.list("custom-data-points"), []object{})
	})
}

func TestTheTenantIsManaged(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		before := m.ok("GET", "tenant", "")
		if _, said := before["hideSuccessScreenOnEnrollment"]; said || before["tenantId"] != shopTenant || before["tokenDurationInMinutes"] != 10.0 || before["name"] != "shop" {
			m.Errorf("before %v", before)
		}
		after := m.ok("PATCH", "tenant", `{"name":"Corner shop","disableRecoveryCodes":true,"tokenDurationInMinutes":25,"hideSuccessScreenOnEnrollment":false}`)
		if after["name"] != "Corner shop" || after["disableRecoveryCodes"] != true || after["tokenDurationInMinutes"] != 25.0 || after["hideSuccessScreenOnEnrollment"] != false {
			m.Errorf("after %v", after)
		}
		m.wants("read", m.ok("GET", "tenant", ""), after)
		after = m.ok("PATCH", "tenant", `{"hideSuccessScreenOnEnrollment":null,"tokenDurationInMinutes":null,"name":null}`)
		if _, said := after["hideSuccessScreenOnEnrollment"]; said || after["tokenDurationInMinutes"] != 10.0 || after["name"] != "shop" {
			m.Errorf("cleared %v", after)
		}
		m.refused(400, "invalid_request", "1440", "PATCH", "tenant", `{"tokenDurationInMinutes":100000}`)
		m.refused(400, "invalid_request", "customDomain", "PATCH", "tenant", `{"customDomain":"javascript:alert(1)"}`)
	})
}

func TestMethodsAreManaged(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		all := m.list("authenticator-configurations")
		i := slices.IndexFunc(all, func(one object) bool { return one["verificationMethod"] == "SMS" })
		if i < 0 || all[i]["authenticatorType"] != "OOB" || all[i]["isActive"] != true || all[i]["authenticatorId"] != "SMS" {
			m.Errorf("listed %v", all)
		}
		sms := m.ok("PATCH", "authenticator-configurations/SMS", `{"isHiddenToUser":true,"smsProvider":"TWILIO","twilioCredentials":{"authToken":"secret"},
			"smsCountryCodes":["nz"],"verificationCodeLength":8,"sessionTtlInMinutes":5,"rateLimitConfiguration":{"rateLimit":3,"windowInMinutes":10},
			"dontSkipEnrollmentInputScreen":true,"sender":"Shop"}`)
		for name, want := range map[string]any{
			"isHiddenToUser": true, "smsProvider": "TWILIO", "verificationCodeLength": 8.0, "sessionTtlInMinutes": 5.0, "dontSkipEnrollmentInputScreen": true,
			"twilioCredentials": nil, "sender": "Shop",
		} {
			if sms[name] != want {
				m.Errorf("%s is %v, want %v", name, sms[name], want)
			}
		}
		m.wants("countries", sms["smsCountryCodes"], []string{"NZ"})
		m.wants("rate", sms["rateLimitConfiguration"], object{"rateLimit": 3, "windowInMinutes": 10})
		sms = m.ok("PATCH", "authenticator-configurations/sms", `{"rateLimitConfiguration":null,"dontSkipEnrollmentInputScreen":null,"smsProvider":"WEBHOOK","webhookUrl":"https://shop.example/sms"}`)
		if sms["rateLimitConfiguration"] != nil || sms["dontSkipEnrollmentInputScreen"] != nil || sms["webhookUrl"] != "https://shop.example/sms" || sms["verificationCodeLength"] != 8.0 {
			m.Errorf("changed %v", sms)
		}
		if sms = m.ok("PATCH", "authenticator-configurations/SMS", `{"smsProvider":"TNZ"}`); sms["webhookUrl"] != nil {
			m.Errorf("the hook of another provider is still called: %v", sms)
		}
		key := m.ok("PATCH", "authenticator-configurations/PASSKEY", `{"expectedOrigins":["https://shop.example","https://login.shop.example"],"userVerificationRequirement":"required"}`)
		m.wants("origins", key["expectedOrigins"], []string{"https://shop.example", "https://login.shop.example"})
		m.wants("of security keys too", m.ok("PATCH", "authenticator-configurations/SECURITY_KEY", `{}`)["expectedOrigins"], key["expectedOrigins"])
		for body, says := range map[string]string{
			`{"verificationCodeLength":11}`: "2 to 10", `{"sessionTtlInMinutes":61}`: "60", `{"smsProvider":"PIGEON"}`: "smsProvider",
			`{"smsCountryCodes":["New Zealand"]}`: "two letters", `{"webhookUrl":"file:///etc/passwd"}`: "https://",
			`{"isActive":"yes"}`: "isActive is of the wrong type", `{"redirectUrls":["javascript:alert(1)"]}`: "redirectUrls",
		} {
			m.refused(400, "invalid_request", says, "PATCH", "authenticator-configurations/SMS", body)
		}
		m.refused(400, "invalid_request", "", "PATCH", "authenticator-configurations/PASSKEY", `{"expectedOrigins":["https://evil.example"]}`)
		m.refused(404, "not_found", "", "PATCH", "authenticator-configurations/VERIFF", `{}`)
	})
}

func TestAMethodThatTheApplicationCannotDoIsNotSwitchedOn(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.ok("PATCH", "authenticator-configurations/PASSKEY", `{"relyingParty":null,"expectedOrigins":null,"userVerificationRequirement":null}`)
		m.refused(400, "invalid_configuration", "relyingParty", "PATCH", "authenticator-configurations/PASSKEY", `{"isActive":true}`)
		key := m.ok("PATCH", "authenticator-configurations/PASSKEY", `{"isActive":true,"relyingParty":"shop.example"}`)
		m.wants("origins", key["expectedOrigins"], []string{"https://shop.example"})
	})
}

// managementRow is a line of the operators' table: the method and the path.
var managementRow = regexp.MustCompile("(?m)^\\| `([A-Z]+)` \\| `(/management/[^`]+)` \\|")

func TestThePageShowsTheManagersTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/dialects/authsignal-management.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range managementRow.FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1]+" "+m[2])
	}
	if table := authsignal.ManagementTable(); !slices.Equal(documented, table) {
		t.Errorf("docs/dialects/authsignal-management.md shows\n%s\nthe table is\n%s", strings.Join(documented, "\n"), strings.Join(table, "\n"))
	}
}

func TestWhatOlderClientsLeaveOutOfARuleIsZero(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		m.ok("POST", "action-configurations", `{"actionCode":"withdraw"}`)
		made := m.ok("POST", withdraw+"/rules", `{"name":"First","type":"BLOCK"}`)
		if made["priority"] != 0.0 || made["isActive"] != false {
			m.Errorf("made %v", made)
		}
		m.refused(400, "invalid_request", "priority 0", "POST", withdraw+"/rules", `{"name":"Second","type":"BLOCK"}`)
	})
}

func TestNewerClientsConfigureOneMethodAtATime(t *testing.T) {
	t.Parallel()
	manage(t, func(m *managed) {
		const path = "authenticator-configurations/email-otp"
		made := m.ok("POST", path, `{"emailProvider":"SMTP","smtpEmailCredentials":{"host":"mail","password":"secret"},
			"submissionRateLimitConfiguration":{"rateLimit":4,"windowInMinutes":15},"allowedCustomEmailVariables":["name"],
			"sendingRateLimitConfigurations":[{"rateLimit":2,"windowInMinutes":5},{"rateLimit":9,"windowInMinutes":60}]}`)
		if made["isActive"] != true || made["verificationMethod"] != "EMAIL_OTP" || made["emailProvider"] != "SMTP" || made["smtpEmailCredentials"] != nil {
			m.Errorf("made %v", made)
		}
		m.wants("answers", made["rateLimitConfiguration"], object{"rateLimit": 4, "windowInMinutes": 15})
		m.wants("answers in the newer word", made["submissionRateLimitConfiguration"], made["rateLimitConfiguration"])
		m.wants("messages", made["sendingRateLimitConfiguration"], object{"rateLimit": 2, "windowInMinutes": 5})
		m.wants("all bounds", made["sendingRateLimitConfigurations"], []object{{"rateLimit": 2, "windowInMinutes": 5}, {"rateLimit": 9, "windowInMinutes": 60}})
		m.wants("read", m.ok("GET", path, ""), made)
		changed := m.ok("PATCH", path, `{"sendingRateLimitConfigurations":[],"allowedCustomEmailVariables":[],"isActive":false}`)
		if changed["sendingRateLimitConfiguration"] != nil || changed["isActive"] != false || changed["emailProvider"] != "SMTP" {
			m.Errorf("changed %v", changed)
		}
		sms := m.ok("PATCH", "authenticator-configurations/sms", `{"smsProvider":"MESSAGE_MEDIA","prefixRateLimitConfigurations":[{"enabled":true,"blockSize":"country","rateLimit":5,
			"windowInMinutes":10,"countryCodes":["NZ"]},{"blockSize":4}]}`)
		m.wants("blocks", sms["prefixRateLimitConfigurations"], []object{
			{"enabled": true, "blockSize": "country", "rateLimit": 5, "windowInMinutes": 10, "countryCodes": []string{"NZ"}}, {"blockSize": 4},
		})
		m.refused(400, "invalid_request", "prefixRateLimitConfigurations[0].blockSize", "PATCH", "authenticator-configurations/sms", `{"prefixRateLimitConfigurations":[{"blockSize":"town"}]}`)
		m.refused(400, "invalid_request", "sendingRateLimitConfigurations is of the wrong type", "PATCH", "authenticator-configurations/sms", `{"sendingRateLimitConfigurations":[{"rateLimit":"x"}]}`)
		m.refused(400, "invalid_request", "limit of 1 to 1000", "PATCH", "authenticator-configurations/sms", `{"sendingRateLimitConfigurations":[{"rateLimit":0,"windowInMinutes":1}]}`)
		m.wants("removed", m.ok("DELETE", path, ""), object{"success": true})
		if left := m.ok("GET", path, ""); left["isActive"] != false || left["emailProvider"] != nil {
			m.Errorf("left %v", left)
		}
		m.refused(404, "not_found", "", "GET", "authenticator-configurations/nose", "")
		m.refused(404, "not_found", "", "DELETE", "authenticator-configurations/recovery-code", "")
	})
}
