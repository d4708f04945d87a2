package handoffs

import (
	"crypto/rand"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/twinseal/twinseal/internal/mfa"
)

func TestPhrasesAreOfPlainWordsEachOnceAndEnoughOfThem(t *testing.T) {
	t.Parallel()
	list := words()
	if len(list) < 2048 {
		t.Errorf("%d words: six of them are guessed too soon", len(list))
	}
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		t.Error("a word stands in the list twice, or in the wrong place")
	}
	plain := regexp.MustCompile(`^[a-z]{3,9}$`)
	for _, w := range list {
		if !plain.MatchString(w) {
			t.Errorf("%q is no short word", w)
		}
	}
}

func TestEveryNumberIsEquallyLikely(t *testing.T) {
	t.Parallel()
	// Of 16 bits all values are drawn once; those at the end, which would favour small numbers, are drawn again.
	var all []byte
	for v := range 1 << 16 {
		all = append(all, byte(v>>8), byte(v))
	}
	for _, n := range []int{10, len(words())} {
		counts := make([]int, n)
		random := strings.NewReader(string(all))
		for {
			i, err := below(random, n)
			if err != nil {
				break
			}
			counts[i]++
		}
		if slices.Min(counts) != slices.Max(counts) {
			t.Errorf("of %d numbers some come %d times, others %d", n, slices.Min(counts), slices.Max(counts))
		}
	}
}

func TestWithoutRandomnessThereIsNoCode(t *testing.T) {
	t.Parallel()
	for _, form := range []mfa.HandoffForm{mfa.HandoffShort, mfa.HandoffLong, mfa.HandoffPhrase} {
		if code, err := draw(iotest.ErrReader(errors.New("dry")), form); err == nil || code != "" {
			t.Errorf("%s: %q, %v", form, code, err)
		}
	}
}

// What was issued is read as it was issued, however people space and write it.
func FuzzReadingWhatPeopleType(f *testing.F) {
	for _, form := range []mfa.HandoffForm{mfa.HandoffShort, mfa.HandoffLong, mfa.HandoffPhrase} {
		f.Add(string(form), "123 456")
		f.Add(string(form), "Apple-BEACH  cloud")
	}
	f.Fuzz(func(t *testing.T, form, typed string) {
		once := normal(mfa.HandoffForm(form), typed)
		if len(once) <= maxCode && normal(mfa.HandoffForm(form), once) != once {
			t.Errorf("%q becomes %q, and that %q", typed, once, normal(mfa.HandoffForm(form), once))
		}
		code, err := draw(rand.Reader, mfa.HandoffForm(form))
		if err != nil || normal(mfa.HandoffForm(form), code) != code {
			t.Errorf("an issued %q is read as %q, %v", code, normal(mfa.HandoffForm(form), code), err)
		}
	})
}
