package authy

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
)

// written is a tree as JSON, so that tests can say what they expect.
func written(t *testing.T, v *value) string {
	t.Helper()
	raw, err := json.Marshal(plain(v))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestFormsNestByBrackets(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, form, want string }{
		{"flat", "a=1&b=two+words&c=%C3%A9", `{"a":"1","b":"two words","c":"é"}`},
		{"object", "user[email]=jo%40example.com&user[cellphone]=1", `{"user":{"email":"jo@example.com","cellphone":"1"}}`},
		{"encoded brackets", "user%5Bemail%5D=a", `{"user":{"email":"a"}}`},
		{"key with spaces", "details[Account+Number]=1&details[From]=2", `{"details":{"Account Number":"1","From":"2"}}`},
		{"list", "events[]=b&events[]=a", `{"events":["b","a"]}`},
		{"hashes in a list open a new one when a name comes again", "logos[][res]=default&logos[][url]=u&logos[][res]=low&logos[][url]=v", `{"logos":[{"res":"default","url":"u"},{"res":"low","url":"v"}]}`},
		{"hashes in a list need not agree in their order", "logos[][url]=u&logos[][res]=default&logos[][res]=low&logos[][url]=v", `{"logos":[{"url":"u","res":"default"},{"res":"low","url":"v"}]}`},
		{"the last of equal names counts where the first stood", "a=1&b=2&a=3", `{"a":"3","b":"2"}`},
		{"empty parts", "&&a=1&", `{"a":"1"}`},
		{"no equals sign", "a", `{"a":""}`},
		{"empty name", "=x", `{" ":"x"}`},
		{"brackets that do not pair", "a[b=1&c]d=2&e[f]g]=3", `{"a[b":"1","c]d":"2","e[f]g]":"3"}`},
		{"three deep", "query[time][gte]=2018", `{"query":{"time":{"gte":"2018"}}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, _, err := decodeForm(test.form)
			if err != nil {
				t.Fatal(err)
			}
			if got := written(t, v); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestListsReadAlikeWithAndWithoutPositions(t *testing.T) {
	t.Parallel()
	want := []string{"default u", "low v"}
	for _, source := range []string{
		"logos[][res]=default&logos[][url]=u&logos[][res]=low&logos[][url]=v",
		"logos[0][res]=default&logos[0][url]=u&logos[1][res]=low&logos[1][url]=v",
		"logos[1][res]=low&logos[1][url]=v&logos[0][res]=default&logos[0][url]=u",
		`{"logos":[{"res":"default","url":"u"},{"res":"low","url":"v"}]}`,
	} {
		v, _, err := decodeBody("", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		elements, ok := v.get("logos").list()
		var got []string
		for _, e := range elements {
			got = append(got, e.get("res").text+" "+e.get("url").text)
		}
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", source, got)
		}
	}
	for _, source := range []string{`{"logos":"x"}`, `{"logos":{"a":1}}`, `{"logos":{"0123456":1}}`} {
		v, _, err := decodeBody("", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := v.get("logos").list(); ok {
			t.Errorf("%s counts as a list", source)
		}
	}
}

func TestBodiesAreReadByWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, contentType, body, want string }{
		{"JSON by its brace", "", ` {"a":1,"b":null,"c":true,"d":[1,"x"],"e":{"f":1.50}}`, `{"a":"1","b":null,"c":"true","d":["1","x"],"e":{"f":"1.50"}}`},
		{"JSON by its type, empty", "application/json", "", `{}`},
		{"JSON by its type, blank", "application/json; charset=utf-8", " \n", `{}`},
		{"JSON with spaces as Python writes it", "application/json", `{"user": {"email": "a", "send_install_link_via_sms": false}}`, `{"user":{"email":"a","send_install_link_via_sms":"false"}}`},
		{"JSON though it says form", form, `{"a":"b"}`, `{"a":"b"}`},
		{"JSON behind a byte order mark", "application/json", "\xef\xbb\xbf{\"a\":1}", `{"a":"1"}`},
		{"a form by default", "", "a=b", `{"a":"b"}`},
		{"a form that says nothing", "text/plain", "a=b\r\n", `{"a":"b"}`},
		{"order of members", "", `{"z":1,"a":2,"m":3}`, `{"z":"1","a":"2","m":"3"}`},
		{"members given twice count last", "", `{"a":1,"b":2,"a":3}`, `{"a":"3","b":"2"}`},
		{"XML by its bracket", "", `<user><cellphone>1</cellphone></user>`, `{"user":{"cellphone":"1"}}`},
		{"XML with another root", "application/xml", `<request><message>hi</message><details><From>x</From></details></request>`, `{"message":"hi","details":{"From":"x"}}`},
		{"an empty form", form, "", `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, _, err := decodeBody(test.contentType, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := written(t, v); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

const form = "application/x-www-form-urlencoded"

func TestWhatCannotBeTakenApartIsRefused(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 50) + strings.Repeat("]", 50)
	for _, test := range []struct {
		name, contentType, body string
		want                    error
	}{
		{"half an object", "", `{"a":`, errMalformed},
		{"two objects", "", `{}{}`, errMalformed},
		{"an array", "application/json", `[1]`, errMalformed},
		{"a text", "application/json", `"x"`, errMalformed},
		{"a form that says JSON", "application/json", `a=b`, errMalformed},
		{"a percent sign alone", form, `a=%`, errMalformed},
		{"a percent sign alone in a name", form, `%zz=1`, errMalformed},
		{"multipart", "multipart/form-data; boundary=x", "--x\r\n", errMalformed},
		{"bytes that are no UTF-8", form, "a=\xff", errEncoding},
		{"escapes that are no UTF-8", form, "a=%ff", errEncoding},
		{"escapes that are no UTF-8 in a name", form, "%ff=a", errEncoding},
		{"JSON that is no UTF-8", "", "{\"a\":\"\xff\"}", errEncoding},
		{"a NUL", form, "a=%00", errEncoding},
		{"a NUL in JSON", "", `{"a":"\u0000"}`, errEncoding},
		{"a NUL in a name of JSON", "", `{"\u0000":1}`, errEncoding},
		{"deep JSON", "", `{"a":` + deep + `}`, errTooDeep},
		{"deep form", form, "a" + strings.Repeat("[b]", 20) + "=1", errTooDeep},
		{"deep XML", "", strings.Repeat("<a>", 20) + strings.Repeat("</a>", 20), errTooDeep},
		{"too many values", form, strings.Repeat("a=1&", maxValues+1), errTooMany},
		{"too many values in JSON", "", `{"a":[` + strings.Repeat("1,", maxValues) + `1]}`, errTooMany},
		{"too many empty objects", "", `{"a":[` + strings.Repeat("{},", maxValues) + `{}]}`, errTooMany},
		{"too many empty lists", "", `{"a":[` + strings.Repeat("[],", maxValues) + `[]]}`, errTooMany},
		{"two shapes of one name", form, "a=1&a[b]=2", errShape},
		{"two shapes of one list", form, "a[]=1&a[b]=2", errShape},
		{"XML half open", "", "<user><a>", errMalformed},
		{"XML with a document type", "", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, errMalformed},
		{"XML with an unknown entity", "", `<a>&b;</a>`, errMalformed},
		{"XML with more behind it", "", `<a/><b/>`, errMalformed},
		{"XML with text behind it", "", `<a/>x`, errMalformed},
		{"XML in another encoding", "", `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, errMalformed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := decodeBody(test.contentType, []byte(test.body)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// request reads a request's parameters as the handler does.
func request(method, url, contentType, body string) *params {
	r := httptest.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return readParams(&endpoint.Request{Request: r})
}

func TestTheBodyWinsOverTheQuery(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		p := request(method, "/?a=query&b=query&user[email]=query&user[phone]=query", form, "a=body&user[email]=body")
		if got, want := written(t, p.root), `{"a":"body","b":"query","user":{"email":"body","phone":"query"}}`; got != want {
			t.Errorf("%s: got %s, want %s", method, got, want)
		}
	}
}

func TestKeysAreGatheredFromEverywhereAndMustAgree(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, header, query, body string
		want                      string
		ok                        bool
	}{
		{"none", "", "", "", "", false},
		{"header", "k", "", "", "k", true},
		{"query", "", "api_key=k", "", "k", true},
		{"form", "", "", "api_key=k", "k", true},
		{"JSON", "", "", `{"api_key":"k"}`, "k", true},
		{"XML", "", "", `<request><api_key>k</api_key></request>`, "k", true},
		{"everywhere", "k", "api_key=k", "api_key=k", "k", true},
		{"empty ones do not count", "k", "api_key=", `{"api_key":""}`, "k", true},
		{"header and query differ", "k", "api_key=l", "", "k", false},
		{"query and body differ", "", "api_key=k", "api_key=l", "k", false},
		{"query differs in itself", "", "api_key=k&api_key=l", "", "k", false},
		{"an object is none", "", "", `{"api_key":{"a":"k"}}`, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?"+test.query, strings.NewReader(test.body))
			if test.header != "" {
				r.Header.Set("x-authy-api-key", test.header)
			}
			key, ok := readParams(&endpoint.Request{Request: r}).key()
			if ok != test.ok || ok && key != test.want {
				t.Errorf("got %q, %v; want %q, %v", key, ok, test.want, test.ok)
			}
		})
	}
}

func TestFlagsComeInManySpellings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"true": true, "True": true, "TRUE": true, "1": true, "yes": true, " true ": true,
		"false": false, "False": false, "0": false, "": false, "null": false, "undefined": false,
	} {
		p := &params{root: &value{kind: kindObject, members: []member{{"force", &value{kind: kindText, text: text}}}}}
		if got := p.flag("force", false); got != want || p.failed() != nil {
			t.Errorf("%q: %v, %v", text, got, p.failed())
		}
	}
	p := request(http.MethodPost, "/", "", `{"force":true,"other":{"a":1},"odd":"maybe","none":null}`)
	if !p.flag("force", false) || !p.flag("none", true) || p.failed() != nil {
		t.Error("JSON booleans are not read")
	}
	if p.flag("odd", false) || p.failed() == nil {
		t.Error("a word is taken for a boolean")
	}
}

func TestWrongTypesAreNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body string
		read func(*params)
		want string
	}{
		{`{"phone_number":{"a":"1"}}`, func(p *params) { p.text("phone_number") }, "Invalid parameter: phone_number - is not a single value"},
		{`{"user":"x"}`, func(p *params) { p.object("user") }, "Invalid parameter: user - is not an object"},
		{`{"code_length":"four"}`, func(p *params) { p.integer("code_length", 4) }, "Invalid parameter: code_length - 'four' is not a valid Integer"},
		{`{"code_length":"99999999999999999999"}`, func(p *params) { p.integer("code_length", 4) }, "Invalid parameter: code_length - '99999999999999999999' is not a valid Integer"},
		{`{}`, func(p *params) { p.required("country_code") }, "Invalid parameter: country_code - Parameter is required"},
		{`{"force":"` + strings.Repeat("x", 100) + `"}`, func(p *params) { p.flag("force", false) }, "Invalid parameter: force - '" + strings.Repeat("x", 40) + "...' is not a valid Boolean"},
	} {
		p := request(http.MethodPost, "/", "", test.body)
		test.read(p)
		r, ok := errors.AsType[*refusal](p.failed())
		if !ok || r.code != "60004" || r.message != test.want {
			t.Errorf("%s: %v, want %s", test.body, p.failed(), test.want)
		}
	}
}

func TestTheSourceIsOneAddress(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"user_ip=192.0.2.7": "192.0.2.7", "ip=192.0.2.7": "192.0.2.7", "user_ip=::ffff:192.0.2.7": "192.0.2.7",
		"user_ip=2001:DB8::1%25eth0": "2001:db8::1", "user_ip=unknown": "", "user_ip[]=1": "", "": "", "user_ip=junk&ip=192.0.2.7": "192.0.2.7",
	} {
		if got := request(http.MethodGet, "/?"+query, "", "").source(); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func FuzzParams(f *testing.F) {
	for _, seed := range []struct{ query, contentType, body string }{
		{"api_key=k&force=True", form, "user%5Bemail%5D=a%40b.co&logos[][res]=default&logos[0][url]=x"},
		{"", "application/json", `{"details":{"a":null},"logos":[{"res":"default"}],"seconds_to_expire":"600"}`},
		{"query[time][gte]=2018", "application/xml", `<user><email>x</email></user>`},
	} {
		f.Add(seed.query, seed.contentType, seed.body)
	}
	f.Fuzz(func(t *testing.T, query, contentType, body string) {
		for _, read := range []func() (*value, error){
			func() (*value, error) { v, _, err := decodeForm(query); return v, err },
			func() (*value, error) { v, _, err := decodeBody(contentType, []byte(body)); return v, err },
		} {
			v, err := read()
			if err != nil {
				continue
			}
			if v.kind != kindObject {
				t.Fatalf("the root is of kind %d", v.kind)
			}
			checkTree(t, v, 0)
		}
	})
}

// checkTree holds a tree to its bounds.
func checkTree(t *testing.T, v *value, depth int) {
	t.Helper()
	if depth > maxDepth+1 || !storable(v.text) {
		t.Fatalf("depth %d, text %q", depth, v.text)
	}
	_, _ = v.list()
	_, _, _ = detailsOf(v, "details")
	_, _ = logosOf(v)
	_, _ = spanOf(v)
	for _, m := range v.members {
		if !storable(m.name) {
			t.Fatalf("name %q", m.name)
		}
		checkTree(t, m.value, depth+1)
	}
	for _, e := range v.elements {
		checkTree(t, e, depth+1)
	}
}
