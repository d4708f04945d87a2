package authenticator_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// eachSource gives every file of the app that holds code.
func eachSource(t *testing.T, look func(name, text string)) {
	t.Helper()
	sources := os.DirFS("app/src")
	err := fs.WalkDir(sources, ".", func(name string, entry fs.DirEntry, err error) error {
		if ending := path.Ext(name); err != nil || entry.IsDir() || ending != ".ts" && ending != ".tsx" {
			return err
		}
		text, err := fs.ReadFile(sources, name)
		look(name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// markup is every way by which a text could become elements or code.
var markup = regexp.MustCompile(`\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment|DOMParser|srcdoc)\b|\beval\(|document\.write|new Function|javascript:|setAttribute\("style"`)

// Names, messages and details come from strangers. The app's parts write them as text, and nothing else of it could
// do otherwise; the page's policy stands behind that.
func TestWhatOthersWroteIsShownAsText(t *testing.T) {
	t.Parallel()
	files := 0
	eachSource(t, func(name, text string) {
		files++
		if found := markup.FindString(text); found != "" {
			t.Errorf("app/src/%s uses %s", name, found)
		}
	})
	if files < 100 {
		t.Errorf("only %d files were looked at", files)
	}
}

// Types are what the build can hold the code to, and a file is a thought.
func TestSourcesOfTheAppKeepTheirShape(t *testing.T) {
	t.Parallel()
	const most = 250
	loose := regexp.MustCompile(`(: |<)any\b|\bas any[^ ]|@ts-(ignore|nocheck|expect-error)`)
	eachSource(t, func(name, text string) {
		if lines := strings.Count(text, "\n"); lines > most {
			t.Errorf("app/src/%s: %d lines, more than %d", name, lines, most)
		}
		if found := loose.FindString(text); found != "" && !strings.HasPrefix(name, "words/") {
			t.Errorf("app/src/%s: %q switches the types off", name, found)
		}
		if strings.HasPrefix(name, "words/") && regexp.MustCompile(`export \{ \w+ \} from "\.\./en/`).MatchString(text) {
			t.Errorf("app/src/%s is not translated", name)
		}
	})
}
