package text

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed catalogue/*.json
var files embed.FS

// words is everything that can be said in one locale: one file of the catalogue.
type words struct {
	VerificationSMS   template `json:"verification_sms"`
	VerificationVoice template `json:"verification_voice"`
	CodeSMS           template `json:"code_sms"`
	CodeVoice         template `json:"code_voice"`
	CodeMail          letter   `json:"code_mail"`
	MagicLinkMail     letter   `json:"magic_link_mail"`
	LinkSMS           template `json:"link_sms"`
	LinkMail          letter   `json:"link_mail"`
	InstallSMS        template `json:"install_sms"`
	ApprovalTitle     template `json:"approval_title"`
	ApprovalBody      template `json:"approval_body"`
	OpenApp           template `json:"open_app"`
	ManyRequests      template `json:"many_requests"`
	DeviceLinked      letter   `json:"device_linked"`
	DeviceRemoved     letter   `json:"device_removed"`
	TextSent          template `json:"text_sent"`
	CallStarted       template `json:"call_started"`
}

// letter is a text of several paragraphs under a subject.
type letter struct {
	Subject    template   `json:"subject"`
	Paragraphs []template `json:"paragraphs"`
}

// readCatalogue reads all locales and refuses keys that no message uses.
func readCatalogue() (map[Locale]*words, error) {
	catalogue := map[Locale]*words{}
	for _, locale := range Locales() {
		text, err := files.ReadFile("catalogue/" + string(locale) + ".json")
		if err != nil {
			return nil, err
		}
		w := &words{}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(w); err != nil {
			return nil, fmt.Errorf("catalogue of %s: %w", locale, err)
		}
		catalogue[locale] = w
	}
	return catalogue, nil
}

// catalogue is read once, when first needed. Its files are part of the program
// and tests read every one of them, so there is nothing to go wrong here.
var catalogue = sync.OnceValue(func() map[Locale]*words {
	all, err := readCatalogue()
	if err != nil {
		return map[Locale]*words{English: {}}
	}
	return all
})

func (w Wording) words() *words { return catalogue()[w.Locale()] }
