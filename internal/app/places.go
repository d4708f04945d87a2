package app

import (
	"context"

	"github.com/twinseal/twinseal/internal/place"
)

// openPlaces reads what the operator knows of addresses; without files it is nothing.
func (a *App) openPlaces(context.Context) error {
	c := place.Config{Databases: a.Config.Places, Embargoed: a.Config.Embargoed, Log: a.log}
	for _, text := range a.Config.NetworkLists {
		list, err := place.ParseList(text)
		if err != nil {
			return err
		}
		c.Lists = append(c.Lists, list)
	}
	var err error
	a.places, err = place.Open(c)
	return err
}
