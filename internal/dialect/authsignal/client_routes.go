package authsignal

// clientRoutes are the client's API.
func clientRoutes() []route {
	return nil
}
