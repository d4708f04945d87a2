package signature_test

import (
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy/signature"
)

// vector is a signature published with a client program, or accepted by one.
type vector struct {
	name      string
	key       string
	nonce     string
	url       string
	body      string
	params    string // checked when given
	signature string
	blanked   bool // the form in which digits as a member name count as a position
}

const (
	logo = "https://www.itsalllost.com/wp-content/uploads/2017/04/twilio-logo-red.png"

	// baseBody is a callback without details; each vector of the last group
	// changes one thing in it.
	baseBody = `{"authy_id":1000,"device_uuid":"2000","callback_action":"approval_request_status","uuid":"11111111-2222-4333-8444-555555555555","status":"approved","approval_request":{"transaction":{"details":null,"device_details":{},"device_geolocation":"","device_signing_time":1700000009,"encrypted":false,"flagged":false,"hidden_details":null,"message":"Log in?","reason":"","requester_details":null,"status":"approved","uuid":"11111111-2222-4333-8444-555555555555","created_at_time":1700000000,"customer_uuid":"3000"},"expiration_timestamp":1700086400,"logos":null,"app_id":"58547f6f4014250a11c201f6"},"signature":"c2lnbmF0dXJl"}`

	baseParams = `approval_request%5Bapp_id%5D=58547f6f4014250a11c201f6&approval_request%5Bexpiration_timestamp%5D=1700086400&approval_request%5Blogos%5D=&approval_request%5Btransaction%5D%5Bcreated_at_time%5D=1700000000&approval_request%5Btransaction%5D%5Bcustomer_uuid%5D=3000&approval_request%5Btransaction%5D%5Bdetails%5D=&approval_request%5Btransaction%5D%5Bdevice_geolocation%5D=&approval_request%5Btransaction%5D%5Bdevice_signing_time%5D=1700000009&approval_request%5Btransaction%5D%5Bencrypted%5D=false&approval_request%5Btransaction%5D%5Bflagged%5D=false&approval_request%5Btransaction%5D%5Bhidden_details%5D=&approval_request%5Btransaction%5D%5Bmessage%5D=Log+in%3F&approval_request%5Btransaction%5D%5Breason%5D=&approval_request%5Btransaction%5D%5Brequester_details%5D=&approval_request%5Btransaction%5D%5Bstatus%5D=approved&approval_request%5Btransaction%5D%5Buuid%5D=11111111-2222-4333-8444-555555555555&authy_id=1000&callback_action=approval_request_status&device_uuid=2000&signature=c2lnbmF0dXJl&status=approved&uuid=11111111-2222-4333-8444-555555555555`

	deviceSignature = `qOLMuHVy4KITm2nSd1PxJCv+ydjcduKwxz2Fc7pMrDm7QtU2hMAnY5AUxdwlae5WJmEWNM8OctdGhMJweTwICkkOgYm2v+u7k/wz5zuPozDDnMqJWBjiCfbKNpKqf8CQ2dBndtxi2Sl7/y57KiXYJfTlGHNBhCoTxVzVBNDEPu6OLV6KA60mcEW87tg1b4Q/p69ZkYb5B1f9Ujk/ueCbCK6JDhtUf1v3/baNgO8o/mp2EydiFughqpiHIIOR0VY9/o/hh5a7z6FG4OxZ3WmS7q2506Wy698LW3ZRNl0aXwtFIat4IyCSSuDQFW9LZEcXdQK4YixSJ8b5H8vlRErSPQ==`

	fullBody = `{"authy_id":688611,"device_uuid":2102943,"callback_action":"approval_request_status","uuid":"098c3580-c01e-0135-eb00-0e5d90336a8c","status":"approved","approval_request":{"transaction":{"details":{"username":"User","location":"California,USA","cosa1":"cosa1","cosa2":"cosa2"},"device_details":{},"device_geolocation":"","device_signing_time":1512940918,"encrypted":false,"flagged":false,"hidden_details":{"ip_address":"10.10.3.203"},"message":"Authorize OneTouch Unit Test","reason":"","requester_details":null,"status":"approved","uuid":"098c3580-c01e-0135-eb00-0e5d90336a8c","created_at_time":1512940900,"customer_uuid":15083},"expiration_timestamp":1513027300,"logos":[{"res":"default","url":"` + logo + `"},{"res":"med","url":"` + logo + `"}],"app_id":"582380eb7e1caa03317ec08c"},"signature":"` + deviceSignature + `","device":{"city":null,"country":"Colombia","ip":"190.130.65.251","region":null,"registration_city":null,"registration_country":"Colombia","registration_ip":"190.130.66.242","registration_method":"sms","registration_region":null,"os_type":"android","last_account_recovery_at":null,"id":2102943,"registration_date":1505418165,"last_sync_date":1505418173}}`

	fullParams = `approval_request%5Bapp_id%5D=582380eb7e1caa03317ec08c&approval_request%5Bexpiration_timestamp%5D=1513027300&approval_request%5Blogos%5D%5B%5D%5Bres%5D=default&approval_request%5Blogos%5D%5B%5D%5Burl%5D=https%3A%2F%2Fwww.itsalllost.com%2Fwp-content%2Fuploads%2F2017%2F04%2Ftwilio-logo-red.png&approval_request%5Blogos%5D%5B%5D%5Bres%5D=med&approval_request%5Blogos%5D%5B%5D%5Burl%5D=https%3A%2F%2Fwww.itsalllost.com%2Fwp-content%2Fuploads%2F2017%2F04%2Ftwilio-logo-red.png&approval_request%5Btransaction%5D%5Bcreated_at_time%5D=1512940900&approval_request%5Btransaction%5D%5Bcustomer_uuid%5D=15083&approval_request%5Btransaction%5D%5Bdetails%5D%5Bcosa1%5D=cosa1&approval_request%5Btransaction%5D%5Bdetails%5D%5Bcosa2%5D=cosa2&approval_request%5Btransaction%5D%5Bdetails%5D%5Blocation%5D=California%2CUSA&approval_request%5Btransaction%5D%5Bdetails%5D%5Busername%5D=User&approval_request%5Btransaction%5D%5Bdevice_geolocation%5D=&approval_request%5Btransaction%5D%5Bdevice_signing_time%5D=1512940918&approval_request%5Btransaction%5D%5Bencrypted%5D=false&approval_request%5Btransaction%5D%5Bflagged%5D=false&approval_request%5Btransaction%5D%5Bhidden_details%5D%5Bip_address%5D=10.10.3.203&approval_request%5Btransaction%5D%5Bmessage%5D=Authorize+OneTouch+Unit+Test&approval_request%5Btransaction%5D%5Breason%5D=&approval_request%5Btransaction%5D%5Brequester_details%5D=&approval_request%5Btransaction%5D%5Bstatus%5D=approved&approval_request%5Btransaction%5D%5Buuid%5D=098c3580-c01e-0135-eb00-0e5d90336a8c&authy_id=688611&callback_action=approval_request_status&device%5Bcity%5D=&device%5Bcountry%5D=Colombia&device%5Bid%5D=2102943&device%5Bip%5D=190.130.65.251&device%5Blast_account_recovery_at%5D=&device%5Blast_sync_date%5D=1505418173&device%5Bos_type%5D=android&device%5Bregion%5D=&device%5Bregistration_city%5D=&device%5Bregistration_country%5D=Colombia&device%5Bregistration_date%5D=1505418165&device%5Bregistration_ip%5D=190.130.66.242&device%5Bregistration_method%5D=sms&device%5Bregistration_region%5D=&device_uuid=2102943&signature=qOLMuHVy4KITm2nSd1PxJCv%2BydjcduKwxz2Fc7pMrDm7QtU2hMAnY5AUxdwlae5WJmEWNM8OctdGhMJweTwICkkOgYm2v%2Bu7k%2Fwz5zuPozDDnMqJWBjiCfbKNpKqf8CQ2dBndtxi2Sl7%2Fy57KiXYJfTlGHNBhCoTxVzVBNDEPu6OLV6KA60mcEW87tg1b4Q%2Fp69ZkYb5B1f9Ujk%2FueCbCK6JDhtUf1v3%2FbaNgO8o%2Fmp2EydiFughqpiHIIOR0VY9%2Fo%2Fhh5a7z6FG4OxZ3WmS7q2506Wy698LW3ZRNl0aXwtFIat4IyCSSuDQFW9LZEcXdQK4YixSJ8b5H8vlRErSPQ%3D%3D&status=approved&uuid=098c3580-c01e-0135-eb00-0e5d90336a8c`
)

// changed is baseBody with pieces of its text replaced.
func changed(pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(baseBody)
}

func atEnd(members string) string {
	return strings.TrimSuffix(baseBody, "}") + "," + members + "}"
}

func vectors() []vector {
	published := []vector{
		{
			name: "A1", key: "foo", nonce: "1455825429", url: "https://foo.bar/",
			body:   `{"foo":{"bar":{"biz":"foo"}},"qux":"net"}`,
			params: "foo%5Bbar%5D%5Bbiz%5D=foo&qux=net", signature: "uq/wB8AR1Acvn0wFcjm7mmBJyR11nuuMhMy6semsAO8=",
		},
		{
			name: "A2 a space is a plus", key: "foo", nonce: "1455825429", url: "https://foo.bar/",
			body:   `{"foo":{"bar":{"biz":"foo bar"}},"qux":"net"}`,
			params: "foo%5Bbar%5D%5Bbiz%5D=foo+bar&qux=net", signature: "+fyGys+d5yNJx9SpeKZdf+N77od1t1cC/fVSWDW2+kY=",
		},
		{
			name: "B dashboard parameters", key: "foobar123", nonce: "1427849783.886085",
			url:  "https://api.authy.com/dashboard/json/application/webhooks",
			body: `{"b":"val|ue&2","a":"value1"}`, params: "a=value1&b=val%7Cue%262",
			signature: "4f9676D/+BzsEq8NzF0fXpv7qETnzJUW/4YGe7p0EPM=",
		},
		{
			name: "C full callback with two logos", key: "FU10H0uCafgKnXvPfDm5iAisVuHDgXJA", nonce: "1512940917",
			url: "https://requestb.in/ui9vdiui", body: fullBody, params: fullParams,
			signature: "IFD2P2f5w2Jis1uref9Blu7a0liztOsnso16Gh6y054=",
		},
	}
	made := []vector{
		{name: "V1 no details", body: baseBody, params: baseParams, signature: "a+miPmXfQUK761u1rCCHra3dFbvFvgk4kvhbiucNwM0="},
		{
			name: "V2 details, hidden details and logos",
			body: changed(
				`"details":null`, `"details":{"account":"12-34 / 56","amount":"$ 1,000.00","note":"a=b&c?"}`,
				`"hidden_details":null`, `"hidden_details":{"ip":"10.0.0.1"}`,
				`"logos":null`, `"logos":[{"res":"default","url":"https://cdn.example.test/a b.png"},{"res":"low","url":"https://cdn.example.test/z.png"}]`),
			signature: "4csZOd7LLmGap8xf5mMYrjzPIWhQBQEOzvDr15vlN5w=",
		},
		{
			name: "V3 text beyond ASCII", body: changed("Log in?", "Café ☕ — 50%"),
			signature: "oiQPUhlN6SEfug3aQNjm8JOcJNS/+weORTv93hCQpXI=",
		},
		{
			name:      "V4 an array of texts keeps its order",
			body:      atEnd(`"device":{"enabled_unlock_methods":["pin","fingerprint"],"id":2000,"city":null,"multidevice_enabled":true}`),
			signature: "zoLNzZezW8SIYlD7SjOOThTOWplAk4iksCJY2u0h4ok=",
		},
		{
			name:      "V5 capitals sort before small letters",
			body:      changed(`"details":null`, `"details":{"From":"a@b.co","account":"1","To":"c@d.co"}`),
			signature: "zLnq/4DVJx4dtx4HIe6IkAhMTJ/FJ6FlvWSl9Y5+87g=",
		},
		{
			name:      "V6 encoded names are compared",
			body:      changed(`"details":null`, `"details":{"Account":"1","Account Number":"2"}`),
			signature: "oTFqX6F803n0kD3QbZpgrOO/XNUXY623MKDTRUslejU=",
		},
		{name: "V7 marks", body: changed("Log in?", "a~b*c(d)!'e"), signature: "2o63/qYzSfS9VmfUxkahgsAyLZ97Ma2C2v8VeGfW32E="},
		{
			name:      "V8 empty objects and arrays leave no trace",
			body:      changed(`"details":null`, `"details":{}`, `"logos":null`, `"logos":[]`),
			signature: "iXgbQMOsCzCnzsk84AZ2yhUAU2/IpCMpE2Tn2J4U+WQ=",
		},
		{
			name:      "V9 more than ten elements sort as text",
			body:      atEnd(`"arr":["0","1","2","3","4","5","6","7","8","9","10","11"]`),
			signature: "AWjtt/cJ+b/oehsVtP2WUy2bulVfni/YB8t6yeviGYY=",
		},
		{
			name: "V10 digits as a member name", body: changed(`"details":null`, `"details":{"12":"x","a":"y"}`),
			signature: "2iSBWwdRVNWpyhMpbfyS3RopIHVSAcutvIBIKDE53qU=", blanked: true,
		},
	}
	for i := range made {
		made[i].key, made[i].nonce, made[i].url = "test-api-key-0001", "1700000010", "https://app.example.test/authy/callback"
	}
	return append(published, made...)
}

func (v vector) canonical(t *testing.T) string {
	t.Helper()
	render := signature.Canonical
	if v.blanked {
		render = signature.CanonicalBlanked
	}
	params, err := render([]byte(v.body))
	if err != nil {
		t.Fatal(err)
	}
	return params
}

func TestVectorsAreSignedAndVerified(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			params := v.canonical(t)
			if v.params != "" && params != v.params {
				t.Errorf("parameters\n got %s\nwant %s", params, v.params)
			}
			if got := signature.Sign(v.key, v.nonce, "POST", v.url, params); got != v.signature {
				t.Errorf("signature %s, want %s", got, v.signature)
			}
			if !signature.Verify(v.key, v.nonce, "POST", v.url, params, v.signature) {
				t.Error("the vector does not verify")
			}
		})
	}
}

func TestVectorsByGetHaveTheSameText(t *testing.T) {
	t.Parallel()
	for _, v := range vectors() {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			params := v.canonical(t)
			pairs, err := signature.ParseForm(params)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := signature.CanonicalForm(pairs); err != nil || got != params {
				t.Errorf("rendered again: %v\n got %s\nwant %s", err, got, params)
			}
		})
	}
}

func TestVectorsForGetAndEmptyParameters(t *testing.T) {
	t.Parallel()
	const key, nonce, url = "foobar123", "1427849783.886085", "https://api.authy.com/dashboard/json/application/webhooks"
	cases := []struct{ method, params, want string }{
		{"GET", "a=value1&b=val%7Cue%262", "W+RlOV+lGi1EA9jaT1X5hL1aJFAuTRwnHuQhCp2tAxI="},
		{"POST", "", "UJRjviTdXFA0xu4duxW9BWVDRZGsmSUDd4RglmzcX4o="},
		{"GET", "", "yjA/tsM6Rkxgww9wmZLxRWaouw21ZRsi7QIOdm7cEmA="},
	}
	for _, c := range cases {
		if got := signature.Sign(key, nonce, c.method, url, c.params); got != c.want {
			t.Errorf("%s with %q: %s, want %s", c.method, c.params, got, c.want)
		}
		if !signature.Verify(key, nonce, c.method, url, c.params, c.want) {
			t.Errorf("%s with %q does not verify", c.method, c.params)
		}
	}
}

func TestEveryByteOfAVectorCounts(t *testing.T) {
	t.Parallel()
	v := vectors()[4]
	params := v.canonical(t)
	if signature.Verify(v.key, v.nonce, "GET", v.url, params, v.signature) {
		t.Error("another method verifies")
	}
	if signature.Verify(v.key, v.nonce, "POST", v.url+"/", params, v.signature) {
		t.Error("another URL verifies")
	}
	if signature.Verify(v.key, v.nonce+"0", "POST", v.url, params, v.signature) {
		t.Error("another nonce verifies")
	}
	if signature.Verify(v.key+"0", v.nonce, "POST", v.url, params, v.signature) {
		t.Error("another key verifies")
	}
	for i := range params {
		altered := params[:i] + string(params[i]^1) + params[i+1:]
		if signature.Verify(v.key, v.nonce, "POST", v.url, altered, v.signature) {
			t.Fatalf("parameters altered at byte %d verify", i)
		}
	}
}
