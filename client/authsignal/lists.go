package authsignal

import (
	"context"
	"encoding/json"
	"net/http"
)

// ValueList is a list that rules look values up in. The server makes its alias, by
// which it is addressed, of its name.
type ValueList struct {
	Alias    string          `json:"alias,omitempty"` // of answers
	Name     string          `json:"name"`
	ItemType string          `json:"itemType,omitempty"` // string or number
	Items    json.RawMessage `json:"valueListItems"`     // an array of one of the two
	IsActive bool            `json:"isActive"`
	TenantID string          `json:"tenantId,omitempty"` // of answers
}

// ValueListChange is what to change of a list.
type ValueListChange struct {
	Name     Change[string]          `json:"name,omitzero"`
	Items    Change[json.RawMessage] `json:"valueListItems,omitzero"`
	IsActive Change[bool]            `json:"isActive,omitzero"`
}

const listsPath = "value-lists"

// ValueLists lists them.
func (m *Management) ValueLists(ctx context.Context) ([]ValueList, error) {
	return ask[[]ValueList](ctx, &m.transport, call{op: "list value lists", method: http.MethodGet, path: []string{listsPath}})
}

// CreateValueList makes one.
func (m *Management) CreateValueList(ctx context.Context, n ValueList) (*ValueList, error) {
	n.Alias, n.TenantID = "", ""
	var made ValueList
	err := m.post(ctx, "create value list", n, &made, listsPath)
	return about(&made, made.Alias, "", err, "create value list")
}

// ValueList reads one.
func (m *Management) ValueList(ctx context.Context, alias string) (*ValueList, error) {
	if err := checkSegment("alias", alias); err != nil {
		return nil, err
	}
	var read ValueList
	err := m.get(ctx, "get value list", &read, listsPath, alias)
	return about(&read, read.Alias, alias, err, "get value list")
}

// UpdateValueList changes one.
func (m *Management) UpdateValueList(ctx context.Context, alias string, change ValueListChange) (*ValueList, error) {
	if err := checkSegment("alias", alias); err != nil {
		return nil, err
	}
	var read ValueList
	err := m.patch(ctx, "update value list", change, &read, listsPath, alias)
	return about(&read, read.Alias, "", err, "update value list")
}

// DeleteValueList deletes one.
func (m *Management) DeleteValueList(ctx context.Context, alias string) error {
	if err := checkSegment("alias", alias); err != nil {
		return err
	}
	return m.delete(ctx, "delete value list", listsPath, alias)
}

// DataPoint names what an application says of an action or a user, for rules.
type DataPoint struct {
	ID          string `json:"id,omitempty"` // of answers
	Name        string `json:"name"`         // the key in custom
	Type        string `json:"dataType"`     // text, number, boolean or multiselect
	Model       string `json:"modelType"`    // action or user
	Description string `json:"description,omitempty"`
	IsPublic    bool   `json:"isPublic"`
	TenantID    string `json:"tenantId,omitempty"` // of answers
}

// DataPointChange is what to change of a data point.
type DataPointChange struct {
	Name        Change[string] `json:"name,omitzero"`
	Type        Change[string] `json:"dataType,omitzero"`
	Model       Change[string] `json:"modelType,omitzero"`
	Description Change[string] `json:"description,omitzero"`
	IsPublic    Change[bool]   `json:"isPublic,omitzero"`
}

const pointsPath = "custom-data-points"

// DataPoints lists them.
func (m *Management) DataPoints(ctx context.Context) ([]DataPoint, error) {
	return ask[[]DataPoint](ctx, &m.transport, call{op: "list data points", method: http.MethodGet, path: []string{pointsPath}})
}

// CreateDataPoint makes one.
func (m *Management) CreateDataPoint(ctx context.Context, n DataPoint) (*DataPoint, error) {
	n.ID, n.TenantID = "", ""
	var made DataPoint
	err := m.post(ctx, "create data point", n, &made, pointsPath)
	return about(&made, made.ID, "", err, "create data point")
}

// DataPoint reads one.
func (m *Management) DataPoint(ctx context.Context, id string) (*DataPoint, error) {
	if err := checkSegment("data point", id); err != nil {
		return nil, err
	}
	var read DataPoint
	err := m.get(ctx, "get data point", &read, pointsPath, id)
	return about(&read, read.ID, id, err, "get data point")
}

// UpdateDataPoint changes one.
func (m *Management) UpdateDataPoint(ctx context.Context, id string, change DataPointChange) (*DataPoint, error) {
	if err := checkSegment("data point", id); err != nil {
		return nil, err
	}
	var read DataPoint
	err := m.patch(ctx, "update data point", change, &read, pointsPath, id)
	return about(&read, read.ID, id, err, "update data point")
}

// DeleteDataPoint deletes one.
func (m *Management) DeleteDataPoint(ctx context.Context, id string) error {
	if err := checkSegment("data point", id); err != nil {
		return err
	}
	return m.delete(ctx, "delete data point", pointsPath, id)
}
