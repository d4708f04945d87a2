package signature_test

import (
	"fmt"

	"github.com/twinseal/twinseal/client/authy/signature"
)

func Example() {
	body := []byte(`{"foo":{"bar":{"biz":"foo bar"}},"qux":"net"}`)
	params, err := signature.Canonical(body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(params)
	fmt.Println(signature.Sign("foo", "1455825429", "POST", "https://foo.bar/", params))
	// Output:
	// foo%5Bbar%5D%5Bbiz%5D=foo+bar&qux=net
	// +fyGys+d5yNJx9SpeKZdf+N77od1t1cC/fVSWDW2+kY=
}

func ExampleLint() {
	for _, warning := range signature.Lint(signature.Details, []signature.Pair{
		{Key: "Account", Value: "12-34"},
		{Key: "seat", Value: "row [7]"},
	}) {
		fmt.Println(warning)
	}
	// Output: detail "seat" will fail in Python authy: a number in square brackets is blanked in values too
}
