package logo_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/logo"
	"github.com/twinseal/twinseal/internal/picture"
)

func file(tb testing.TB, side int) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, side, side))); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// bank serves what an application might name, and counts who asks.
type bank struct {
	*httptest.Server
	asked atomic.Int32
}

func newBank(t *testing.T, answer http.HandlerFunc) *bank {
	t.Helper()
	b := &bank{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked.Add(1)
		answer(w, r)
	}))
	t.Cleanup(b.Close)
	return b
}

func TestALogoIsFetchedOnceAndMadeSmall(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(file(t, 600)) })
	var now atomic.Int64
	f := logo.New(logo.Config{AllowLoopback: true, Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			out, err := f.Logo(t.Context(), b.URL+"/logo.png")
			if err != nil {
				t.Error(err)
				return
			}
			if m, err := png.Decode(bytes.NewReader(out)); err != nil || m.Bounds().Dx() != logo.Side {
				t.Errorf("%v, %v", m.Bounds(), err)
			}
		})
	}
	all.Wait()
	if n := b.asked.Load(); n != 1 {
		t.Errorf("it was fetched %d times", n)
	}
	now.Store(3601)
	if _, err := f.Logo(t.Context(), b.URL+"/logo.png"); err != nil || b.asked.Load() != 2 {
		t.Errorf("an hour later: %v after %d", err, b.asked.Load())
	}
}

func TestWhatIsNotThereIsNotAskedForAgainAtOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	var now atomic.Int64
	f := logo.New(logo.Config{AllowLoopback: true, Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	for range 3 {
		if _, err := f.Logo(t.Context(), b.URL); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("%v", err)
		}
	}
	now.Store(61)
	if _, err := f.Logo(t.Context(), b.URL); err == nil || b.asked.Load() != 2 {
		t.Errorf("a minute later: %v after %d", err, b.asked.Load())
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	for what, answer := range map[string]http.HandlerFunc{
		"a page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append(file(t, 8), make([]byte, picture.MaxBytes)...))
		},
		"a refusal":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"a redirect":  func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) },
		"nothing":     func(http.ResponseWriter, *http.Request) {},
		"half of one": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(file(t, 8)[:40]) },
	} {
		b := newBank(t, answer)
		if out, err := logo.New(logo.Config{AllowLoopback: true}).Logo(t.Context(), b.URL+"/?secret=1"); err == nil || strings.Contains(err.Error(), "secret") || b.asked.Load() != 1 {
			t.Errorf("%s: %d bytes, %v after %d", what, len(out), err, b.asked.Load())
		}
	}
}

func TestAddressesOfOtherNetworksAreNotCalled(t *testing.T) {
	t.Parallel()
	b := newBank(t, func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	_, port, _ := strings.Cut(strings.TrimPrefix(b.URL, "http://"), ":")
	f := logo.New(logo.Config{})
	for _, address := range []string{
		b.URL, "http://bank.example/logo.png", "https://127.0.0.1:" + port, "https://localhost:" + port, "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
		"https://user:word@bank.example/", "file:///etc/passwd", "data:image/png;base64,AAAA", "", "https://", "https://x/" + strings.Repeat("x", 3000),
	} {
		if _, err := f.Logo(t.Context(), address); err == nil {
			t.Errorf("%s was called", address)
		}
	}
}
