package main

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/client/launchkey/launchkeytest"
	"github.com/twinseal/twinseal/policy"
)

const (
	organization = "6a2b4c1e-0d3f-4a5b-8c7d-9e0f1a2b3c4d"
	directory    = "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5"
	service      = "5f6e7d8c-9b0a-4f1e-8d2c-3b4a59687766"
	device       = "1b4f0a9c-2d3e-4f5a-8b6c-7d8e9f0a1b2c"
	request      = "f2b4c6d8-e0a1-4b3c-8d5e-6f7081920a1b"
	kid          = "3c:be:d4:29:ed:df:f7:f5:fd:7b:22:37:63:f1:7e:dd"
)

// keys take long to make, so all tests share them.
var keys = struct {
	once           sync.Once
	server, issuer launchkeytest.Key
}{}

func shareKeys(t *testing.T) {
	t.Helper()
	keys.once.Do(func() { keys.server, keys.issuer = launchkeytest.NewKey(t), launchkeytest.NewKey(t) })
}

// story is one command, the request that it makes and what it prints.
type story struct {
	name   string
	args   string // split at spaces; _ is a space inside an argument
	as     string // who signs; the organization when empty
	asked  string // method, path and body
	status int
	answer string
	want   string
	fails  string // part of the error
}

func (s story) run(t *testing.T) {
	t.Helper()
	shareKeys(t)
	if s.as == "" {
		s.as = "org:" + organization
	}
	var asked string
	server := launchkeytest.Start(t, s.as, keys.issuer, keys.server, func(r launchkeytest.Request) launchkeytest.Reply {
		asked = strings.TrimSpace(r.Method + " " + r.Path + " " + r.Body)
		if s.status == 0 && s.answer == "" {
			s.status = 204
		}
		return launchkeytest.Reply{Status: s.status, Body: s.answer}
	})
	out, err := execute(t, server, s.as, s.args)
	if s.fails == "" && err != nil || s.fails != "" && (err == nil || !strings.Contains(explain(err), s.fails)) {
		t.Errorf("error %v, want %q", err, s.fails)
	}
	if asked != s.asked {
		t.Errorf("asked\n got %s\nwant %s", asked, s.asked)
	}
	if got := strings.TrimSpace(out); got != strings.TrimSpace(s.want) {
		t.Errorf("printed\n%s\nwant\n%s", got, s.want)
	}
}

func execute(t *testing.T, server *launchkeytest.Server, as, args string) (string, error) {
	t.Helper()
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, keys.issuer.PrivatePEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	root := rootCommand(func(name string) string {
		return map[string]string{"LAUNCHKEY_URL": server.URL, "LAUNCHKEY_AS": as, "LAUNCHKEY_KEY": key}[name]
	})
	var out, errors bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errors)
	split := strings.Fields(args)
	for i := range split {
		split[i] = strings.ReplaceAll(split[i], "_", " ")
	}
	root.SetArgs(append(split, "--poll", "1us", "--poll-longest", "1us"))
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func tell(t *testing.T, stories []story) {
	t.Helper()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

const (
	inDirectory = " --directory " + directory
	forService  = " --service " + service
)

func TestDeviceCommands(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{
			name: "link", args: "device link jo --ttl 5m" + inDirectory, asked: `POST /directory/v3/devices {"identifier":"jo","ttl":300}`,
			status: 201, answer: `{"code":"5r53j9z","qrcode":"https://mfa.example.net/public/v3/qr/5r53j9z","device_id":"` + device + `"}`,
			want: "Code     5r53j9z\nPicture  https://mfa.example.net/public/v3/qr/5r53j9z\nDevice   " + device,
		},
		{
			name: "link in JSON", args: "device link jo --json" + inDirectory, asked: `POST /directory/v3/devices {"identifier":"jo"}`,
			status: 201, answer: `{"code":"5r53j9z","qrcode":"https://mfa.example.net/public/v3/qr/5r53j9z","device_id":"` + device + `"}`,
			want: "{\n  \"code\": \"5r53j9z\",\n  \"device_id\": \"" + device + "\",\n  \"qr_code_url\": \"https://mfa.example.net/public/v3/qr/5r53j9z\"\n}",
		},
		{
			name: "list", args: "device list jo" + inDirectory, asked: `POST /directory/v3/devices/list {"identifier":"jo"}`,
			answer: `[{"id":"` + device + `","name":"Jo's tél\u0007","type":"Android","status":1,"created":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z"},` +
				`{"id":"` + request + `","name":null,"type":null,"status":0,"created":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z"}]`,
			want: "DEVICE                                STATUS        NAME       TYPE     SINCE\n" +
				device + "  linked        Jo's tél   Android  2026-01-31 12:00:00 UTC\n" +
				request + "  link pending                      2026-01-31 12:00:00 UTC",
		},
		{name: "list of none", args: "device list jo" + inDirectory, asked: `POST /directory/v3/devices/list {"identifier":"jo"}`, answer: `[]`, want: "no devices"},
		{
			name: "unlink", args: "device unlink jo " + device, as: "dir:" + directory, asked: `DELETE /directory/v3/devices {"identifier":"jo","device_id":"` + device + `"}`, want: "Done  unlinked",
		},
		{name: "without directory", args: "device list jo", fails: "--directory or LAUNCHKEY_DIRECTORY"},
		{name: "as a service", args: "device list jo", as: "svc:" + service, fails: "--as org:"},
		{name: "of another organization", args: "device list jo" + inDirectory, asked: `POST /directory/v3/devices/list {"identifier":"jo"}`, status: 403, fails: "check --as, --directory and --service"},
	})
}

func TestTOTPCommands(t *testing.T) {
	t.Parallel()
	const answer = `{"secret":"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567","algorithm":"SHA1","period":30,"digits":6}`
	tell(t, []story{
		{
			name: "generate", args: "totp generate jo --issuer Shop" + inDirectory, asked: `POST /directory/v3/totp {"identifier":"jo"}`, status: 201, answer: answer,
			want: "Secret     ABCDEFGHIJKLMNOPQRSTUVWXYZ234567\nAlgorithm  SHA1\nPeriod     30s\nDigits     6\n" +
				"Address    otpauth://totp/Shop:jo?algorithm=SHA1&digits=6&issuer=Shop&period=30&secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
		},
		{name: "verify", args: "totp verify jo 012345" + forService, asked: `POST /service/v3/totp {"identifier":"jo","otp":"012345"}`, answer: `{"valid":true}`, want: "Valid  yes"},
		{name: "verify a wrong one", args: "totp verify jo 012345" + forService, asked: `POST /service/v3/totp {"identifier":"jo","otp":"012345"}`, answer: `{"valid":false}`, want: "Valid  no", fails: "not authorized"},
		{name: "remove", args: "totp remove jo" + inDirectory, asked: `DELETE /directory/v3/totp {"identifier":"jo"}`, want: "Done  removed"},
	})
}

func TestSessionCommands(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{name: "start", args: "session start jo --request " + request + forService, asked: `POST /service/v3/sessions {"username":"jo","auth_request":"` + request + `"}`, want: "Done  started"},
		{name: "end", args: "session end jo", as: "svc:" + service, asked: `DELETE /service/v3/sessions {"username":"jo"}`, want: "Done  ended"},
		{name: "end in JSON", args: "session end jo --json", as: "svc:" + service, asked: `DELETE /service/v3/sessions {"username":"jo"}`, want: "{\n  \"done\": true\n}"},
		{
			name: "list", args: "session list jo" + inDirectory, asked: `POST /directory/v3/sessions/list {"identifier":"jo"}`,
			answer: `[{"auth_request":null,"date_created":"2026-01-31T12:00:00Z","service_icon":null,"service_id":"` + service + `","service_name":"Login"}]`,
			want:   "SERVICE                               NAME   SINCE                    REQUEST\n" + service + "  Login  2026-01-31 12:00:00 UTC",
		},
		{name: "end all", args: "session end-all jo" + inDirectory, asked: `DELETE /directory/v3/sessions {"identifier":"jo"}`, want: "Done  ended"},
		{name: "without service", args: "session end jo", fails: "--service or LAUNCHKEY_SERVICE"},
	})
}

func TestDirectoryCommands(t *testing.T) {
	t.Parallel()
	const one = `{"id":"` + directory + `","name":"customers","active":true,"service_ids":["` + service + `"],"sdk_keys":["` + device + `"],"premium":false,` +
		`"android_key":null,"ios_certificate_fingerprint":null,"denial_context_inquiry_enabled":true,"webhook_url":"https://shop.example.net"}`
	const id = `{"directory_id":"` + directory + `"`
	tell(t, []story{
		{name: "create", args: "directory create customers", asked: `POST /organization/v3/directories {"name":"customers"}`, status: 201, answer: `{"id":"` + directory + `"}`, want: "Directory  " + directory},
		{name: "create a second", args: "directory create customers", asked: `POST /organization/v3/directories {"name":"customers"}`, status: 400, answer: `{"error_code":"ORG-003","error_detail":"name in use"}`, fails: "create directory: name in use (HTTP 400, code ORG-003)"},
		{name: "list", args: "directory list", asked: `GET /organization/v3/directories`, answer: "[" + one + "]", want: "DIRECTORY                             NAME       ACTIVE\n" + directory + "  customers  yes"},
		{
			name: "show", args: "directory show " + directory, asked: `POST /organization/v3/directories/list {"directory_ids":["` + directory + `"]}`, answer: "[" + one + "]",
			want: "Directory             " + directory + "\nName                  customers\nActive                yes\nAsks why when denied  yes\n" +
				"Webhook URL           https://shop.example.net\nSDK keys              " + device + "\nServices              " + service,
		},
		{
			name: "update", args: "directory update " + directory + " --active=false --webhook-url= --android-key k",
			asked: `PATCH /organization/v3/directories ` + id + `,"active":false,"android_key":"k","webhook_url":null}`, want: "Done  updated",
		},
		{name: "generate an SDK key", args: "directory sdk-key generate " + directory, asked: `POST /organization/v3/directory/sdk-keys ` + id + `}`, status: 201, answer: `{"sdk_key":"` + device + `"}`, want: "SDK key  " + device},
		{name: "list SDK keys", args: "directory sdk-key list " + directory, asked: `POST /organization/v3/directory/sdk-keys/list ` + id + `}`, answer: `["` + device + `"]`, want: "SDK KEY\n" + device},
		{name: "remove an SDK key", args: "directory sdk-key remove " + directory + " " + device, asked: `DELETE /organization/v3/directory/sdk-keys ` + id + `,"sdk_key":"` + device + `"}`, want: "Done  removed"},
		{name: "as a directory", args: "directory list", as: "dir:" + directory, fails: "--as org:"},
	})
}

func TestServiceCommands(t *testing.T) {
	t.Parallel()
	const one = `{"id":"` + service + `","name":"Login","description":null,"icon":null,"callback_url":"https://a.test","active":true}`
	tell(t, []story{
		{
			name: "create for the organization", args: "service create Login --callback-url https://a.test", status: 201, answer: `{"id":"` + service + `"}`, want: "Service  " + service,
			asked: `POST /organization/v3/services {"name":"Login","description":null,"icon":null,"callback_url":"https://a.test","active":true}`,
		},
		{
			name: "create for a directory", args: "service create Login --active=false" + inDirectory, status: 201, answer: `{"id":"` + service + `"}`, want: "Service  " + service,
			asked: `POST /directory/v3/services {"name":"Login","description":null,"icon":null,"callback_url":null,"active":false}`,
		},
		{name: "list", args: "service list", asked: `GET /organization/v3/services`, answer: "[" + one + "]", want: "SERVICE                               NAME   ACTIVE  CALLBACK URL\n" + service + "  Login  yes     https://a.test"},
		{name: "show", args: "service show " + service, as: "dir:" + directory, asked: `POST /directory/v3/services/list {"service_ids":["` + service + `"]}`, answer: "[" + one + "]", want: "Service       " + service + "\nName          Login\nActive        yes\nCallback URL  https://a.test"},
		{name: "update", args: "service update " + service + " --name New --icon= --active=true", asked: `PATCH /organization/v3/services {"service_id":"` + service + `","name":"New","icon":null,"active":true}`, want: "Done  updated"},
	})
}

func TestKeyCommands(t *testing.T) {
	t.Parallel()
	shareKeys(t)
	file := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(file, keys.issuer.PublicPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(keys.issuer.PublicPEM()), "\n", `\n`)
	const list = `[{"id":"` + kid + `","active":true,"date_created":"2026-01-31T12:00:00Z","date_expires":null,"public_key":"x","key_type":2}]`
	const id = `{"directory_id":"` + directory + `"`
	tell(t, []story{
		{name: "id", args: "key id " + file, want: "Key  " + keys.issuer.ID},
		{name: "list", args: "key list dir:" + directory, asked: `POST /organization/v3/directory/keys/list ` + id + `}`, answer: list, want: "KEY                                              FOR        ACTIVE  SINCE                    UNTIL\n" + kid + "  signature  yes     2026-01-31 12:00:00 UTC"},
		{name: "list of a service", args: "key list svc:" + service + inDirectory, asked: `POST /directory/v3/service/keys/list {"service_id":"` + service + `"}`, answer: `[]`, want: "no keys"},
		{
			name: "add", args: "key add dir:" + directory + " " + file + " --type encryption --expires 2030-01-31T12:00:00Z", status: 201, answer: `{"key_id":"` + kid + `"}`, want: "Key  " + kid,
			asked: `POST /organization/v3/directory/keys ` + id + `,"public_key":"` + text + `","date_expires":"2030-01-31T12:00:00Z","active":true,"key_type":1}`,
		},
		{name: "add of another kind", args: "key add dir:" + directory + " " + file + " --type fun", fails: "both, encryption or signature"},
		{name: "update", args: "key update svc:" + service + " " + kid + " --active=false --expires=", asked: `PATCH /organization/v3/service/keys {"service_id":"` + service + `","key_id":"` + kid + `","active":false,"date_expires":null}`, want: "Done  updated"},
		{name: "update to no time", args: "key update svc:" + service + " " + kid + " --expires soon", fails: "write it as in"},
		{name: "remove", args: "key remove dir:" + directory + " " + kid, asked: `DELETE /organization/v3/directory/keys ` + id + `,"key_id":"` + kid + `"}`, want: "Done  removed"},
		{name: "of nobody", args: "key list " + directory, fails: "dir:ID or svc:ID"},
	})
}

func TestPolicyCommands(t *testing.T) {
	t.Parallel()
	set := func(policy string) string {
		return `PUT /organization/v3/service/policy {"service_id":"` + service + `","policy":` + policy + `}`
	}
	const show = `POST /organization/v3/service/policy/item {"service_id":"` + service + `"}`
	const refuse = `"deny_rooted_jailbroken":true,"deny_emulator_simulator":false}`
	const circle = `{"type":"GEO_CIRCLE","name":"Office","latitude":36.12,"longitude":-115.17,"radius":150}`
	conditional := `{"type":"COND_GEO","fences":[` + circle + `],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[]},"outside":{"type":"FACTORS","factors":["INHERENCE","KNOWLEDGE"],"fences":[]},` + refuse
	const legacy = `{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":2,"knowledge":0,"inherence":0,"possession":0}],"factors":[` +
		`{"factor":"timefence","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"time fences":[` +
		`{"name":"Office hours","days":["Monday","Tuesday"],"start hour":8,"start minute":0,"end hour":17,"end minute":59,"timezone":"Europe/Berlin"}]}}]}`
	tell(t, []story{
		{name: "methods", args: "policy set " + service + " --methods 2 --deny-rooted", asked: set(`{"type":"METHOD_AMOUNT","amount":2,"fences":[],` + refuse), want: "Done  set"},
		{
			name: "factors", args: "policy set " + service + " --factor knowledge --deny-rooted --territory US,US-NV,89120", want: "Done  set",
			asked: set(`{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[{"type":"TERRITORY","country":"US","administrative_area":"US-NV","postal_code":"89120"}],` + refuse),
		},
		{name: "a condition", args: "policy set " + service + " --circle 36.12,-115.17,150,Office --inside 1 --outside knowledge,inherence --deny-rooted", asked: set(conditional), want: "Done  set"},
		{name: "the first kind", args: "policy set " + service + " --legacy --methods 2 --time Office_hours/Mon,tuesday/08:00-17:59/Europe/Berlin", asked: set(legacy), want: "Done  set"},
		{name: "remove", args: "policy remove " + service, asked: `DELETE /organization/v3/service/policy {"service_id":"` + service + `"}`, want: "Done  removed"},
		{
			name: "show a condition", args: "policy show " + service, asked: show, answer: conditional,
			want: "Kind     conditional\nPlace    Office (150 m around 36.12, -115.17)\nInside   1 method\nOutside  inherence, knowledge\nRefuses  devices that were broken open",
		},
		{name: "show the first kind", args: "policy show " + service, asked: show, answer: legacy, want: "Kind     legacy\nDemands  2 methods\nTime     Office hours (Mon,Tue 08:00-17:59 Europe/Berlin)"},
		{name: "show none", args: "policy show " + service, asked: show, answer: `{"type":"LEGACY","minimum_requirements":[],"factors":[]}`, want: "Kind     legacy\nDemands  nothing"},
		{
			name: "show factors", args: "policy show " + service, asked: show, answer: `{"type":"FACTORS","factors":["POSSESSION"],"fences":[{"type":"TERRITORY","country":"US"}],"deny_emulator_simulator":true}`,
			want: "Kind     factors\nDemands  possession\nPlace    US\nRefuses  simulated devices",
		},
		{name: "show an amount", args: "policy show " + service, asked: show, answer: `{"type":"METHOD_AMOUNT","amount":3,"fences":[]}`, want: "Kind     method amount\nDemands  3 methods"},
		{name: "both demands", args: "policy set " + service + " --methods 1 --factor knowledge", fails: "not both"},
		{name: "a time in a new policy", args: "policy set " + service + " --time a/Mon/00:00-01:00/UTC", fails: "--legacy"},
		{name: "a territory in an old policy", args: "policy set " + service + " --legacy --territory US", fails: "no territories"},
		{name: "a condition with demands", args: "policy set " + service + " --inside 1 --outside 2 --methods 1", fails: "leave --methods"},
		{name: "half a condition", args: "policy set " + service + " --inside 1 --circle 1,2,3", fails: "--inside and --outside"},
		{name: "an unknown factor", args: "policy set " + service + " --factor luck", fails: "is no factor"},
		{name: "a circle without radius", args: "policy set " + service + " --circle 1,2", fails: "LAT,LON,METRES"},
		{name: "a circle of words", args: "policy set " + service + " --circle a,b,c", fails: "is no number"},
		{name: "an endless territory", args: "policy set " + service + " --territory a,b,c,d", fails: "COUNTRY,AREA,POSTAL"},
		{name: "an eighth day", args: "policy set " + service + " --legacy --time a/Foo/00:00-01:00/UTC", fails: "no day of the week"},
		{name: "a 25th hour", args: "policy set " + service + " --legacy --time a/Mon/25:00-01:00/UTC", fails: "no time of the day"},
		{name: "half a time", args: "policy set " + service + " --legacy --time a/Mon", fails: "NAME/DAYS/FROM-TO/ZONE"},
	})
}

func TestWhoSignsAndWhere(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"ping --url=":                   "--url or LAUNCHKEY_URL",
		"ping --as=":                    "--as or LAUNCHKEY_AS",
		"ping --as=usr:1":               "signs nothing",
		"ping --as=org:1":               "must be a UUID",
		"ping --key=":                   "--key or LAUNCHKEY_KEY",
		"ping --key=/nowhere":           "no such file",
		"ping --encryption-key=/nothin": "no such file",
		"ping too much":                 "use it as: launchkey-cli ping",
		"policy show":                   "use it as: launchkey-cli policy show SERVICE",
	} {
		shareKeys(t)
		server := launchkeytest.Start(t, "org:"+organization, keys.issuer, keys.server, nil)
		if _, err := execute(t, server, "org:"+organization, args); err == nil || !strings.Contains(explain(err), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
	for _, as := range []string{"org:" + organization, "dir:" + directory, "svc:" + service} {
		server := launchkeytest.Start(t, as, keys.issuer, keys.server, nil)
		if out, err := execute(t, server, as, "ping"); err != nil || !strings.HasPrefix(out, "Server's time  20") {
			t.Errorf("%s: %s%v", as, out, err)
		}
	}
}

func answer(approved bool) answerpackage.Package {
	return answerpackage.New(answerpackage.Answer{
		AuthRequest: request, DeviceID: device, ServicePins: []string{"8074", "1234"}, Approved: approved, Fraud: !approved, DenialReason: "f",
		Policy:   policy.Policy{Factors: []policy.Factor{policy.Knowledge}, Places: [][]policy.Fence{{{Kind: policy.Circle, Latitude: 1, Longitude: 2, Radius: 3}}}},
		Evidence: policy.Evidence{Methods: []policy.Method{policy.PINCode}},
		Device:   answerpackage.Capabilities{Supported: answerpackage.DefaultSupported(), Configured: []policy.Method{policy.PINCode}},
	})
}

func TestAuthorizeAsksAndWaits(t *testing.T) {
	t.Parallel()
	shareKeys(t)
	var server *launchkeytest.Server
	var asked string
	polls, approved := 0, true
	server = launchkeytest.Start(t, "org:"+organization, keys.issuer, keys.server, func(r launchkeytest.Request) launchkeytest.Reply {
		if r.Method == http.MethodPost {
			asked = r.Body
			return launchkeytest.Reply{Status: 201, Body: `{"auth_request":"` + request + `","device_ids":["` + device + `"]}`}
		}
		if polls++; polls == 1 {
			return launchkeytest.Reply{Status: 204}
		}
		return launchkeytest.Reply{Body: server.Response(answer(approved), keys.issuer, nil)}
	})
	as := "org:" + organization
	out, err := execute(t, server, as, "authorize jo --context Log_in --factor knowledge --jailbreak-protection --circle 1,2,3 --denial-reason n:No --denial-reason f:Not_me:fraud"+forService)
	want := "Authorized                yes\nOutcome                   authorized, approved\nRequest                   " + request + "\nDevice                    " + device +
		"\nService pins              8074, 1234\nUser at the service       service-hash\nUser at the organization  org-hash\nUser push id              push-id\n" +
		"Methods passed            pin_code\nDemanded                  knowledge; 3 m around 1, 2\n"
	if err != nil || out != want {
		t.Errorf("%v, printed\n%s\nwant\n%s", err, out, want)
	}
	for _, part := range []string{`"context":"Log in"`, `"knowledge":1`, `"factor":"device integrity"`, `"locations":[{"radius":3,`, `{"id":"f","reason":"Not me","fraud":true}`} {
		if !strings.Contains(asked, part) {
			t.Errorf("%s is missing in %s", part, asked)
		}
	}

	approved = false
	out, err = execute(t, server, as, "poll "+request+forService)
	if !errors.Is(err, errNotAuthorized) || !strings.Contains(out, "denied, fraudulent") || !strings.Contains(out, "Denial reason             f") {
		t.Errorf("%v: %s", err, out)
	}
	out, err = execute(t, server, as, "poll --wait --json "+request+forService)
	if !errors.Is(err, errNotAuthorized) || !strings.Contains(out, `"fraud": true`) || !strings.Contains(out, `"organization_user_hash": "org-hash"`) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestRequestCommands(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{
			name: "ask without waiting", args: "authorize jo --no-wait" + forService, asked: `POST /service/v3/auths {"username":"jo"}`, status: 201,
			answer: `{"auth_request":"` + request + `","device_ids":["` + device + `"]}`, want: "Request  " + request + "\nDevices  " + device,
		},
		{
			name: "ask again", args: "authorize jo" + forService, asked: `POST /service/v3/auths {"username":"jo"}`, status: 409,
			answer: `{"error_code":"SVC-005","error_detail":"busy","error_data":{"auth_request":"` + request + `","expires":"2026-01-31T12:05:00Z"}}`,
			fails:  "busy (HTTP 409, code SVC-005)\n  pending: " + request + " until 2026-01-31 12:05:00 UTC\n  wait for the answer to it, or cancel it",
		},
		{name: "look too early", args: "poll " + request + forService, asked: `GET /service/v3/auths/` + request, want: "Pending  nobody has answered yet"},
		{name: "look too late", args: "poll " + request + forService, asked: `GET /service/v3/auths/` + request, status: 408, fails: "nobody answered in time"},
		{name: "cancel", args: "cancel " + request + forService, asked: `DELETE /service/v3/auths/` + request, want: "Done  canceled"},
		{name: "a reason without text", args: "authorize jo --denial-reason x" + forService, fails: "ID:TEXT"},
		{name: "an unknown factor", args: "authorize jo --factor luck" + forService, fails: "is no factor"},
		{name: "a circle of words", args: "authorize jo --circle a,b,c" + forService, fails: "is no number"},
	})
}

func TestHintsAreForErrorsOfTheServer(t *testing.T) {
	t.Parallel()
	for _, h := range hints {
		if text := explain(h.kind); !strings.Contains(text, h.hint) {
			t.Errorf("%s: %s", h.kind, text)
		}
	}
	if text := explain(launchkey.ErrConflict); text != "conflict" {
		t.Error(text)
	}
}
