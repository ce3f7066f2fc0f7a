// Command pause holds a pod's namespaces open, and buries processes whose parents are gone.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for number := range signals {
		if number != syscall.SIGCHLD {
			return
		}
		for {
			if dead, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); dead <= 0 {
				break
			}
		}
	}
}
