package authenticator

import (
	"bytes"
	"encoding/base32"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

// signed is a script that asks the server for something with the key that the browser keeps, as the device protocol
// has it, and gives the status and the problem's code.
const signed = `(async (method, path, body) => {
	const { accounts: [{ key }] } = await ` + stored + `;
	const text = new TextEncoder();
	const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	const json = (value) => encode(text.encode(JSON.stringify(value)));
	const bh = encode(await crypto.subtle.digest("SHA-256", text.encode(body)));
	const jti = encode(crypto.getRandomValues(new Uint8Array(16)));
	const content = json({ typ: "dpop+jwt", alg: "ES256", jwk: key.jwk }) + "." + json({ htm: method, htu: path, iat: Math.floor(Date.now() / 1000), jti, bh });
	const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, text.encode(content));
	const headers = { DPoP: content + "." + encode(signature) };
	if (body) headers["Content-Type"] = "application/json";
	const answer = await fetch(path, { method, headers, body: body || undefined });
	const problem = answer.ok ? {} : await answer.json();
	return answer.status + " " + (problem.code ?? "");
})`

func (p *phone) signed(method, path, body string) string {
	p.s.t.Helper()
	return p.Evaluate(fmt.Sprintf("%s(%q, %q, %q)", signed, method, path, body))
}

// aStolenCopyIsUseless: whoever copies what the app keeps in IndexedDB to another machine has a key that cannot be
// read, that the server does not listen to without the browser's cookie, and codes that do not open.
func aStolenCopyIsUseless(s *story) {
	ann := s.newCustomer(s.bank)
	home, copied := s.t.TempDir(), s.t.TempDir()
	own := harness.Launch(s.t, chromedp.UserDataDir(home))
	p := s.homePhone(own)
	p.Preload(overhearing)
	p.linkBy(ann.link().Code)
	p.overhear()
	asked := ann.asked("Log in?")
	p.see("request")
	p.press("tab-codes")
	p.showsTheRightCode()
	answers := "/api/v1/device/challenges/" + asked.id + "/answer"
	if got := p.signed("GET", "/api/v1/device", ""); got != "200 " {
		s.t.Fatalf("the phone itself is answered %s", got)
	}
	if got := p.signed("POST", answers, "{}"); got == "401 device_unbound" {
		s.t.Fatalf("the phone itself is answered %s", got)
	}
	if got := p.exports(); got != "0 of 1 keys" {
		s.t.Errorf("scripts of the page can read %s", got)
	}
	if err := chromedp.Cancel(own); err != nil { // which writes down what it still has in memory
		s.t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(copied, "Default", "IndexedDB"), os.DirFS(filepath.Join(home, "Default", "IndexedDB"))); err != nil {
		s.t.Fatal(err)
	}
	s.lacks(copied, p.seed.Secret)

	thief := s.homePhone(harness.Launch(s.t, chromedp.UserDataDir(copied)))
	thief.open()
	if got := thief.exports(); got != "0 of 1 keys" {
		s.t.Errorf("the thief can read %s", got)
	}
	for method, path := range map[string]string{"GET": "/api/v1/device/challenges?state=pending", "POST": answers, "DELETE": "/api/v1/device"} {
		body := ""
		if method == "POST" {
			body = "{}"
		}
		if got := thief.signed(method, path, body); got != "401 device_unbound" {
			s.t.Errorf("the thief is answered %s to %s %s", got, method, path)
		}
	}
	thief.goTo("#/account/" + thief.account())
	thief.see("unbound")
	thief.goTo("#/")
	thief.attribute("connection", "data-state", "offline")
	thief.goTo("#/codes")
	thief.see("vault-lost")
	if said := thief.Evaluate(`document.querySelector('[data-testid="request"], [data-testid="totp"]')?.textContent ?? ""`); said != "" {
		s.t.Errorf("the thief sees %s", said)
	}
	asked.stands("pending")
}

// lacks holds every file of a directory to not having a seed in it, as text or as what the text stands for.
func (s *story) lacks(dir, seed string) {
	s.t.Helper()
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(seed)
	if err != nil {
		s.t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(seed)) || bytes.Contains(content, raw) {
			s.t.Errorf("the seed stands in %s", path)
		}
		files++
		return err
	})
	if err != nil || files == 0 {
		s.t.Fatalf("looked into %d files: %v", files, err)
	}
}

// exports tries to read each private key that the browser keeps.
func (p *phone) exports() string {
	p.s.t.Helper()
	return p.Evaluate(stored + `.then(async ({ accounts }) => {
		const keys = accounts.map(({ key }) => key.privateKey);
		let read = 0;
		for (const key of keys) for (const format of ["jwk", "pkcs8", "raw", "spki"]) {
			await crypto.subtle.exportKey(format, key).then(() => read++, () => {});
		}
		return read + " of " + keys.length + " keys";
	})`)
}
