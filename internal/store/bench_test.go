package store_test

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store"
)

const benchUsers = 10_000

// BenchmarkTokenCheck is what a right TOTP asks of the store.
func BenchmarkTokenCheck(b *testing.B) {
	benchmark(b, func(w mfa.WriteRecords, n int64) error {
		user, held, err := w.LockCredentials("dir", mfa.UserRef{Number: n*7919%benchUsers + 1})
		if err != nil {
			return err
		}
		won, err := w.AdvanceCounter(held[0].ID, held[0].Version, n, epoch)
		if err != nil || !won {
			return fmt.Errorf("lost the counter: %w", err)
		}
		return w.AppendEvent(benchEvent(mfa.EventTokenAccepted, user.ID, ""))
	})
}

// BenchmarkApproval is what one approval asks of the store, in the four Writes that it is: asking, two requests of
// the device, the answer.
func BenchmarkApproval(b *testing.B) {
	benchmark(b, func(w mfa.WriteRecords, n int64) error {
		step, turn := n%4, n/4
		user, id := mfa.UserID(fmt.Sprint("user", turn*7919%benchUsers)), mfa.ChallengeID(fmt.Sprint("challenge", turn))
		switch step {
		case 0:
			return benchAsk(w, user, id, turn)
		case 1, 2:
			_, err := w.SpendProof("thumbprint", fmt.Sprint(n), epoch.Add(time.Minute))
			return err
		}
		if _, err := w.AnswerChallenge(id, mfa.ChallengeAnswer{State: mfa.ChallengeApproved, At: epoch}); err != nil {
			return err
		}
		if err := w.AddReceipt(mfa.Receipt{ChallengeID: id, UserID: user, Document: benchDocument, CreatedAt: epoch}); err != nil {
			return err
		}
		return w.AppendEvent(benchEvent(mfa.EventChallengeApproved, user, id))
	})
}

func benchAsk(w mfa.WriteRecords, user mfa.UserID, id mfa.ChallengeID, turn int64) error {
	if _, _, err := w.LockCredentials("dir", mfa.UserRef{Number: turn*7919%benchUsers + 1}); err != nil {
		return err
	}
	limit := mfa.Limit{Name: "approvals", Burst: 1 << 30, Per: time.Minute}
	if _, _, err := w.TakeLimit(limit, string(user), epoch); err != nil {
		return err
	}
	err := w.AddChallenge(mfa.Challenge{
		ID: id, UserID: user, ApplicationID: "app", Kind: mfa.KindDevice, State: mfa.ChallengePending, Message: "Pay Bob?",
		Details: []mfa.Detail{{Label: "to", Value: "Bob"}}, Question: benchDocument, CreatedAt: epoch, ExpiresAt: epoch.Add(time.Hour),
	})
	if err != nil {
		return err
	}
	_, err = w.AddDelivery(mfa.Delivery{
		ID: mfa.DeliveryID(id), Kind: mfa.DeliveryMessage, State: mfa.DeliveryPending, Payload: mfa.SecretText(`{}`), DueAt: epoch, CreatedAt: epoch,
	}, epoch)
	if err != nil {
		return err
	}
	return w.AppendEvent(benchEvent(mfa.EventChallengeCreated, user, id))
}

var benchDocument = json.RawMessage(fmt.Sprintf(`{"statement":%q}`, make([]byte, 200)))

func benchEvent(kind mfa.EventType, user mfa.UserID, challenge mfa.ChallengeID) mfa.Event {
	return mfa.Event{
		ID: mfa.EventID(uuid.Must(uuid.NewV7()).String()), Type: kind, OrganizationID: "org", DirectoryID: "dir", ApplicationID: "app", UserID: user,
		ChallengeID: challenge, Source: "192.0.2.1", Data: json.RawMessage(`{"factor":"totp"}`), At: time.Now(),
	}
}

func benchmark(b *testing.B, write func(mfa.WriteRecords, int64) error) {
	for name, database := range databases {
		b.Run(name, func(b *testing.B) {
			s := open(b, database(b))
			furnish(b, s)
			var n atomic.Int64
			b.SetParallelism(32)
			b.ReportAllocs()
			own := ownCPU(b)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					turn := n.Add(1)
					if err := s.Write(b.Context(), func(w mfa.WriteRecords) error { return write(w, turn) }); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
			b.ReportMetric((ownCPU(b)-own)/float64(b.N), "cpu-µs/op")
		})
	}
}

// ownCPU is the processor time of this process in microseconds: unlike the rate, it
// says the same on a busy machine. A PostgreSQL server's own is not in it.
func ownCPU(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e3
}

func furnish(b *testing.B, s *store.Store) {
	b.Helper()
	for from := 0; from < benchUsers; from += 1000 {
		err := s.Write(b.Context(), func(w mfa.WriteRecords) error {
			for i := from; i < from+1000; i++ {
				if err := benchUser(w, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchUser(w mfa.WriteRecords, i int) error {
	user := mfa.User{
		ID: mfa.UserID(fmt.Sprint("user", i)), DirectoryID: "dir", Number: int64(i) + 1, State: mfa.UserActive, Emails: []string{"ann@example.com"},
		Phone: mfa.Phone{CountryCode: 44, National: fmt.Sprintf("79%08d", i)}, Confirmed: true, CreatedAt: epoch, UpdatedAt: epoch,
	}
	if err := w.AddUser(user); err != nil {
		return err
	}
	_, err := w.AddAuthenticator(mfa.Authenticator{
		ID: mfa.AuthenticatorID(uuid.Must(uuid.NewV7()).String()), UserID: user.ID, DirectoryID: "dir", Kind: mfa.KindTOTP, State: mfa.AuthenticatorActive,
		Data: json.RawMessage(`{"algorithm":"SHA1","digits":6,"period":30}`), Secret: mfa.SecretText("12345678901234567890"), CreatedAt: epoch,
	})
	return err
}
