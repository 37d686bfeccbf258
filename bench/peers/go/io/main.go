// Go's side of the I/O benchmarks: `go-io list`, `go-io WORKLOAD`.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"coil/bench/peers/go/frame"
)

const stride = 16 // operations between looks at the clock

// Counts operations for $BENCH_SECONDS, after a quarter of it to warm up, and prints how many there
// were in a second and what CPU time this process took for one.
type span struct {
	name       string
	lock       sync.Mutex
	begin, end time.Time
	began      time.Time // zero: it still warms up
	beganCPU   time.Duration
	count      int
}

func newSpan(name string) *span {
	seconds, err := strconv.ParseFloat(os.Getenv("BENCH_SECONDS"), 64)
	if err != nil {
		seconds = 1
	}
	length := time.Duration(seconds * float64(time.Second))
	begin := time.Now().Add(length / 4)
	return &span{name: name, begin: begin, end: begin.Add(length)}
}

// So many more; false when the time is up, and then it has printed.
func (s *span) add(more int) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.count += more
	now := time.Now()
	if s.began.IsZero() && now.After(s.begin) {
		s.began, s.beganCPU, s.count = now, frame.CPUTime(), 0
	}
	if now.Before(s.end) || s.count == 0 {
		return true
	}
	rate := float64(s.count) / 1e3 / now.Sub(s.began).Seconds()
	cpu := float64((frame.CPUTime() - s.beganCPU).Nanoseconds()) / 1e3 / float64(s.count)
	fmt.Printf("%s %.4g k/s\n%s.cpu %.4g us\n", s.name, rate, s.name, cpu)
	os.Exit(0)
	return false
}

func main() {
	frame.Main(rows, os.Args[1:])
}
