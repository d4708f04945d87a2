package answerpackage

import (
	"encoding/json"
	"errors"

	"github.com/twinseal/twinseal/policy"
)

// The types of geofences. An older device leaves the type out and means a
// circle.
const (
	GeoCircle = "GEO_CIRCLE"
	Territory = "TERRITORY"
)

// Geofence is a fence in the flat form of answers.
type Geofence struct {
	Type                        string
	Name                        string
	Latitude, Longitude, Radius float64
	Country                     string
	AdministrativeArea          string
	PostalCode                  string
}

// circleJSON and territoryJSON are the members that SDKs admit for each type;
// a member more, and they refuse the answer.
type circleJSON struct {
	Type      string  `json:"type"`
	Name      string  `json:"name,omitempty"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Radius    float64 `json:"radius"`
}

type territoryJSON struct {
	Type               string `json:"type"`
	Name               string `json:"name,omitempty"`
	Country            string `json:"country"`
	AdministrativeArea string `json:"administrative_area,omitempty"`
	PostalCode         string `json:"postal_code,omitempty"`
}

func newGeofence(f policy.Fence) Geofence {
	if f.Kind == policy.Territory {
		return Geofence{Type: Territory, Name: f.Name, Country: f.Country, AdministrativeArea: f.Area, PostalCode: f.PostalCode}
	}
	return Geofence{Type: GeoCircle, Name: f.Name, Latitude: f.Latitude, Longitude: f.Longitude, Radius: f.Radius}
}

// MarshalJSON writes the members of the fence's type.
func (g Geofence) MarshalJSON() ([]byte, error) {
	if g.Type == Territory {
		return json.Marshal(territoryJSON{g.Type, g.Name, g.Country, g.AdministrativeArea, g.PostalCode})
	}
	return json.Marshal(circleJSON{g.Type, g.Name, g.Latitude, g.Longitude, g.Radius})
}

// UnmarshalJSON reads a fence of either type, strictly.
func (g *Geofence) UnmarshalJSON(data []byte) error {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &kind); err != nil {
		return err
	}
	switch kind.Type {
	case GeoCircle, "":
		if err := exactly(data, []string{"latitude", "longitude", "radius"}, []string{"type", "name"}); err != nil {
			return err
		}
		var in circleJSON
		err := json.Unmarshal(data, &in)
		*g = Geofence{Type: GeoCircle, Name: in.Name, Latitude: in.Latitude, Longitude: in.Longitude, Radius: in.Radius}
		return err
	case Territory:
		if err := exactly(data, []string{"type", "country"}, []string{"name", "administrative_area", "postal_code"}); err != nil {
			return err
		}
		var in territoryJSON
		err := json.Unmarshal(data, &in)
		*g = Geofence{Type: Territory, Name: in.Name, Country: in.Country, AdministrativeArea: in.AdministrativeArea, PostalCode: in.PostalCode}
		return err
	}
	return errors.New("a geofence is neither a circle nor a territory")
}
