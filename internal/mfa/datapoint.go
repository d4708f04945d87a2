package mfa

import "time"

// DataPoint is a name that an application uses in the custom data of its actions or users.
type DataPoint struct {
	ID            DataPointID
	ApplicationID ApplicationID
	Name          string // the key, unique among the application's of its model
	Type          DataType
	Model         DataModel
	Description   string
	Public        bool
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// DataType is what a data point's values are.
type DataType string

const (
	DataText        DataType = "text"
	DataNumber      DataType = "number"
	DataBoolean     DataType = "boolean"
	DataMultiselect DataType = "multiselect" // a list of texts
)

// DataModel is whose custom data it is.
type DataModel string

const (
	DataOfAction DataModel = "action"
	DataOfUser   DataModel = "user"
)

// DataPointReader looks them up.
type DataPointReader interface {
	DataPoint(application ApplicationID, id DataPointID) (DataPoint, error)
	// DataPointsOf lists an application's, oldest first.
	DataPointsOf(ApplicationID) ([]DataPoint, error)
}

// DataPointWriter changes them.
type DataPointWriter interface {
	// AddDataPoint refuses a name that is taken in its model as a Conflict.
	AddDataPoint(DataPoint) error
	// UpdateDataPoint replaces everything but application and CreatedAt, with the same refusal.
	UpdateDataPoint(DataPoint) error
	RemoveDataPoint(application ApplicationID, id DataPointID) error
}
