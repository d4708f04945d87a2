package launchkey_test

import "strings"

// sdk is one of the published clients, as far as it differs from the others on the wire.
type sdk struct {
	name        string
	agent       string
	alg         string // of tokens
	algClaim    bool   // repeats it as a claim
	typ         bool   // names the type of tokens
	function    string // of digests
	life        int64  // of tokens, in seconds
	wrapping    string // of bodies
	cty         bool   // names what is inside of bodies
	contentType func(body bool) string
	sends       []sent
}

// sent is one call of a client: what its body holds, and what the client expects.
type sent struct {
	name    string
	subject string
	method  string
	path    string
	body    string
	status  int
	answer  string
}

func only(kind string) func(bool) string {
	return func(body bool) string {
		if body {
			return kind
		}
		return ""
	}
}

// samplePEM is a key that is uploaded, as JSON text.
func samplePEM() string {
	return `"` + strings.ReplaceAll(publicPEM(private("stranger")), "\n", `\n`) + `"`
}

const (
	servicesPath = "/directory/v3/services"
	serviceKeys  = "/directory/v3/service/keys"
	policyPath   = "/directory/v3/service/policy"
)

// aboutDirectory is a whole directory with the changes that a client just made.
func aboutDirectory(active, android, webhook string) string {
	return `[{"id":"` + dirID + `","name":"people","active":` + active + `,"service_ids":["` + svcID + `"],"sdk_keys":[],"premium":false,"android_key":` + android +
		`,"ios_certificate_fingerprint":null,"denial_context_inquiry_enabled":true,"webhook_url":` + webhook + `}]`
}

func thisDirectory(more string) string { return `{"directory_id":"` + dirID + `"` + more + `}` }

func thisService(more string) string { return `{"service_id":"` + svcID + `"` + more + `}` }

// clients are the three, each with calls in which it differs from the others.
var clients = map[string]sdk{
	"java": {
		name: "Java 4.10.0", agent: "JavaServiceSDK/4.10.0", alg: "RS256", function: "S256", life: 1, wrapping: "RSA-OAEP-256", cty: true,
		contentType: only("application/jose"),
		sends: []sent{
			{"make a directory", onOrg, "POST", directories, `{"name":"Made by Java"}`, 201, `{"id":"*"}`},
			{"make it again", onOrg, "POST", directories, `{"name":"Made by Java"}`, 400, `{"error_code":"ORG-003","error_detail":"*","error_data":null}`},
			{"set everything of a directory", onOrg, "PATCH", directories, thisDirectory(`,"active":false,"android_key":"key","ios_p12":null,"webhook_url":"https://a.b/hook"`), 204, ``},
			{"read it", onOrg, "POST", directories + "/list", `{"directory_ids":["` + dirID + `"]}`, 200, aboutDirectory("false", `"key"`, `"https://a.b/hook"`)},
			{"switch it on, all else null", onOrg, "PATCH", directories, thisDirectory(`,"active":true,"android_key":null,"ios_p12":null,"webhook_url":null`), 204, ``},
			{"read it again", onOrg, "POST", directories + "/list", `{"directory_ids":["` + dirID + `"]}`, 200, aboutDirectory("true", "null", "null")},
			{"add a key, all else null", onOrg, "POST", dirKeys, thisDirectory(`,"public_key":` + samplePEM() + `,"date_expires":null,"active":null,"key_type":1`), 201, `{"key_id":"*"}`},
			{"change nothing of it", onOrg, "PATCH", dirKeys, thisDirectory(`,"key_id":"` + kid(private("stranger")) + `","active":null,"date_expires":null`), 204, ``},
			{"a key of an unknown type", onOrg, "POST", dirKeys, thisDirectory(`,"public_key":` + samplePEM() + `,"key_type":-1`), 400, `{"error_code":"ARG-001","error_detail":{"key_type":"*"},"error_data":null}`},
			{"make a service", onDir, "POST", servicesPath, `{"name":"Made by Java","description":null,"icon":null,"callback_url":null,"active":true}`, 201, `{"id":"*"}`},
			{"describe a service, all else null", onDir, "PATCH", servicesPath, thisService(`,"name":null,"description":"Where people log in","icon":null,"callback_url":null,"active":null`), 204, ``},
			{"read it", onDir, "POST", servicesPath + "/list", `{"service_ids":["` + svcID + `"]}`, 200, `[{"id":"` + svcID + `","name":"Login","description":"Where people log in","icon":null,"callback_url":null,"active":true}]`},
			{"set a legacy policy", onDir, "PUT", policyPath, thisService(`,"policy":{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":2,"knowledge":0,"inherence":0,"possession":0}],"factors":[{"factor":"geofence","requirement":"forced requirement","priority":1,"attributes":{"locations":[{"name":"HQ","radius":500.0,"latitude":12.3,"longitude":23.4}]}}]}`), 204, ``},
			{"read it", onDir, "POST", policyPath + "/item", thisService(``), 200, `{"type":"LEGACY","minimum_requirements":[{"requirement":"authenticated","any":2,"knowledge":0,"inherence":0,"possession":0}],"factors":[{"factor":"geofence","requirement":"forced requirement","priority":1,"attributes":{"locations":[{"name":"HQ","radius":500.0,"latitude":12.3,"longitude":23.4}]}}]}`},
			{"set one that depends on the place", onDir, "PUT", policyPath, thisService(`,"policy":{"type":"COND_GEO","fences":[{"type":"TERRITORY","name":null,"country":"US","administrative_area":null,"postal_code":null}],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[],"deny_rooted_jailbroken":null,"deny_emulator_simulator":null},"outside":{"type":"FACTORS","factors":["POSSESSION","KNOWLEDGE"],"fences":null},"deny_rooted_jailbroken":true,"deny_emulator_simulator":false}`), 204, ``},
			{"read it", onDir, "POST", policyPath + "/item", thisService(``), 200, `{"type":"COND_GEO","fences":[{"type":"TERRITORY","country":"US"}],"inside":{"type":"METHOD_AMOUNT","amount":1,"fences":[]},"outside":{"type":"FACTORS","factors":["KNOWLEDGE","POSSESSION"],"fences":[]},"deny_rooted_jailbroken":true,"deny_emulator_simulator":false}`},
			{"take it away", onDir, "DELETE", policyPath, thisService(``), 204, ``},
			{"ask", onSvc, "POST", auths, `{"username":"ann","policy":null,"context":null,"title":null,"ttl":null,"push_title":null,"push_body":null,"denial_reasons":null}`, 201, `{"auth_request":"*","device_ids":["*"]}`},
			{"ask once more", onSvc, "POST", auths, `{"username":"ann","context":"Hello"}`, 409, `{"error_code":"SVC-005","error_detail":"*","error_data":{"auth_request":"*","expires":"2026-01-31T12:05:00Z","from_same_service":true}}`},
			{"poll a request that nobody knows", onSvc, "GET", auths + "/" + unknown, ``, 204, ``},
			{"log in", onSvc, "POST", svcSessions, `{"username":"ann","auth_request":null}`, 204, ``},
			{"log out", onSvc, "DELETE", svcSessions, `{"username":"ann"}`, 204, ``},
			{"check a code of nobody", onSvc, "POST", svcTOTP, `{"identifier":"ann","otp":"12345"}`, 404, ``},
		},
	},
	"dotnet": {
		name: ".NET 5.0.0", agent: ".NETServiceSDK/5.0.0", alg: "RS256", typ: true, function: "S256", life: 5, wrapping: "RSA-OAEP", cty: true,
		contentType: only(""),
		sends: []sent{
			{"make a directory", onOrg, "POST", directories, `{"name":"Made by .NET"}`, 201, `{"id":"*"}`},
			{"switch a directory, with its webhook", onOrg, "PATCH", directories, thisDirectory(`,"active":true,"webhook_url":null`), 204, ``},
			{"add a key that ended, dates with fractions", onOrg, "POST", dirKeys, thisDirectory(`,"public_key":` + samplePEM() + `,"date_expires":"2000-01-01T00:00:00.1234567Z","active":false,"key_type":2`), 201, `{"key_id":"*"}`},
			{"read it", onOrg, "POST", dirKeys + "/list", thisDirectory(``), 200, `[{"id":"*","active":true,"date_created":"*","date_expires":null,"public_key":"*","key_type":0},{"id":"*","active":false,"date_created":"*","date_expires":"2000-01-01T00:00:00Z","public_key":` + samplePEM() + `,"key_type":2}]`},
			{"change its date, without a zone", onOrg, "PATCH", dirKeys, thisDirectory(`,"key_id":"` + kid(private("stranger")) + `","active":true,"date_expires":"2001-02-03T04:05:06"`), 204, ``},
			{"change its date, with an offset", onOrg, "PATCH", dirKeys, thisDirectory(`,"key_id":"` + kid(private("stranger")) + `","active":true,"date_expires":"2001-02-03T04:05:06+01:00"`), 204, ``},
			{"make a service", onDir, "POST", servicesPath, `{"name":"Made by .NET","active":true}`, 201, `{"id":"*"}`},
			{"a count as a double", onDir, "PUT", policyPath, thisService(`,"policy":{"type":"METHOD_AMOUNT","amount":2.0,"fences":[{"type":"GEO_CIRCLE","latitude":36.0,"longitude":-115.0,"radius":200.0,"name":"HQ"}],"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`), 204, ``},
			{"read it", onDir, "POST", policyPath + "/item", thisService(``), 200, `{"type":"METHOD_AMOUNT","amount":2,"fences":[{"type":"GEO_CIRCLE","latitude":36.0,"longitude":-115.0,"radius":200.0,"name":"HQ"}],"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`},
			{"a legacy policy without a type or a priority", onDir, "PUT", policyPath, thisService(`,"policy":{"minimum_requirements":[{"requirement":"authenticated","any":1}],"factors":[{"factor":"device integrity","requirement":"forced requirement","attributes":{"factor enabled":1}}]}`), 204, ``},
			{"ask for more, places without names", onSvc, "POST", auths, `{"username":"ann","policy":{"minimum_requirements":[{"requirement":"authenticated","any":2}],"factors":[{"factor":"geofence","requirement":"forced requirement","priority":1,"attributes":{"locations":[{"radius":60.0,"latitude":27.175,"longitude":78.0422}]}}]},"ttl":60}`, 201, `{"auth_request":"*","device_ids":["*"]}`},
			{"devices", onDir, "POST", devices + "/list", `{"identifier":"ann"}`, 200, `[{"id":"*","name":"phone","status":1,"type":"test","created":"2026-01-31T12:00:00Z","updated":"2026-01-31T12:00:00Z"}]`},
			{"log in", onSvc, "POST", svcSessions, `{"username":"ann"}`, 204, ``},
			{"sessions", onDir, "POST", dirSessions + "/list", `{"identifier":"ann"}`, 200, `[{"auth_request":null,"date_created":"2026-01-31T12:00:00Z","service_icon":null,"service_id":"` + svcID + `","service_name":"Login"}]`},
			{"an unknown service", onDir, "POST", policyPath + "/item", `{"service_id":"` + unknown + `"}`, 400, `{"error_code":"SVC-004","error_detail":"*","error_data":null}`},
		},
	},
	"python": {
		name: "Python 4.0.1", agent: "PythonServiceSDK/4.0.1 (Linux 6.1)", alg: "RS512", algClaim: true, function: "S512", life: 5, wrapping: "RSA-OAEP",
		contentType: func(body bool) string {
			if body {
				return "application/jwe"
			}
			return "application/jwt"
		},
		sends: []sent{
			{"read all directories", onOrg, "GET", directories, ``, 200, aboutDirectory("true", "null", "null")},
			{"make a service, a switch as text", onDir, "POST", servicesPath, `{"name":"Made by Python","description":"d","icon":"http://a.b/i.png","callback_url":"http://a.b/c","active":"True"}`, 201, `{"id":"*"}`},
			{"a key with nothing but ids", onDir, "PATCH", serviceKeys, thisService(`,"key_id":"aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:77:88:99:00"`), 400, `{"error_code":"KEY-003","error_detail":"*","error_data":null}`},
			{"a policy with integrity off", onDir, "PUT", policyPath, thisService(`,"policy":{"minimum_requirements":[],"factors":[{"factor":"device integrity","requirement":"forced requirement","quickfail":false,"priority":1,"attributes":{"factor enabled":0}}]}`), 204, ``},
			{"a policy of the youngest class", onDir, "PUT", policyPath, thisService(`,"policy":{"type":"LEGACY","amount":2,"inherence_required":false,"knowledge_required":false,"possession_required":false,"deny_rooted_jailbroken":false,"fences":[],"time_restrictions":[]}`), 204, ``},
			{"explicit nulls in a fence", onDir, "PUT", policyPath, thisService(`,"policy":{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[{"type":"TERRITORY","name":null,"country":"US","administrative_area":"US-NV","postal_code":null}],"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`), 204, ``},
			{"read it", onDir, "POST", policyPath + "/item", thisService(``), 200, `{"type":"FACTORS","factors":["KNOWLEDGE"],"fences":[{"type":"TERRITORY","country":"US","administrative_area":"US-NV"}],"deny_rooted_jailbroken":false,"deny_emulator_simulator":false}`},
			{"nobody is named", onSvc, "POST", auths, `{"username":null,"context":"Hello"}`, 404, ``},
			{"a link", onDir, "POST", devices, `{"identifier":"bob","ttl":300}`, 201, `{"code":"*","qrcode":"*","device_id":"*"}`},
			{"a seed", onDir, "POST", dirTOTP, `{"identifier":"carl"}`, 201, `{"secret":"*","algorithm":"SHA1","period":30,"digits":6}`},
			{"a wrong code", onSvc, "POST", svcTOTP, `{"identifier":"carl","otp":"notvalid"}`, 200, `{"valid":false}`},
			{"no seed any more", onDir, "DELETE", dirTOTP, `{"identifier":"carl"}`, 204, ``},
			{"log in by an unknown request", onSvc, "POST", svcSessions, `{"username":"ann","auth_request":"` + unknown + `"}`, 204, ``},
			{"an unknown directory", onOrg, "POST", directories + "/list", `{"directory_ids":["` + unknown + `"]}`, 403, ``},
		},
	},
}
