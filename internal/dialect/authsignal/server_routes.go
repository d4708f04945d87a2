package authsignal

// serverRoutes are the server's API.
func serverRoutes() []route {
	return nil
}
