package hosted_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/internal/text"
	"github.com/twinseal/twinseal/internal/web/hosted"
)

// noTokens is for pages that nobody enters.
type noTokens struct{}

func (noTokens) Open(context.Context, string) (stepup.Pass, time.Time, error) {
	return stepup.Pass{}, time.Time{}, &mfa.Error{Code: mfa.Unauthenticated, Message: "no"}
}

func (noTokens) Mint(context.Context, stepup.Pass) (string, error) { return "", nil }

// gallery shows every page at /{language}/{page}, with ?popup for one in a frame.
type gallery struct {
	*httptest.Server

	names []string
}

func newGallery(t *testing.T, change func(*mfa.ApplicationSettings)) *gallery {
	t.Helper()
	w := mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})
	pages, err := hosted.New(hosted.Config{Domain: w.Service, StepUp: stepup.New(stepup.Config{}), Tokens: noTokens{}})
	if err != nil {
		t.Fatal(err)
	}
	app, err := w.Configuration.UpdateApplication(t.Context(), w.Caller.Directory.ID.Owner(), w.Caller.Application.ID, func(a *mfa.Application) error {
		a.Name = "Linden Bank"
		a.Settings.StepUp = &mfa.StepUp{RememberDays: 30, AllowDeleting: true, AllowDisabling: true, FrameOrigins: []string{"https://shop.example"}}
		if change != nil {
			change(&a.Settings)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	caller := *w.Caller
	caller.Application = app
	g := &gallery{}
	mux := http.NewServeMux()
	mux.Handle("/challenge/", pages.Handler(&endpoint.Server{}))
	mux.HandleFunc("POST /challenge/state", func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(`{"state":"waiting"}`)) })
	for _, locale := range text.Locales() {
		for _, popup := range []bool{false, true} {
			drawn, err := hosted.Gallery(pages, &caller, locale, popup)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range drawn {
				if locale == text.English && !popup {
					g.names = append(g.names, d.Name)
				}
				path := "/" + string(locale) + "/" + d.Name
				if popup {
					path = "/popup" + path
				}
				mux.HandleFunc(path, func(rw http.ResponseWriter, _ *http.Request) {
					maps.Copy(rw.Header(), d.Header)
					rw.Header().Set("Content-Type", "text/html; charset=utf-8")
					_, _ = rw.Write(d.HTML)
				})
			}
		}
	}
	g.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		g.CloseClientConnections()
		g.Close()
	})
	return g
}

func TestEveryPageFitsAndIsAccessibleInBothSchemes(t *testing.T) {
	t.Parallel()
	g, b := newGallery(t, nil), newTab(t)
	for _, name := range g.names {
		b.open(g.URL + "/en/" + name)
		b.see("page")
		b.picture("page-" + name)
	}
}

func TestLongWordsOfEveryLanguageFitANarrowPhone(t *testing.T) {
	t.Parallel()
	g, b := newGallery(t, nil), newTab(t)
	b.use(look{"narrow", "light", 320, 640})
	for _, locale := range text.Locales()[1:] {
		for _, name := range g.names {
			b.open(g.URL + "/" + string(locale) + "/" + name)
			b.see("page")
			b.fits(string(locale) + " " + name)
			if got := evaluate[string](b, `document.documentElement.lang`); got != string(locale) {
				t.Errorf("%s says it is %s", name, got)
			}
			if name == "settings" || name == "code-sms" || name == "enrol" {
				b.shoot("narrow-" + string(locale) + "-" + name)
			}
		}
	}
}

// garish is a theme that nobody could read if it were taken as it is.
const garish = `{
	"primaryColor": "#ffd400", "logoUrl": "", "links": {"underline": false}, "shadows": {"enabled": false},
	"borders": {"buttonBorderRadius": 4, "inputBorderRadius": 4, "cardBorderRadius": 4, "containerBorderRadius": 8},
	"colors": {"buttonPrimaryText": "#ffffff", "headingText": "#dddddd", "bodyText": "#eeeeee", "link": "#ffff00", "containerBackground": "#ffffff", "cardBackground": "#f3f6ff"},
	"pageBackground": {"backgroundColor": "#12206b"}, "container": {"contentAlignment": "left", "padding": 40},
	"darkMode": {"colors": {"containerBackground": "#0a0f2c", "headingText": "#101010"}, "pageBackground": {"backgroundColor": "#05081a"}}
}`

func TestAThemeThatNobodyCouldReadIsMadeReadable(t *testing.T) {
	t.Parallel()
	g := newGallery(t, func(s *mfa.ApplicationSettings) { s.StepUp.Theme = json.RawMessage(garish) })
	b := newTab(t)
	for _, name := range []string{"choose", "code-wrong", "settings", "remove", "setup", "enrolled", "passkey"} {
		b.open(g.URL + "/en/" + name)
		b.see("page")
		b.picture("themed-" + name)
	}
	got := evaluate[string](b, `getComputedStyle(document.querySelector(".sheet")).borderRadius`)
	if !strings.HasPrefix(got, "8px") {
		t.Errorf("the theme is not taken: radius %s", got)
	}
}
