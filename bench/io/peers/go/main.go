// Go's side of the I/O benchmarks: `go-io list`, `go-io WORKLOAD`.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const stride = 16 // operations between looks at the clock

type row struct {
	name string
	run  func(name string)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func cpuTime() time.Duration {
	var usage syscall.Rusage

	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

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
		s.began, s.beganCPU, s.count = now, cpuTime(), 0
	}
	if now.Before(s.end) || s.count == 0 {
		return true
	}
	rate := float64(s.count) / 1e3 / now.Sub(s.began).Seconds()
	cpu := float64((cpuTime() - s.beganCPU).Nanoseconds()) / 1e3 / float64(s.count)
	fmt.Printf("%s %.4g k/s\n%s.cpu %.4g us\n", s.name, rate, s.name, cpu)
	os.Exit(0)
	return false
}

func main() {
	wanted := "list"

	if len(os.Args) > 1 {
		wanted = os.Args[1]
	}
	for _, row := range rows {
		if wanted == "list" {
			fmt.Println(row.name)
		} else if wanted == row.name {
			row.run(wanted)
			return
		}
	}
	if wanted != "list" {
		fmt.Fprintf(os.Stderr, "no workload called %q; 'list' shows them\n", wanted)
		os.Exit(2)
	}
}
