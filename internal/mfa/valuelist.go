package mfa

import (
	"encoding/json"
	"time"
)

// ItemType is what a value list holds.
type ItemType string

const (
	ItemString ItemType = "string"
	ItemNumber ItemType = "number"
)

// ValueList is a list of an application's that its rules look things up in, by alias.
type ValueList struct {
	ApplicationID ApplicationID
	Alias         string // made of the name, unique in the application
	Name          string
	ItemType      ItemType
	Items         json.RawMessage // array, as it was written
	Active        bool            // else rules find nothing in it
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// ValueListReader looks them up.
type ValueListReader interface {
	ValueList(application ApplicationID, alias string) (ValueList, error)
	// ValueListsOf lists an application's by alias.
	ValueListsOf(ApplicationID) ([]ValueList, error)
}

// ValueListWriter changes them.
type ValueListWriter interface {
	// AddValueList refuses an alias that is taken as a Conflict.
	AddValueList(ValueList) error
	// UpdateValueList replaces everything but application, alias and CreatedAt.
	UpdateValueList(ValueList) error
	RemoveValueList(application ApplicationID, alias string) error
}
