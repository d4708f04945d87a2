package authenticator

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// manifest is what browsers read before they offer to install the app.
type manifest struct {
	Name, Display, Scope string
	StartURL             string `json:"start_url"`
	Icons                []struct{ Src, Sizes, Type, Purpose string }
}

// theAppCanBeInstalled: Chromium's own conditions are met, and the worker is in charge of the page.
func theAppCanBeInstalled(s *story) {
	p := s.homePhone(s.browser)
	p.open()
	p.see("link-view")
	p.Wait("the worker", `navigator.serviceWorker.controller?.scriptURL.endsWith("/authenticator/worker.js")`)
	found, err := chromedp.Call(p.Context, page.GetInstallabilityErrors, cdp.Empty{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, one := range found.InstallabilityErrors {
		s.t.Errorf("it cannot be installed: %s %v", one.ErrorID, one.ErrorArguments)
	}
	var m manifest
	s.Get(s.t, "/authenticator/manifest.webmanifest").JSON(s.t, &m)
	if m.Name == "" || m.Display != "standalone" || m.Scope != "/authenticator" || !strings.HasPrefix(m.StartURL, "/authenticator") {
		s.t.Errorf("the manifest is %+v", m)
	}
	sizes := map[string]bool{}
	for _, icon := range m.Icons {
		sizes[icon.Sizes+icon.Purpose] = true
		s.isIcon(icon.Src, icon.Sizes)
	}
	if !sizes["192x192any"] && !sizes["192x192"] || !sizes["512x512any"] && !sizes["512x512"] || !sizes["512x512maskable"] {
		s.t.Errorf("the icons are %v", sizes)
	}
}

func (s *story) isIcon(path, sizes string) {
	s.t.Helper()
	got := s.Get(s.t, path)
	config, err := png.DecodeConfig(bytes.NewReader(got.Body))
	if width, _, _ := strings.Cut(sizes, "x"); err != nil || got.Status != http.StatusOK || strconv.Itoa(config.Width) != width || config.Width != config.Height {
		s.t.Errorf("%s of %s: %d, %dx%d, %v", path, sizes, got.Status, config.Width, config.Height, err)
	}
}

// theAppStartsOffline from what the worker kept.
func theAppStartsOffline(s *story) {
	ann := s.newCustomer(s.bank)
	p := s.blankPhone()
	p.Preload(overhearing)
	p.linkBy(ann.link().Code)
	p.overhear()
	p.Wait("the worker", `navigator.serviceWorker.controller !== null`)
	p.press("tab-codes")
	p.see("totp")
	p.Offline(true)
	p.Do(chromedp.Reload())
	p.see("offline")
	p.press("tab-codes")
	p.showsTheRightCode()
	p.press("tab-requests")
	p.attribute("connection", "data-state", "offline")
	p.Offline(false)
	p.attribute("connection", "data-state", "live")
	p.lose("offline")
}

// theAppStaysSmall: what is fetched before the first screen is usable, as it is sent.
func theAppStaysSmall(s *story) {
	p := s.blankPhone()
	p.open()
	p.see("link-view")
	const most = 150 << 10
	var got struct {
		Bytes   int
		Foreign []string
	}
	said := p.Evaluate(`JSON.stringify((() => {
		const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
		return { bytes: all.reduce((sum, one) => sum + one.transferSize, 0), foreign: all.map((one) => one.name).filter((name) => !name.startsWith(location.origin)) };
	})())`)
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		s.t.Fatal(err)
	}
	if got.Bytes == 0 || got.Bytes > most || len(got.Foreign) > 0 {
		s.t.Errorf("the first screen takes %d bytes, from others %v", got.Bytes, got.Foreign)
	}
}
