package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/text/width"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/receipt"
)

// print gives the result of a command: v in JSON, or what text writes.
func (a *deviceApp) print(cmd *cobra.Command, v any, text func(io.Writer)) error {
	if !a.json {
		text(cmd.OutOrStdout())
		return nil
	}
	return printJSON(cmd.OutOrStdout(), v)
}

func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(v)
}

// visible makes text from elsewhere safe for a terminal. Control characters
// could move the cursor and rewrite what is shown; characters that reverse
// the direction of writing, or show nothing, could make a person approve
// something else than is read. Both are written as their numbers.
func visible(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == unicode.ReplacementChar {
			fmt.Fprintf(&b, "<U+%04X>", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// lines is visible text in which line breaks remain.
func lines(text string) []string {
	parts := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, part := range parts {
		parts[i] = visible(part)
	}
	return parts
}

// columns is how wide a terminal shows text.
func columns(text string) int {
	n := 0
	for _, r := range text {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// maxCell bounds a cell of a table; `show` has the whole text.
const maxCell = 60

func cell(text string) string {
	text = strings.Join(lines(text), " ")
	if columns(text) <= maxCell {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if columns(b.String()+string(r)) >= maxCell {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// printOwned is a table whose first column is the account, which is left out when
// there are not several.
func printOwned(w io.Writer, rows [][]string, several bool) {
	if !several {
		for i := range rows {
			rows[i] = rows[i][1:]
		}
	}
	printTable(w, rows)
}

// printTable lines its columns up, in any script.
func printTable(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
			widths[i] = max(widths[i], columns(row[i]))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, text := range row {
			b.WriteString(text)
			b.WriteString(strings.Repeat(" ", widths[i]-columns(text)+2))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// printFields shows labels and values, indented and lined up.
func printFields(w io.Writer, fields [][2]string) {
	widest := 0
	for _, f := range fields {
		widest = max(widest, columns(visible(f[0])))
	}
	for _, f := range fields {
		label := visible(f[0])
		indent := strings.Repeat(" ", widest-columns(label)+2)
		for i, line := range lines(f[1]) {
			if i > 0 {
				label, indent = "", strings.Repeat(" ", widest+2)
			}
			fmt.Fprintln(w, strings.TrimRight("  "+label+indent+line, " "))
		}
	}
}

// printQuestion shows what a person is asked: everything that is signed and
// meant for people.
func printQuestion(w io.Writer, q receipt.Question) {
	fmt.Fprintf(w, "%s (%s) asks:\n\n", visible(q.Application.Name), visible(q.Organization.Name))
	if q.Title != "" {
		fmt.Fprintf(w, "  %s\n\n", visible(q.Title))
	}
	for _, line := range lines(q.Message) {
		fmt.Fprintf(w, "  %s\n", line)
	}
	var fields [][2]string
	for _, d := range q.Details {
		fields = append(fields, [2]string{d.Label, d.Value})
	}
	if q.Amount != nil {
		fields = append(fields, [2]string{"Amount", q.Amount.Value + " " + q.Amount.Currency})
	}
	if len(fields) > 0 {
		fmt.Fprintln(w)
		printFields(w, fields)
	}
	printDemands(w, q)
}

// printDemands shows what an approval must satisfy, and what a denial chooses
// from.
func printDemands(w io.Writer, q receipt.Question) {
	if q.Policy != nil && len(q.Policy.Explain()) > 0 {
		fmt.Fprintf(w, "\nTo approve, you must:\n")
		for _, line := range q.Policy.Explain() {
			fmt.Fprintf(w, "  - %s\n", visible(line))
		}
	}
	if q.Match != nil {
		fmt.Fprintf(w, "\nTo approve, bring the number that is shown where you started this: %s\n", visible(numbers(q.Match)))
	}
	if len(q.Reasons) > 0 {
		fmt.Fprintf(w, "\nTo deny, choose a reason:\n")
		fields := make([][2]string, len(q.Reasons))
		for i, r := range q.Reasons {
			if fields[i] = [2]string{r.ID, r.Text}; r.Fraud {
				fields[i][1] += " (reported as fraud)"
			}
		}
		printFields(w, fields)
	}
}

// numbers says what there is to choose from.
func numbers(m *receipt.Match) string {
	if len(m.Choices) == 0 {
		return m.Digits + " digits (--match)"
	}
	return list(m.Choices) + " (--match)"
}

// printStatement shows a signed answer in plain words.
func printStatement(w io.Writer, result *receipt.Result) {
	s := result.Statement
	printQuestion(w, s.Question)
	fmt.Fprintln(w)
	fields := [][2]string{{"Answer", string(s.Decision)}}
	if s.Reason != "" {
		fields = append(fields, [2]string{"Reason", s.Reason})
	}
	if s.Fraud {
		fields = append(fields, [2]string{"Fraud", "reported: this was not me"})
	}
	if s.Match != "" {
		fields = append(fields, [2]string{"Number", s.Match + ", the one that was shown"})
	}
	fields = append(fields, findings(s)...)
	if s.Question.HiddenDetailsHash != "" {
		fields = append(fields, [2]string{"Hidden", "details not shown, hash " + s.Question.HiddenDetailsHash})
	}
	fields = append(fields, [2]string{"User", s.Question.User.ID})
	fields = append(fields, signer(result)...)
	printFields(w, append(
		fields,
		[2]string{"Received", longTime(result.Seal.ReceivedAt) + " by the server's clock"},
		[2]string{"Request", s.Question.Challenge},
		[2]string{"Event", result.Seal.Event},
		[2]string{signerKey(result), result.DeviceKey},
		[2]string{"Server key", result.ServerKey},
	))
}

// signer says what signed, and what its signature shows.
func signer(result *receipt.Result) [][2]string {
	s := result.Statement
	if result.Passkey == nil {
		return [][2]string{
			{"Device", s.Device.ID + " (" + strings.Join(s.Factors, ", ") + ")"},
			{"Signed", longTime(s.DeviceTime) + " by the device's clock"},
		}
	}
	k := result.Passkey
	verified, kept := "only touched", "it stays on one device"
	if k.Verified {
		verified = "the person was verified by PIN, finger or face"
	}
	if k.Synced {
		kept = "it may be on several devices"
	}
	return [][2]string{
		{"Passkey", "of " + k.RelyingParty + ", used at " + k.Origin},
		{"", verified + "; " + kept},
		{"Credential", k.CredentialID},
		{"Signed", "soon after " + longTime(s.DeviceTime) + " by the server's clock"},
	}
}

func signerKey(result *receipt.Result) string {
	if result.Passkey == nil {
		return "Device key"
	}
	return "Passkey key"
}

// findings are what the device found out before it answered.
func findings(s receipt.Statement) [][2]string {
	var fields [][2]string
	if s.Failure != "" {
		fields = append(fields, [2]string{"Failure", string(s.Failure)})
	}
	if e := s.Evidence; e != nil {
		methods := []string{"this " + s.Factors[0]}
		for _, m := range e.Methods {
			methods = append(methods, string(m))
		}
		fields = append(fields, [2]string{"Confirmed", "by " + list(methods)})
		for _, side := range e.Places {
			fields = append(fields, [2]string{"Place", string(side)})
		}
		for _, side := range e.Conditionals {
			fields = append(fields, [2]string{"Place", string(side) + " of the area that decides what is demanded"})
		}
	}
	if s.Question.Recipient != nil {
		fields = append(fields, [2]string{"Sealed for", "the application's key " + s.Question.Recipient.KeyID})
	}
	return fields
}

func decided(s receipt.Statement) string {
	switch {
	case s.Failure != "":
		return "Not approved (failure: " + visible(string(s.Failure)) + ")"
	case s.Decision == receipt.Approved:
		return "Approved"
	case s.Fraud:
		return "Denied as fraud"
	}
	return "Denied"
}

// shownQuestion is what is signed, or, where that cannot be read, what came.
func shownQuestion(c client.Challenge) receipt.Question {
	if c.Signable() == nil {
		return c.Signed()
	}
	q := c.Question
	out := receipt.Question{
		Organization: receipt.Named(q.Organization),
		Application:  receipt.Named(q.Application),
		Title:        q.Title,
		Message:      q.Message,
		Amount:       (*receipt.Amount)(q.Amount),
	}
	for _, d := range q.Details {
		out.Details = append(out.Details, receipt.Detail(d))
	}
	return out
}

func longTime(text string) string {
	t, err := receipt.ParseTime(text)
	if err != nil {
		return text
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

func shortTime(text string) string {
	t, err := receipt.ParseTime(text)
	if err != nil {
		return text
	}
	return t.Format("2006-01-02 15:04")
}

// expiry says how long a pending request can still be answered.
func expiry(c api.Challenge, now time.Time) string {
	switch {
	case c.State != api.StatePending:
		return "-"
	case c.Question.ExpiresAt == nil:
		return "never"
	}
	at, err := receipt.ParseTime(*c.Question.ExpiresAt)
	if err != nil {
		return *c.Question.ExpiresAt
	}
	if !at.After(now) {
		return "now"
	}
	return "in " + at.Sub(now).Round(time.Second).String()
}

// accountView is an account in JSON: all but its secrets.
type accountView struct {
	Account      string      `json:"account"`
	Server       string      `json:"server"`
	Device       api.Device  `json:"device"`
	User         api.User    `json:"user"`
	Directory    api.Named   `json:"directory"`
	Organization api.Named   `json:"organization"`
	Applications []api.Named `json:"applications"`
	ServerKey    string      `json:"server_key"`
	TOTP         bool        `json:"totp"`
}

func accountJSON(name string, a client.Account) accountView {
	return accountView{
		Account: name, Server: a.Server, Device: a.Linked.Device, User: a.Linked.User,
		Directory: a.Linked.Directory, Organization: a.Linked.Organization, Applications: a.Linked.Applications,
		ServerKey: a.ServerKey(), TOTP: a.TOTP != nil,
	}
}

func accountFields(name string, a client.Account) [][2]string {
	apps := make([]string, len(a.Linked.Applications))
	for i, app := range a.Linked.Applications {
		apps[i] = app.Name
	}
	return [][2]string{
		{"Account", name},
		{"Server", a.Server},
		{"Directory", a.Linked.Directory.Name},
		{"Applications", list(apps)},
		{"Device", a.Linked.Device.ID},
		{"Server key", a.ServerKey()},
	}
}

// userName is the best name there is for a person.
func userName(u api.User) string {
	switch {
	case u.Email != "":
		return visible(u.Email)
	case u.Alias != "":
		return visible(u.Alias)
	case u.Number != 0:
		return fmt.Sprintf("user %d", u.Number)
	}
	return "user " + visible(u.ID)
}
