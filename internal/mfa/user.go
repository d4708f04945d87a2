package mfa

import (
	"slices"
	"time"
)

// UserState says whether a user may be asked.
type UserState string

const (
	UserActive    UserState = "active"
	UserSuspended UserState = "suspended" // nothing is sent and every proof is refused
)

// User is who is asked. Its phone, when it has one, is unique in the directory.
type User struct {
	ID          UserID
	DirectoryID DirectoryID
	Number      int64  // integer alias, 1 to 2147483647, unique in the directory; Authy's authy_id
	Alias       string // the application's own text id, unique in the directory; "" for none
	// FoldedAlias is [FoldAlias] of Alias for users among whom case tells no two apart, and for the first of those among
	// whom it does ([FreeFold]), unique in the directory; "" for all others.
	FoldedAlias string
	State       UserState
	Emails      []string // the first is shown and mailed to
	Phone       Phone
	Locale      string // BCP 47; "" to go by the phone
	Confirmed   bool   // has proved at least one code
	// LeftApplications are those of the directory's applications that removed the user while others
	// still know it; to them it does not exist.
	LeftApplications []ApplicationID
	// CodesUntil is when the last outstanding sent code dies: before it the codes must be read, after it
	// there are none. StrikesUntil is the same for recorded wrong attempts. They save the common case two
	// reads, and are exact because they change under the user's lock alone.
	CodesUntil   time.Time
	StrikesUntil time.Time
	// MatchUntil is until when requests whose asker can show a number ask for it, because the person denied one; it changes
	// under the user's lock alone.
	MatchUntil time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// MaxUserNumber is the largest integer alias: clients keep it in 31 bits.
const MaxUserNumber = 1<<31 - 1

// Email is the first address, or "".
func (u User) Email() string {
	if len(u.Emails) == 0 {
		return ""
	}
	return u.Emails[0]
}

// KnownTo reports whether the application may see the user.
func (u User) KnownTo(a Application) bool {
	return u.DirectoryID == a.DirectoryID && !slices.Contains(u.LeftApplications, a.ID)
}

// UserRef names a user of a directory by exactly one of its names.
type UserRef struct {
	ID     UserID
	Number int64
	Alias  string
	Phone  Phone
	Name   string // an alias or, where nobody has that alias, an id
	// FoldedAlias finds a user among whom case tells no two apart, whatever the case.
	FoldedAlias string
}

// UserReader looks users up.
type UserReader interface {
	// User finds a user of the directory.
	User(directory DirectoryID, ref UserRef) (User, error)
	// UsersByPhone finds the users of every directory that have the number, oldest first, 10 at most.
	UsersByPhone(Phone) ([]User, error)
	// UsersCalled finds the users of every directory whose alias or first address the name is, oldest first, 10 at
	// most.
	UsersCalled(name string) ([]User, error)
	// CountUsers counts a directory's users.
	CountUsers(DirectoryID) (int64, error)
	// ListUsers pages through a directory by id, after the given one.
	ListUsers(directory DirectoryID, after UserID, limit int) ([]User, error)
}

// UserWriter changes them.
type UserWriter interface {
	// LockUser finds a user and keeps every other Write that locks it waiting until this one ends.
	LockUser(directory DirectoryID, ref UserRef) (User, error)
	// LockCredentials is LockUser together with the user's authenticators, secrets included, in one step:
	// the read of the hot path.
	LockCredentials(directory DirectoryID, ref UserRef) (User, []Authenticator, error)
	// AddUser adds a user. A number, alias or phone that is taken is a Conflict naming it as the field; a folded
	// alias names the alias.
	AddUser(User) error
	// UpdateUser replaces everything but id, directory and creation time; the caller holds the lock.
	UpdateUser(User) error
	// RemoveUser deletes the user with its authenticators, enrollments, codes, handoffs, ceremonies and what was
	// not answered of its challenges and transactions. What was answered, receipts and events stay.
	RemoveUser(UserID) error
}
