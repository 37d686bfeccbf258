// Go's side of the benchmarks: `go-peer WORKLOAD [DIVISOR]` prints `name value unit` per measured run.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	runs = 3
	live = 10_000
	hour = time.Hour
)

var divisor = 1

type row struct {
	name string
	run  func(name string)
}

func count(full int) int {
	return max(1, full/divisor)
}

func max(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func show(name string, value float64, unit string) {
	fmt.Printf("%s %.4g %s\n", name, value, unit)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// CPU time of the whole process, collector included.
func cpuTime() time.Duration {
	var usage syscall.Rusage

	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Bytes the process really holds: resident pages, and the page tables that map them.
func memory() float64 {
	status, err := os.ReadFile("/proc/self/status")
	kib := 0

	check(err)
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmRSS:") || strings.HasPrefix(line, "VmPTE:") {
			number, err := strconv.Atoi(strings.Fields(line)[1])
			check(err)
			kib += number
		}
	}
	return float64(kib) * 1024
}

// Puts the calling thread, which must be locked, on the index-th CPU of BENCH_CPUS.
func pin(index int) {
	var mask [16]uint64

	list := os.Getenv("BENCH_CPUS")
	if list == "" {
		return
	}
	cpus := strings.Split(list, ",")
	cpu, err := strconv.Atoi(cpus[index%len(cpus)])
	check(err)
	mask[cpu/64] |= 1 << (cpu % 64)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask),
		uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		check(errno)
	}
}

// Runs body(ops) once to warm up and then `times` times; prints nanoseconds per operation.
func perOp(name string, ops, times int, body func(ops int)) {
	for run := 0; run <= times; run++ {
		start := time.Now()
		body(ops)
		if run > 0 {
			show(name, float64(time.Since(start).Nanoseconds())/float64(ops), "ns")
		}
	}
}

func showP50(name string, samples []time.Duration) {
	sort.Slice(samples, func(i, j int) bool { return samples[i] < samples[j] })
	show(name, float64(samples[len(samples)/2].Nanoseconds())/1e3, "us")
}

func farAway() time.Duration {
	return 100*time.Second + time.Duration(rand.Int63n(int64(hour)))
}

func main() {
	wanted := "list"

	if len(os.Args) > 1 {
		wanted = os.Args[1]
	}
	if len(os.Args) > 2 {
		number, err := strconv.Atoi(os.Args[2])
		check(err)
		divisor = max(1, number)
	}
	for _, row := range append(taskRows, threadRows...) {
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
