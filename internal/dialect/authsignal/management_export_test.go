package authsignal

// ManagementTable are the routes of the management API, in the order of the page.
func ManagementTable() []string {
	var out []string
	for _, r := range managementRoutes() {
		out = append(out, r.name())
	}
	return out
}
