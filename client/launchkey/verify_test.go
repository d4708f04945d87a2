package launchkey_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey"
)

// end is the simplest call: it expects an empty success.
func end(t *testing.T, p *platform) error {
	t.Helper()
	return p.service().SessionEnd(t.Context(), "jo")
}

// with changes one claim of a token; nil takes it away.
func with(name string, value any) func(map[string]any) {
	return func(claims map[string]any) {
		if value == nil {
			delete(claims, name)
			return
		}
		claims[name] = value
	}
}

func responseWith(changes ...any) func(map[string]any) {
	return func(claims map[string]any) {
		response := map[string]any{"status": 204}
		for i := 0; i < len(changes); i += 2 {
			if changes[i+1] == nil {
				delete(response, changes[i].(string))
				continue
			}
			response[changes[i].(string)] = changes[i+1]
		}
		claims["response"] = response
	}
}

func TestAnswersThatAreNotProved(t *testing.T) {
	t.Parallel()
	stranger := encryptionKey()
	now := time.Now().Unix()
	for name, r := range map[string]reply{
		"no token":                    {status: 204, noToken: true},
		"a token that is none":        {status: 204, noToken: true, header: map[string]string{"X-IOV-JWT": "a.b.c"}},
		"a token without end":         {status: 204, noToken: true, header: map[string]string{"X-IOV-JWT": strings.Repeat("a", 9<<10)}},
		"a stranger's key":            {status: 204, signer: &stranger},
		"a stranger's key renamed":    {status: 204, signer: &testKey{stranger.PrivateKey, apiKey().id}},
		"no name of the key":          {status: 204, signer: &testKey{apiKey().PrivateKey, ""}},
		"a name that is a path":       {status: 204, signer: &testKey{apiKey().PrivateKey, "../ping"}},
		"PSS":                         {status: 204, alg: jose.PS256},
		"another platform":            {status: 204, claims: with("iss", "lkb")},
		"no issuer":                   {status: 204, claims: with("iss", nil)},
		"another audience":            {status: 204, claims: with("aud", "org:"+unknownID)},
		"several audiences":           {status: 204, claims: with("aud", []string{"org:" + organizationID})},
		"another subject":             {status: 204, claims: with("sub", "svc:"+unknownID)},
		"another request":             {status: 204, claims: with("jti", "x")},
		"no request":                  {status: 204, claims: with("jti", nil)},
		"no time of issue":            {status: 204, claims: with("iat", nil)},
		"no start":                    {status: 204, claims: with("nbf", nil)},
		"no end":                      {status: 204, claims: with("exp", nil)},
		"a time that is text":         {status: 204, claims: with("exp", "later")},
		"a time with a fraction":      {status: 204, claims: with("iat", float64(now)+0.5)},
		"issued in the future":        {status: 204, claims: with("iat", now+30)},
		"valid in the future":         {status: 204, claims: with("nbf", now+30)},
		"expired":                     {status: 204, claims: with("exp", now-30)},
		"no response":                 {status: 204, claims: with("response", nil)},
		"no status":                   {status: 204, claims: responseWith("status", nil)},
		"another status":              {status: 204, sent: 200},
		"a refusal turned to success": {status: 403, sent: 204},
		"a location added":            {status: 204, header: map[string]string{"Location": "https://evil.test"}},
		"a location taken away":       {status: 204, claims: responseWith("location", "https://a.test")},
		"another location":            {status: 204, claims: responseWith("location", "https://a.test"), header: map[string]string{"Location": "https://evil.test"}},
		"caching added":               {status: 204, header: map[string]string{"Cache-Control": "public"}},
		"caching taken away":          {status: 204, claims: responseWith("cache", "no-store")},
		"a digest without a body":     {status: 204, claims: responseWith("hash", "00", "func", "S256")},
		"a body without a digest":     {status: 200, altered: "x"},
		"another body":                {status: 200, body: `{}`, altered: "x"},
		"no body":                     {status: 200, raw: "x", sent: 204, claims: responseWith("hash", hexSHA256([]byte("x")), "func", "S256")},
		"an unknown digest":           {status: 200, raw: "x", claims: responseWith("status", 200, "func", "MD5", "hash", "00")},
		"a digest in capitals":        {status: 200, raw: "x", claims: responseWith("status", 200, "func", "S256", "hash", strings.ToUpper(hexSHA256([]byte("x"))))},
		"a refusal without token":     {status: 401, noToken: true},
		"a refusal of another":        {status: 401, claims: with("jti", "x")},
		"a redirect without token":    {status: 307, noToken: true, header: map[string]string{"Location": "https://evil.test"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := end(t, newPlatform(t, func(asked) reply { return r })); !errors.Is(err, launchkey.ErrUnverified) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnswersThatAreProved(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]reply{
		"RS384":                     {status: 204, alg: jose.RS384},
		"RS512":                     {status: 204, alg: jose.RS512},
		"a long life":               {status: 204, claims: func(c map[string]any) { c["exp"] = c["iat"].(int64) + 300 }},
		"a location":                {status: 204, claims: responseWith("location", "https://a.test"), header: map[string]string{"Location": "https://a.test"}},
		"caching":                   {status: 204, claims: responseWith("cache", "no-store"), header: map[string]string{"Cache-Control": "no-store"}},
		"another success":           {status: 200},
		"SHA-512 over a body":       {status: 200, raw: issuerKey().seal(`{}`, ""), claims: nil},
		"clocks that differ a bit":  {status: 204, claims: func(c map[string]any) { c["iat"] = c["iat"].(int64) + 3; c["nbf"] = c["iat"] }},
		"a token that has just run": {status: 204, claims: func(c map[string]any) { c["exp"] = c["iat"].(int64) - 3 }},
	} {
		if name == "SHA-512 over a body" {
			r.claims = responseWith("status", 200, "func", "S512", "hash", hexSHA512([]byte(r.raw)))
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := end(t, newPlatform(t, func(asked) reply { return r })); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBodiesThatAreNotOpened(t *testing.T) {
	t.Parallel()
	stranger, key := encryptionKey(), issuerKey()
	sealed := key.seal(`{"id":"`+directoryID+`"}`, "")
	parts := strings.Split(sealed, ".")
	parts[3] = strings.Repeat("A", len(parts[3]))
	for name, c := range map[string]struct {
		r    reply
		want error
	}{
		"plain JSON":        {reply{raw: `{"id":"` + directoryID + `"}`}, launchkey.ErrUnexpectedAnswer},
		"for a stranger":    {reply{body: `{}`, key: &stranger}, launchkey.ErrEntityKeyNotFound},
		"under our name":    {reply{body: `{}`, key: &testKey{stranger.PrivateKey, key.id}}, launchkey.ErrUnexpectedAnswer},
		"for nobody":        {reply{raw: "e30.a.b.c.d"}, launchkey.ErrUnexpectedAnswer},
		"compressed":        {reply{body: `{}`, zip: jose.DEFLATE}, launchkey.ErrUnexpectedAnswer},
		"altered":           {reply{raw: strings.Join(parts, ".")}, launchkey.ErrUnexpectedAnswer},
		"by another method": {reply{raw: "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiYSJ9.a.b.c.d"}, launchkey.ErrUnexpectedAnswer},
		"a header of mess":  {reply{raw: "%%.a.b.c.d"}, launchkey.ErrUnexpectedAnswer},
		"a header of text":  {reply{raw: "YWJj.a.b.c.d"}, launchkey.ErrUnexpectedAnswer},
		"a large header":    {reply{raw: strings.Repeat("A", 4<<10) + ".a.b.c.d"}, launchkey.ErrUnexpectedAnswer},
	} {
		p := newPlatform(t, func(asked) reply { c.r.status = 201; return c.r })
		if id, err := p.factory().OrganizationClient().CreateDirectory(t.Context(), "x"); !errors.Is(err, c.want) || id != "" {
			t.Errorf("%s: %q, %v", name, id, err)
		}
	}
}

func TestAnswersWithoutEndAreNotRead(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{raw: strings.Repeat("x", 4<<20+1)} })
	if err := end(t, p); !errors.Is(err, launchkey.ErrUnexpectedAnswer) {
		t.Errorf("%v", err)
	}
}

func TestAClockThatIsWrongDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		p := newPlatform(t, func(asked) reply { return reply{status: 204} })
		p.Ahead = ahead
		if err := end(t, p); err != nil {
			t.Errorf("server ahead by %v: %v", ahead, err)
		}
	}
}

func TestTimeAndKeysAreAskedForOnce(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{status: 204} })
	service := p.service()
	for range 3 {
		if err := service.SessionEnd(t.Context(), "jo"); err != nil {
			t.Fatal(err)
		}
	}
	if p.Asked("ping") != 1 || p.Asked("") != 1 || p.Asked(apiKey().id) != 0 {
		t.Errorf("%d pings, %d and %d keys", p.Asked("ping"), p.Asked(""), p.Asked(apiKey().id))
	}
}

func TestARotatedKeyIsFoundByItsName(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{status: 204} })
	service := p.service()
	if err := service.SessionEnd(t.Context(), "jo"); err != nil {
		t.Fatal(err)
	}
	p.Rotate(nextAPIKey().key())
	for range 2 {
		if err := service.SessionEnd(t.Context(), "jo"); err != nil {
			t.Fatal(err)
		}
	}
	if p.Asked("") != 1 || p.Asked(nextAPIKey().id) != 1 {
		t.Errorf("the current key was asked for %d times, the next %d times", p.Asked(""), p.Asked(nextAPIKey().id))
	}
}

func TestUnknownKeysAreNotLookedUpWithoutEnd(t *testing.T) {
	t.Parallel()
	stranger := encryptionKey()
	p := newPlatform(t, func(asked) reply { return reply{status: 204, signer: &stranger} })
	service := p.service()
	for range 20 {
		if err := service.SessionEnd(t.Context(), "jo"); !errors.Is(err, launchkey.ErrUnverified) {
			t.Fatal(err)
		}
	}
	if n := p.Asked(stranger.id); n != 10 {
		t.Errorf("looked up %d times", n)
	}
}

// publicServer gives one answer to what is not signed.
func publicServer(t *testing.T, path string, status int, header, body string) *launchkey.ServiceClient {
	t.Helper()
	p := newPlatform(t, func(asked) reply { return reply{status: 204} })
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != path {
			return http.DefaultTransport.RoundTrip(r)
		}
		return textResponse(status, header, body), nil
	})
	return p.service(launchkey.WithHTTPClient(&http.Client{Transport: transport}))
}

func TestWhatIsNotSignedIsReadWithCare(t *testing.T) {
	t.Parallel()
	const ping, key = "/public/v3/ping", "/public/v3/public-key"
	good := string(apiKey().publicPEM())
	for name, c := range map[string]struct {
		path, header, body string
		status             int
		want               error
	}{
		"a ping that is no JSON":      {ping, "", "pong", 200, launchkey.ErrUnexpectedAnswer},
		"a ping without time":         {ping, "", "{}", 200, launchkey.ErrUnexpectedAnswer},
		"a ping that fails":           {ping, "", "", 502, launchkey.ErrUnavailable},
		"a ping without end":          {ping, "", strings.Repeat(" ", 64<<10), 200, launchkey.ErrUnexpectedAnswer},
		"a key without name":          {key, "", good, 200, launchkey.ErrUnexpectedAnswer},
		"a key under a strange name":  {key, "../x", good, 200, launchkey.ErrUnexpectedAnswer},
		"a key that is none":          {key, apiKey().id, "x", 200, launchkey.ErrUnexpectedAnswer},
		"a key that cannot be served": {key, "", "", 503, launchkey.ErrUnavailable},
	} {
		if err := publicServer(t, c.path, c.status, c.header, c.body).SessionEnd(t.Context(), "jo"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnotherKeyThanTheOneAskedForIsRefused(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{status: 204} })
	next := nextAPIKey()
	p.answer = func(asked) reply { return reply{status: 204, signer: &next} }
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, next.id) {
			return textResponse(200, apiKey().id, string(apiKey().publicPEM())), nil
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	if err := p.service(launchkey.WithHTTPClient(&http.Client{Transport: transport})).SessionEnd(t.Context(), "jo"); !errors.Is(err, launchkey.ErrUnexpectedAnswer) {
		t.Errorf("%v", err)
	}
}

func TestOtherPlatformsCanBeNamed(t *testing.T) {
	t.Parallel()
	p := newPlatform(t, func(asked) reply { return reply{status: 204, claims: with("iss", "acme")} })
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		token := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "IOV-JWT "), ".")
		if len(token) == 3 {
			var claims struct {
				Audience string `json:"aud"`
				Issued   int64  `json:"iat"`
				Expires  int64  `json:"exp"`
			}
			if err := json.Unmarshal(decode64(token[1]), &claims); err != nil || claims.Audience != "acme" || claims.Expires != claims.Issued+2 {
				t.Errorf("%+v, %v", claims, err)
			}
			return nil, errors.New("that is all")
		}
		return http.DefaultTransport.RoundTrip(r)
	})
	service := p.service(launchkey.WithIdentifier("acme"), launchkey.WithRequestExpiry(1100*time.Millisecond), launchkey.WithHTTPClient(&http.Client{Transport: transport}))
	if err := service.SessionEnd(t.Context(), "jo"); err == nil || !strings.Contains(err.Error(), "that is all") {
		t.Errorf("%v", err)
	}
}
