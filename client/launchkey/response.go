package launchkey

// AuthorizationResponse is the answer of a user's device.
type AuthorizationResponse struct {
	// Authorized: the user approved, and the policy was met. Nothing else in
	// here lets anybody in.
	Authorized bool
	// Fraud: the user denied and said that somebody else has asked.
	Fraud bool

	RequestID AuthorizationID
	DeviceID  DeviceID

	// The user in three names: by service, by organization, and one that may
	// be used as the user of later requests.
	ServiceUserHash      string
	OrganizationUserHash string
	UserPushID           string

	// ServicePins are the newest few numbers of this device for this service.
	// Each answer adds one, so that a copied device gives itself away.
	ServicePins []string

	// What follows says how the answer came about. Devices of an old kind do
	// not tell; then Type is empty and Policy and Methods are nil.
	Type         ResponseType
	Reason       ResponseReason
	DenialReason string          // id of the reason that the user chose, or empty
	Policy       *ResponsePolicy // that the device judged by; nil for none told
	Methods      []Method        // in the order of the device
}

// ResponseType is what became of a request.
type ResponseType string

// The types of responses.
const (
	Authorized   ResponseType = "AUTHORIZED"
	Denied       ResponseType = "DENIED" // by the user
	Failed       ResponseType = "FAILED" // by the device, whatever the user wanted
	OtherOutcome ResponseType = "OTHER"  // what this package does not know
)

// ResponseReason is why.
type ResponseReason string

// The reasons of responses.
const (
	ReasonApproved       ResponseReason = "APPROVED"
	ReasonDisapproved    ResponseReason = "DISAPPROVED"
	ReasonFraudulent     ResponseReason = "FRAUDULENT"
	ReasonPolicy         ResponseReason = "POLICY"         // a place, or a broken device
	ReasonPermission     ResponseReason = "PERMISSION"     // the app may not see where it is
	ReasonAuthentication ResponseReason = "AUTHENTICATION" // a wrong PIN, a stranger's finger
	ReasonConfiguration  ResponseReason = "CONFIGURATION"  // too few methods are set up
	ReasonBusyLocal      ResponseReason = "BUSY_LOCAL"
	ReasonSensor         ResponseReason = "SENSOR"
	ReasonOther          ResponseReason = "OTHER" // what this package does not know
)

// Requirement is what kind of thing a policy demanded.
type Requirement string

// The kinds of demands.
const (
	RequirementNone        Requirement = ""
	RequirementAmount      Requirement = "amount"
	RequirementTypes       Requirement = "types"
	RequirementConditional Requirement = "cond_geo"
	RequirementOther       Requirement = "other" // what this package does not know
)

// ResponsePolicy is the policy that the device judged by.
type ResponsePolicy struct {
	Requirement Requirement
	Amount      int      // for RequirementAmount
	Factors     []Factor // for RequirementTypes
	Fences      []Fence
}

// MethodName is a way to prove something on the device.
type MethodName string

// The methods.
const (
	MethodWearables   MethodName = "wearables"
	MethodGeofencing  MethodName = "geofencing"
	MethodLocations   MethodName = "locations"
	MethodPINCode     MethodName = "pin_code"
	MethodCircleCode  MethodName = "circle_code"
	MethodFace        MethodName = "face"
	MethodFingerprint MethodName = "fingerprint"
	MethodOther       MethodName = "other" // what this package does not know
)

// Method says how a method stood when the user answered. Nil is unknown, and for
// Passed and Error that the method was not tried.
type Method struct {
	Name         MethodName
	Set          *bool // the user has configured it
	Active       bool  // it can be used now
	Allowed      bool  // the service allows it
	Supported    bool  // the device has what it takes
	UserRequired *bool // the user demands it
	Passed       *bool
	Error        *bool
}
