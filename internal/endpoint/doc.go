// Package endpoint turns a function that returns a response or an error into an http.Handler. What every
// front door needs is done once, here: the size of the body, the request id, the address of the caller
// behind proxies, panics, one log line, metrics, tracing and writing the answer in one piece.
//
// A front door makes one [Handler] with its way of rendering errors and one route per function:
//
//	h := &endpoint.Handler{Server: server, Door: "native", Render: renderError}
//	mux.Handle("GET /users/{id}", h.Route("GET /users/{id}", getUser))
//
// A function never sees the connection. It returns a [Response] (a stream of events is a form of it, see
// [Response.Stream]) or an error, which the front door's Render words. Whoever learns something worth
// logging says so with [Record]:
//
//	endpoint.Record(ctx).Set("application", string(app.ID))
//
// Neither paths nor query strings nor headers are logged: clients put keys and codes into all three. The
// name of the route stands for the path.
package endpoint
