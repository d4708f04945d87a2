package app

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
)

// page is the operators' page, which is held to the code: a setting, a limit or a metric that it does not
// name does not exist for them.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows finds the rows of the page's tables that match, by their first column.
func rows(t *testing.T, pattern string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?m)^`+pattern).FindAllStringSubmatch(page(t), -1) {
		if found[m[1]] != nil {
			t.Errorf("%s stands twice on the page", m[1])
		}
		found[m[1]] = m[2:]
	}
	return found
}

// same complains about what one side has and the other has not, or has differently.
func same(t *testing.T, onPage, inCode map[string]string) {
	t.Helper()
	for name, value := range inCode {
		if got, ok := onPage[name]; !ok || got != value {
			t.Errorf("%s is %q in the code and %q on the page", name, value, got)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(onPage)) {
		if _, ok := inCode[name]; !ok {
			t.Errorf("%s stands on the page and does not exist", name)
		}
	}
}

func TestThePageNamesEverySettingWithItsVariable(t *testing.T) {
	t.Parallel()
	onPage := map[string]string{}
	for name, row := range rows(t, "\\| `([a-z0-9_.]+)` \\| `(TWINSEAL_[A-Z0-9_]+)` \\|") {
		onPage[name] = row[0]
	}
	inCode := map[string]string{}
	settings(reflect.TypeFor[Config](), "", EnvPrefix, inCode)
	same(t, onPage, inCode)
}

// settings collects the names in the file and in the environment of all fields.
func settings(of reflect.Type, path, prefix string, into map[string]string) {
	for f := range of.Fields() {
		name := f.Tag.Get("yaml")
		switch {
		case name == "-":
		case f.Type.Kind() == reflect.Struct:
			settings(f.Type, path+name+".", prefix+f.Tag.Get("envPrefix"), into)
		default:
			into[path+name] = prefix + f.Tag.Get("env")
		}
	}
}

// spoken writes a duration as the page does.
func spoken(d time.Duration) string {
	const day = 24 * time.Hour
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / unit.size; d%unit.size == 0 && n > 0 {
			return strings.TrimSuffix(fmt.Sprintf("%d %ss", n, unit.name), map[bool]string{true: "s"}[n == 1])
		}
	}
	return d.String()
}

func TestThePageNamesEveryLimitWithItsNumbers(t *testing.T) {
	t.Parallel()
	onPage, inCode := map[string]string{}, map[string]string{}
	for name, row := range rows(t, "\\| `([a-z_]+)` \\| ([0-9]+) \\| ([0-9]+ [a-z]+) \\|") {
		onPage[name] = row[0] + " in " + row[1]
	}
	limits := reflect.ValueOf(mfa.DefaultLimits())
	for _, v := range limits.Fields() {
		if l, ok := reflect.TypeAssert[mfa.Limit](v); ok {
			inCode[l.Name] = fmt.Sprintf("%d in %s", l.Burst, spoken(l.Per))
		}
	}
	same(t, onPage, inCode)
}

// numbers are the fields of the limits that are no windows, as the page calls them.
var numbers = map[string]string{
	"DevicesPerUser":     "devices of a user",
	"CodeAttempts":       "wrong checks of one verification code",
	"EnrollmentAttempts": "wrong codes of one link by phone",
	"CodeLife":           "life of a sent code",
	"LinkLife":           "life of a linking code",
	"PictureLife":        "life of a QR picture",
	"JoinLife":           "life of a code for one more device",
	"ApprovalLife":       "life of an approval request, when the caller names none",
	"MatchAfterDenial":   "requests ask for a number for so long after a denial",
	"ResendWindow":       "equal messages within this time are one",
	"TOTPWindow":         "steps of drift of a one-time code, on each side",
	"MessageRunes":       "characters of an approval's message; more are cut",
	"DetailRunes":        "characters of a label or a value; more are cut",
	"Details":            "details of a kind; more are refused",
	"PendingPerUser":     "pending requests that a device is told at once",
	"PasskeysPerUser":    "passkeys, passwords and keys of a user that count",
	"RevokedPerUser":     "passkeys of a user that are revoked and kept on the list",
	"HandoffsPerUser":    "codes for other devices that a user has at once, of one form and purpose",
	"CeremonyLife":       "life of a begun registration, when the caller names none",
	"TransactionLife":    "life of a transaction that waits for its passkey",
	"ShortHandoffLife":   "life of a short code for another device",
	"LongHandoffLife":    "life of a long one, and of a phrase",
	"TransactionBytes":   "bytes of a transaction's text; more are refused",
	"PromptAttempts":     "wrong answers to one prompt of an action",
	"Sockets":            "sockets of pages that wait for a picture to be read, at one server",
	"SocketsPerSource":   "sockets of one address",
	"FactorsPerUser":     "authenticators of one kind that a user has for actions",
	"KnownDevices":       "devices that are known of one user at an application",
	"CustomPoints":       "custom data points of an action or user",
	"CustomBytes":        "bytes of an action's or user's custom data",
	"ActionTextBytes":    "bytes of any other text of an action",
	"RulesPerAction":     "rules of one action",
	"ActionCodes":        "actions that an application configures",
	"ValueLists":         "value lists of an application",
	"ValueListItems":     "items of a value list",
	"DataPoints":         "data points of an application",
}

func TestThePageNamesEveryOtherNumber(t *testing.T) {
	t.Parallel()
	onPage, inCode := map[string]string{}, map[string]string{}
	for name, row := range rows(t, `\| ([a-zQ][^|`+"`"+`]*) \| ([0-9]+(?: [a-z]+)?) \|$`) {
		onPage[name] = row[0]
	}
	limits := reflect.ValueOf(mfa.DefaultLimits())
	for f, v := range limits.Fields() {
		switch v := v.Interface().(type) {
		case int:
			inCode[numbers[f.Name]] = fmt.Sprint(v)
		case time.Duration:
			inCode[numbers[f.Name]] = spoken(v)
		}
	}
	same(t, onPage, inCode)
}

func TestThePageSaysHowLongThingsAreKept(t *testing.T) {
	t.Parallel()
	onPage, inCode := map[string]string{}, map[string]string{}
	for name, row := range rows(t, "\\| `([a-z]+)`: [^|]* \\| ([0-9]+ days?)") {
		onPage[name] = row[0]
	}
	kept := reflect.ValueOf(worker.DefaultRetention())
	for f, v := range kept.Fields() {
		inCode[strings.ToLower(f.Name)] = spokenDays(v.Interface().(time.Duration))
	}
	same(t, onPage, inCode)
}

func spokenDays(d time.Duration) string {
	const day = 24 * time.Hour
	if d == day {
		return "1 day"
	}
	return fmt.Sprintf("%d days", d/day)
}

var described = regexp.MustCompile(`fqName: "([a-z_]+)".*variableLabels: \{([a-z,]*)\}`)

func TestThePageNamesEveryMetricWithItsLabels(t *testing.T) {
	t.Parallel()
	onPage, inCode := map[string]string{}, map[string]string{}
	for name, row := range rows(t, "\\| `(twinseal_[a-z_]+)` \\| [a-z]+ \\| ([a-z`, ]+) \\|") {
		onPage[name] = strings.NewReplacer("`", "", " ", "").Replace(row[0])
	}
	descriptions := make(chan *prometheus.Desc)
	go func() {
		newMetrics().registry.Describe(descriptions)
		close(descriptions)
	}()
	for d := range descriptions {
		if m := described.FindStringSubmatch(d.String()); m != nil && strings.HasPrefix(m[1], "twinseal_") {
			inCode[m[1]] = m[2]
		}
	}
	same(t, onPage, inCode)
}
