package dialecttest

import "reflect"

// Fits compares decoded JSON with what is wanted, in which "*" stands for anything.
func Fits(got, want any) bool {
	switch want := want.(type) {
	case string:
		return want == "*" || got == want
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok || len(have) != len(want) {
			return false
		}
		for name, value := range want {
			inner, ok := have[name]
			if !ok || !Fits(inner, value) {
				return false
			}
		}
		return true
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return false
		}
		for i := range want {
			if !Fits(have[i], want[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(got, want)
}
