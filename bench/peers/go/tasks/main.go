// Go's side of the benchmarks of tasks and threads.
package main

import (
	"math/rand"
	"os"
	"strconv"
	"strings"
	"time"

	"coil/bench/peers/go/frame"
)

const (
	live = 10_000
	hour = time.Hour
)

// Bytes the process really holds: resident pages, and the page tables that map them.
func memory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	kib := 0

	frame.Check(err)
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmRSS:") || strings.HasPrefix(line, "VmPTE:") {
			number, err := strconv.Atoi(strings.Fields(line)[1])
			frame.Check(err)
			kib += number
		}
	}
	return float64(kib) * 1024
}

// Runs body(ops) once to warm up and then `times` times; prints nanoseconds per operation.
func perOp(name string, ops, times int, body func(ops int)) {
	for run := 0; run <= times; run++ {
		start := time.Now()
		body(ops)
		if run > 0 {
			frame.Show(name, float64(time.Since(start).Nanoseconds())/float64(ops), "ns")
		}
	}
}

func farAway() time.Duration {
	return 100*time.Second + time.Duration(rand.Int63n(int64(hour)))
}

func main() {
	frame.Main(append(taskRows, threadRows...), os.Args[1:])
}
