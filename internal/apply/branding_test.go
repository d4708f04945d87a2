package apply_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/twinseal/twinseal/internal/apply"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/picture"
)

const headBranding = "organizations:\n- name: Acme\n  directories:\n  - name: customers\n    branding:\n"

func beside(tb testing.TB) fstest.MapFS {
	tb.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewNRGBA(image.Rect(0, 0, 600, 300))); err != nil {
		tb.Fatal(err)
	}
	return fstest.MapFS{
		"logos/acme.png": {Data: out.Bytes()}, "page.svg": {Data: []byte("<svg/>")},
		"large.png": {Data: append(out.Bytes(), make([]byte, picture.MaxBytes)...)},
	}
}

func branded(tb testing.TB, text string) (*provision.PlannedBranding, error) {
	tb.Helper()
	f, err := apply.Read("f.yaml", strings.NewReader(headBranding+text))
	if err != nil {
		return nil, err
	}
	p, err := f.Beside(beside(tb)).Plan()
	if err != nil {
		return nil, err
	}
	return p.Organizations[0].Directories[0].Branding, nil
}

func TestADirectoryIsGivenALook(t *testing.T) {
	t.Parallel()
	b, err := branded(t, "      name: Acme Bank\n      color: \"#0A3D62\"\n      logo: logos/acme.png\n")
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b.Logo))
	if err != nil || m.Bounds().Size() != image.Pt(256, 128) || b.Name != "Acme Bank" || b.Color != "#0a3d62" {
		t.Errorf("%+v, %v", b, err)
	}
	if b, err := branded(t, "      name: Acme\n"); err != nil || b.Color != "" || b.Logo != nil {
		t.Errorf("a name alone: %+v, %v", b, err)
	}
}

func TestALookThatWouldBeMoreIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"color: red":                     "a colour is written as #0a3d62",
		"color: \"#0a3d6\"":              "a colour is written as #0a3d62",
		"color: \"#0a3d62;background\"":  "a colour is written as #0a3d62",
		"color: \"#0a3d62\\n\"":          "a colour is written as #0a3d62",
		"name: \"a\\u202eb\"":            "the name has characters that no screen shows",
		"logo: gone.png":                 "there is no such picture beside the apply file",
		"logo: ../secret.png":            "the picture must stand beside the apply file or below it",
		"logo: /etc/passwd":              "the picture must stand beside the apply file or below it",
		"logo: logos":                    "the picture beside the apply file cannot be read",
		"logo: page.svg":                 "a picture is a PNG or a JPEG",
		"logo: large.png":                "a picture has at most 256 KiB",
		"logo: https://acme.example/x/y": "the picture must stand beside the apply file or below it",
	} {
		_, err := branded(t, "      "+text+"\n")
		if err == nil || !strings.HasPrefix(err.Error(), "f.yaml:6: "+want) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
	_, err := planOf(headBranding + "      logo: logos/acme.png\n")
	if err == nil || !strings.Contains(err.Error(), "apply it from a file") {
		t.Errorf("from standard input: %v", err)
	}
}
