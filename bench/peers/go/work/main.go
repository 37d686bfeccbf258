// Go in the benchmarks of executors: `go-peer [--locked] WORKLOAD [DIVISOR]`. A job is a goroutine that
// sends its result into a channel; with --locked, jobs go through a channel to workers that each hold
// a thread of their own, as every other peer's do.
package main

import (
	"os"
	"time"

	"coil/bench/peers/go/frame"
)

const inFlight = 1000

// CPU time is that of the whole process, collector included.
type spent struct{ wall, cpu time.Duration }

func since(start time.Time, startCPU time.Duration) spent {
	return spent{time.Since(start), frame.CPUTime() - startCPU}
}

// Jobs a second, and the CPU time of one.
func (took spent) show(name string, jobs int) {
	frame.Show(name, float64(jobs)*1e3/float64(took.wall.Nanoseconds()), "M/s")
	frame.Show(name+".cpu", float64(took.cpu.Nanoseconds())/float64(jobs), "ns")
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--locked" {
		frame.Main(lockedRows, os.Args[2:])
	} else {
		frame.Main(goroutineRows, os.Args[1:])
	}
}
