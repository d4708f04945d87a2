package hosted

import (
	"html/template"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/text/screens"
)

// screen is what a template is filled with. Parts that a page does not have are empty.
type screen struct {
	words screens.Words
	app   string

	Template string
	Page     page
	Locale   string
	App      string
	Logo     string
	Theme    string // address of the application's style sheet
	Mark     bool   // says whose pages these are
	Framed   bool   // in a page of somebody else's
	Popup    *popup // what is told to it
	Fault    *fault
	Refresh  int // seconds, for browsers without script

	Icon    string
	Heading string
	Body    string
	Name    string // of what the page is about
	About   string // what is confirmed
	Problem string

	// The ways elsewhere, each an address or nothing.
	Another  string
	Recovery string
	Back     string
	Exit     *exit

	Carry  []pair // hidden in every form
	Do     string
	Method mfa.Method
	Button string
	Next   string
	Leave  *link
	Eager  bool // the form sends itself

	Ways       []way
	Address    *field
	Code       *field
	Field      *field
	Seed       *seed
	Key        *keyPart
	Wait       *waitPart
	Resend     *resend
	Change     *link
	Remember   string
	Codes      []string
	LinkSecret string

	Owned   []owned
	Spare   *spare
	Add     string
	Disable string
	Fresh   string
	ID      mfa.AuthenticatorID
	Danger  bool
	Warning string
}

// Say is a text by its name, with the application's name where it wants it.
func (s *screen) Say(name string, pairs ...string) (string, error) {
	return s.words.Say(name, append(pairs, "app", s.app)...)
}

// say is Say for names that this package writes; what is missing is missing on the page.
func (s *screen) say(name string, pairs ...string) string {
	text, err := s.Say(name, pairs...)
	if err != nil {
		return ""
	}
	return text
}

// popup is what the page tells the one that opened it.
type popup struct {
	Targets string // origins that may hear it
	Over    bool   // the window can be closed
	Token   string // told then
}

// fault is an error in the protocol's words.
type fault struct {
	Code   string
	Status int
}

// exit leads out before the end.
type exit struct {
	Address template.URL
	Close   bool // the page around closes the window
	Word    string
}

// link is an address with its words. Addresses of apps have schemes of their own, which were looked at before.
type link struct {
	Address template.URL
	Label   string
}

// way is one method to choose.
type way struct {
	Method  mfa.Method
	Icon    mfa.Method
	Name    string
	Hint    string
	Do      string // posted, where something is sent
	Address string
}

// field is what is typed.
type field struct {
	Label string
	Hint  string
	Type  string
	Value string
	Most  int
	Long  bool
}

// seed is what an authenticator app is set up with.
type seed struct {
	Picture square
	URI     template.URL
	Secret  string
	Spaced  string
}

type keyPart struct {
	Kind   string // create or use
	NewTab string
	Skip   string
}

type waitPart struct {
	Method      mfa.Method
	Prompt      mfa.PromptID
	Device      string
	Word        string
	ClaimedWord string
	Picture     *square
	Number      string // to be brought over to the phone
	NumberWord  string
}

// resend asks for another message, or by another channel.
type resend struct {
	Do       string
	Method   mfa.Method
	Label    string
	Wait     int // seconds
	Channels []resend
	Change   *link
}

// owned is one of the means on the list of settings.
type owned struct {
	ID          string
	Icon        mfa.Method
	Method      mfa.Method
	Name        string
	Hint        string
	Default     bool
	MakeDefault bool
	Rename      string
	Remove      string
}

// spare are the recovery codes on that list.
type spare struct {
	Hint    string
	Address string
}
