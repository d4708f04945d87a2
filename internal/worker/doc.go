// Package worker brings out what the outbox holds: messages to people and callbacks to applications. It also
// writes the expiry of challenges and deletes what has outlived its purpose.
//
// A delivery is claimed under a lease, tried, and finished by a write that counts only while the claim is
// still the newest. It is therefore tried at least once, and again when a process dies between a try and
// its record: whoever receives may see the same thing twice. Failed tries are repeated with growing
// pauses; one that is given up stays visible as failed, with an event delivery.failed.
//
// Callbacks are rendered anew for every try, with the keys of that moment. Their addresses belong to the
// owner of the application, so private networks are reached; redirects are not followed and answers are
// hardly read. A slow address delays only itself: it may occupy a few of the worker's hands and no more.
//
// Any number of workers may run on one store.
package worker
