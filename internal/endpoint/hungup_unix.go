//go:build unix

package endpoint

import (
	"errors"
	"net"
	"syscall"
)

// hungUp reports whether the other end has closed the connection and left nothing to be read. It reads nothing
// itself and never waits.
func hungUp(conn net.Conn) bool {
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn()
	}
	open, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := open.SyscallConn()
	if err != nil {
		return true // closed on this side
	}
	gone := false
	if err := raw.Control(func(fd uintptr) {
		var first [1]byte
		n, _, err := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		gone = n == 0 && err == nil || err != nil && !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR)
	}); err != nil {
		return true
	}
	return gone
}
