package main

import "fmt"

// good is something to buy. Each is paid to whoever made it.
type good struct {
	ID, Name, Words string
	Maker           string
	Cents           int
}

var goods = []good{
	{"diamond", "Red Diamond", "The one that everybody draws. Flies in the lightest wind.", "Ann’s Workshop", 2450},
	{"box", "Box Kite", "Two cells of spruce and cotton, for a steady breeze.", "Hargrave & Daughters", 6800},
	{"delta", "Night Delta", "Three metres wide, for the evening and for two hands.", "Sailmakers of the North Quay", 11990},
}

func goodByID(id string) (good, bool) {
	for _, g := range goods {
		if g.ID == id {
			return g, true
		}
	}
	return good{}, false
}

// Price is the amount as people read it.
func (g good) Price() string { return fmt.Sprintf("%d.%02d €", g.Cents/100, g.Cents%100) }

// payload is the text that a customer signs: amount, payee and what for.
func (g good) payload(order string) string {
	return fmt.Sprintf("Pay %s to %s for one %s. Order %s.", g.Price(), g.Maker, g.Name, order)
}
