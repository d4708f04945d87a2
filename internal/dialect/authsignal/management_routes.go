package authsignal

// managementRoutes are the management API.
func managementRoutes() []route {
	return nil
}
