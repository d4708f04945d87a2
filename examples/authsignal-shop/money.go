package main

import (
	"fmt"
	"strconv"
	"strings"
)

// money is an amount of cents as people read it.
func money(cents int) string {
	whole := strconv.Itoa(cents / 100)
	if n := len(whole); n > 3 {
		whole = whole[:n-3] + "," + whole[n-3:]
	}
	return fmt.Sprintf("%s.%02d €", whole, cents%100)
}

// maxDigits keeps what somebody typed within what there can be.
const maxDigits = 6

// cents reads an amount that somebody typed, such as 12, 12.5 or 12,50.
func cents(typed string) (int, bool) {
	typed = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(typed), "€"))
	whole, part, _ := strings.Cut(strings.Replace(typed, ",", ".", 1), ".")
	if whole == "" || len(whole) > maxDigits || len(part) > 2 || strings.Trim(whole+part, "0123456789") != "" {
		return 0, false
	}
	amount, err := strconv.Atoi(whole + (part + "00")[:2])
	return amount, err == nil && amount > 0
}
