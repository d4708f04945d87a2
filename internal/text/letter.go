package text

import "strings"

// mail makes the plain and the HTML body of a letter.
func (w Wording) mail(l letter, v values) Message {
	return Message{
		Subject: l.Subject.render(v),
		Text:    strings.Join(l.plain(v), "\n\n"),
		HTML:    w.page(l, v),
	}
}

// notice is a letter whose plain text is short enough for an SMS or a push, and
// therefore on one line.
func (w Wording) notice(l letter, v values) Message {
	m := w.mail(l, v)
	m.Text = strings.Join(l.plain(v), " ")
	return m
}

// plain gives the paragraphs that have something to say.
func (l letter) plain(v values) []string {
	var paragraphs []string
	for _, p := range l.Paragraphs {
		if text := p.render(v); text != "" {
			paragraphs = append(paragraphs, text)
		}
	}
	return paragraphs
}

// page is a plain document: no pictures, no style sheets, nothing to load, which
// is what mail programs show without asking.
func (w Wording) page(l letter, v values) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="` + string(w.Locale()) + `"><head><meta charset="utf-8"><title>`)
	b.WriteString(l.Subject.renderHTML(v))
	b.WriteString(`</title></head><body style="font-family:sans-serif;font-size:16px;line-height:1.5">`)
	for _, p := range l.Paragraphs {
		switch text := p.renderHTML(v); {
		case text == "":
		case p.isCode():
			b.WriteString(`<p style="font-size:28px;letter-spacing:3px"><strong>` + text + `</strong></p>`)
		default:
			b.WriteString(`<p>` + text + `</p>`)
		}
	}
	b.WriteString(`</body></html>`)
	return b.String()
}

// isCode finds the paragraph that is the code and nothing else, to be set large.
func (t template) isCode() bool { return len(t) == 1 && t[0].value == code }
