package authenticator

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/twinseal/twinseal/e2e/harness"
)

// overhearing keeps the seed that a page gets when it links: the server gives it once, and the app seals it.
const overhearing = `(() => {
	const ask = window.fetch;
	window.fetch = async (...request) => {
		const answer = await ask(...request);
		if (answer.ok && new URL(answer.url).pathname.startsWith("/api/v1/device/links")) {
			answer.clone().json().then(({ totp }) => { if (totp) window.heard = JSON.stringify(totp); }, () => {});
		}
		return answer;
	};
})()`

// overhear learns the seed of the account that was just linked.
func (p *phone) overhear() {
	p.s.t.Helper()
	var heard struct {
		Secret, Algorithm string
		Digits, Period    int
	}
	said := p.Evaluate(`window.heard ?? ""`)
	if err := json.Unmarshal([]byte(said), &heard); err != nil || heard.Algorithm != "SHA1" {
		p.s.t.Fatalf("no seed was given: %q, %v", said, err)
	}
	p.s.Log.Secret(heard.Secret)
	p.seed = harness.Seed{Secret: heard.Secret, Digits: heard.Digits, Period: time.Duration(heard.Period) * time.Second}
}

// showsTheRightCode holds what the app shows to RFC 6238.
func (p *phone) showsTheRightCode() {
	p.s.t.Helper()
	harness.Until(p.s.t, "the right code", func() (bool, bool) {
		return true, strings.ReplaceAll(p.text("totp"), " ", "") == p.seed.Code(p.s.t, p.s.Now(p.s.t))
	})
}
