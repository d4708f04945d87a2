package hook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"regexp"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
)

// values are what a body can be made of. Digits is the number without its plus sign.
func values(id string, m mfa.Message) map[string]string {
	return map[string]string{
		"id": id, "channel": string(m.Channel), "to": m.To, "digits": strings.TrimPrefix(m.To, "+"), "from": m.From,
		"subject": m.Subject, "text": m.Text, "html": m.HTML, "speech": m.Speech, "locale": m.Locale,
	}
}

// everything is the body of a provider that brings no template: all values but those that repeat others.
const everything = `{"id":"{{id}}","channel":"{{channel}}","to":"{{to}}","from":"{{from}}","subject":"{{subject}}","text":"{{text}}","speech":"{{speech}}","locale":"{{locale}}"}`

const everythingForm = "id={{id}}&channel={{channel}}&to={{to}}&from={{from}}&subject={{subject}}&text={{text}}&speech={{speech}}&locale={{locale}}"

// body is a template, decoded once. A value can only ever become a value: it is put in after the template
// was decoded and before it is encoded again.
type body struct {
	contentType string
	json        any
	form        url.Values
}

// maxBody bounds a template.
const maxBody = 64 << 10

func parseBody(contentType, template string) (*body, error) {
	if contentType == "" {
		contentType = typeJSON
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil || media != typeJSON && media != typeForm {
		return nil, fmt.Errorf("content_type must be %s or %s", typeJSON, typeForm)
	}
	if len(template) > maxBody {
		return nil, errors.New("the template is too long")
	}
	b := &body{contentType: contentType}
	if media == typeForm {
		err = b.parseForm(template)
	} else {
		err = b.parseJSON(template)
	}
	if err != nil {
		return nil, err
	}
	_, err = b.render("", mfa.Message{}) // shows names that do not exist
	return b, err
}

func (b *body) parseJSON(template string) error {
	if template == "" {
		template = everything
	}
	decoder := json.NewDecoder(strings.NewReader(template))
	decoder.UseNumber()
	if err := decoder.Decode(&b.json); err != nil {
		return fmt.Errorf("the template is not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the template is more than one JSON value")
	}
	return nil
}

// parseForm reads what a person wrote into a configuration: a plus sign is a plus sign, as in a number, and
// %26 an ampersand.
func (b *body) parseForm(template string) error {
	if template == "" {
		template = everythingForm
	}
	b.form = url.Values{}
	for pair := range strings.SplitSeq(strings.TrimSpace(template), "&") {
		name, value, ok := strings.Cut(pair, "=")
		name, errName := url.PathUnescape(name)
		value, errValue := url.PathUnescape(value)
		if !ok || name == "" || errName != nil || errValue != nil {
			return errors.New("the template is not a form such as to={{to}}&text={{text}}")
		}
		b.form.Add(name, value)
	}
	return nil
}

func (b *body) render(id string, m mfa.Message) ([]byte, error) {
	known := values(id, m)
	if b.form != nil {
		return renderForm(b.form, known)
	}
	filled, err := fill(b.json, known)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(filled)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func renderForm(form url.Values, known map[string]string) ([]byte, error) {
	filled := url.Values{}
	for name, list := range form {
		for _, text := range list {
			value, err := insert(text, known)
			if err != nil {
				return nil, err
			}
			filled.Add(name, value)
		}
	}
	return []byte(filled.Encode()), nil
}

// fill copies a decoded template with the values in its texts.
func fill(node any, known map[string]string) (any, error) {
	switch n := node.(type) {
	case string:
		return insert(n, known)
	case []any:
		out := make([]any, len(n))
		for i, item := range n {
			filled, err := fill(item, known)
			if err != nil {
				return nil, err
			}
			out[i] = filled
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(n))
		for name, item := range n {
			filled, err := fill(item, known)
			if err != nil {
				return nil, err
			}
			out[name] = filled
		}
		return out, nil
	}
	return node, nil
}

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// insert puts values in, once: what a value itself holds is not looked at.
func insert(text string, known map[string]string) (string, error) {
	var unknown error
	out := placeholder.ReplaceAllStringFunc(text, func(mark string) string {
		name := placeholder.FindStringSubmatch(mark)[1]
		value, ok := known[name]
		if !ok {
			unknown = fmt.Errorf("{{%s}} is not a value; there are channel, digits, from, html, id, locale, speech, subject, text and to", name)
		}
		return value
	})
	return out, unknown
}
