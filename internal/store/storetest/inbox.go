package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var inboxScenes = []scene{
	{name: "lists messages to one or to all, newest first", alone: true, play: func(w *world) {
		first, second, other := w.inbox("+1", 1), w.inbox("+1", 2), w.inbox("+2", 3)
		for to, want := range map[string][]mfa.InboxMessage{"": {other, second, first}, "+1": {second, first}, "+3": {}} {
			got := read(w, func(r mfa.Records) ([]mfa.InboxMessage, error) { return r.InboxMessages(to, 10) })
			same(w, "to "+to, got, want)
		}
		same(w, "limit", read(w, func(r mfa.Records) ([]mfa.InboxMessage, error) { return r.InboxMessages("", 1) }), []mfa.InboxMessage{other})
	}},
	{name: "the purge takes the oldest", alone: true, play: func(w *world) {
		w.inbox("+1", 1)
		young := w.inbox("+1", 2)
		same(w, "purged", change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeInbox(after(2), 10) }), 1)
		same(w, "left", read(w, func(r mfa.Records) ([]mfa.InboxMessage, error) { return r.InboxMessages("", 10) }), []mfa.InboxMessage{young})
	}},
}

func (w *world) inbox(to string, at int) mfa.InboxMessage {
	w.Helper()
	m := mfa.InboxMessage{ID: newID[string](), At: after(at)}
	m.Message = mfa.Message{
		Channel: mfa.ChannelPush, To: to, Subject: "s", Text: "your code is 123456", HTML: "<p>", Speech: "one", Locale: "de", From: "Bank",
		Push: &mfa.PushTarget{Endpoint: "https://push.example.com", P256DH: "p", Auth: "a"},
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddInboxMessage(m) })
	return m
}
