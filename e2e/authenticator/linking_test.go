package authenticator

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/twinseal/twinseal/e2e/harness"
)

func linkingByCode(s *story) {
	ann := s.newCustomer(s.bank)
	p := s.newPhone()
	p.press("link-by-code")
	p.fill("code", "WRNG-CODE")
	p.press("link")
	p.see("error")
	code := ann.link().Code
	p.fill("code", strings.ToLower(code[:4]+" "+code[4:]))
	p.press("link")
	p.see("no-requests")
	p.reload()
	p.see("no-requests")
	if at := p.Evaluate(`location.href`); strings.Contains(at, "code=") {
		s.t.Errorf("the address still holds a code: %s", at)
	}
}

// linkingByPicture: the one that the server draws, as a file.
func linkingByPicture(s *story) {
	bob := s.newShopper()
	drawn, err := http.Get(bob.link().QRCodeURL)
	if err != nil {
		s.t.Fatal(err)
	}
	defer drawn.Body.Close()
	picture, err := io.ReadAll(drawn.Body)
	if err != nil || drawn.StatusCode != http.StatusOK {
		s.t.Fatalf("the picture is %d, %v", drawn.StatusCode, err)
	}
	file := filepath.Join(s.t.TempDir(), "link.png")
	harness.Write(s.t, file, string(picture))
	p := s.newPhone()
	p.press("link-by-scan")
	p.Upload(named("scan-file"), file)
	p.press("link")
	p.see("no-requests")
}

func linkingByCamera(s *story) {
	ann := s.newCustomer(s.bank)
	p := s.newPhone()
	p.Permit(s.Home(), "camera")
	p.press("link-by-scan")
	s.camera.Show(s.t, harness.QRPicture(s.t, ann.link().URI), func() {
		p.press("scan-camera")
		p.see("cancel-link")
	})
	p.press("link")
	p.see("no-requests")
}

func linkingByPhone(s *story) {
	ann := s.newCustomer(s.bank)
	p := s.newPhone()
	p.press("link-by-phone")
	p.fill("phone", ann.Phone)
	p.press("send-code")
	p.fill("sent-code", "000000")
	p.press("confirm-code")
	p.see("error")
	p.fill("sent-code", s.Code(s.t, ann.Phone, 1).Code())
	p.press("confirm-code")
	p.see("no-requests")
}
