package storetest

import (
	"reflect"

	"github.com/twinseal/twinseal/internal/mfa"
)

var secretType = reflect.TypeFor[mfa.Secret]()

// equal compares whole values as reflect.DeepEqual does, and secrets by what they hide.
func equal(a, b reflect.Value) bool {
	switch {
	case a.Type() == secretType:
		x, okX := reflect.TypeAssert[mfa.Secret](a)
		y, okY := reflect.TypeAssert[mfa.Secret](b)
		return okX && okY && x.Equal(y)
	case a.Kind() == reflect.Slice:
		return a.IsNil() == b.IsNil() && a.Len() == b.Len() && all(a.Len(), func(i int) bool { return equal(a.Index(i), b.Index(i)) })
	case a.Kind() == reflect.Struct && a.Type().PkgPath() == secretType.PkgPath():
		return all(a.NumField(), func(i int) bool { return equal(a.Field(i), b.Field(i)) })
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

func all(n int, holds func(int) bool) bool {
	for i := range n {
		if !holds(i) {
			return false
		}
	}
	return true
}
