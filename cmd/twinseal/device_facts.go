package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// factFlags are what a terminal is told about itself and its owner, since it
// has no sensors to ask.
type factFlags struct {
	location   string
	methods    []string
	configured []string
	rooted     bool
	emulator   bool
}

func (f *factFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.location, "location", "", "where this device is: LAT,LON[,COUNTRY[,AREA[,POSTAL]]], such as 36.1,-115.1,US,US-NV,89120 (default: it may not know)")
	flags.StringSliceVar(&f.methods, "methods", nil, "the methods that were just passed: "+list(policy.Methods()))
	flags.StringSliceVar(&f.configured, "configured", nil, "further methods that are set up here, but were not passed")
	flags.BoolVar(&f.rooted, "rooted", false, "this device is rooted or jailbroken")
	flags.BoolVar(&f.emulator, "emulator", false, "this device is emulated")
}

// decision is an approval with all that is known.
func (f *factFlags) decision() (client.Decision, error) {
	out := client.Decision{Approve: true, Supported: answerpackage.DefaultSupported()}
	var err error
	if out.Facts.Methods, err = parseMethods("--methods", f.methods); err != nil {
		return out, err
	}
	if out.Facts.Configured, err = parseMethods("--configured", f.configured); err != nil {
		return out, err
	}
	out.Facts.Rooted, out.Facts.Emulator = f.rooted, f.emulator
	out.Factors = factorsOf(out.Facts.Methods)
	if f.location == "" {
		return out, nil
	}
	out.Facts.LocationAllowed = true
	out.Facts.Location, err = parseLocation(f.location)
	return out, err
}

func parseMethods(flag string, names []string) ([]policy.Method, error) {
	out := make([]policy.Method, 0, len(names))
	for _, name := range names {
		m := policy.Method(strings.TrimSpace(name))
		if m.Factor() == "" {
			return nil, fmt.Errorf("%s: %q is unknown; use some of %s", flag, name, list(policy.Methods()))
		}
		out = append(out, m)
	}
	return out, nil
}

// factorsOf says in the words of statements how the person was made sure of.
func factorsOf(methods []policy.Method) []string {
	var out []string
	for _, m := range methods {
		word := ""
		switch m {
		case policy.PINCode:
			word = "pin"
		case policy.Face, policy.Fingerprint:
			word = "biometric"
		case policy.PasskeyUnlock:
			word = receipt.FactorPasskey
		}
		if word != "" && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// Bounds of a place on Earth, in degrees.
const (
	maxLatitude  = 90
	maxLongitude = 180
)

func parseLocation(text string) (*policy.Location, error) {
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	usage := fmt.Errorf("--location %q: use LAT,LON[,COUNTRY[,AREA[,POSTAL]]], such as 36.1,-115.1,US,US-NV,89120", text)
	if len(parts) < 2 || len(parts) > 5 {
		return nil, usage
	}
	latitude, errLat := strconv.ParseFloat(parts[0], 64)
	longitude, errLon := strconv.ParseFloat(parts[1], 64)
	onEarth := latitude >= -maxLatitude && latitude <= maxLatitude && longitude >= -maxLongitude && longitude <= maxLongitude
	if errLat != nil || errLon != nil || !onEarth {
		return nil, usage
	}
	parts = append(parts, "", "", "")
	return &policy.Location{
		Latitude: latitude, Longitude: longitude,
		Country: strings.ToUpper(parts[2]), Area: strings.ToUpper(parts[3]), PostalCode: parts[4],
	}, nil
}

func parseFailure(text string) (policy.Failure, error) {
	if text == "" || slices.Contains(policy.Failures(), policy.Failure(text)) {
		return policy.Failure(text), nil
	}
	return "", fmt.Errorf("--failure %q is unknown; use one of %s", text, list(policy.Failures()))
}
