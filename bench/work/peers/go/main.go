// Go in the benchmarks of executors: `go-peer [--locked] WORKLOAD [DIVISOR]`. A job is a goroutine that
// sends its result into a channel; with --locked, jobs go through a channel to workers that each hold
// a thread of their own, as every other peer's do.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	runs     = 3
	inFlight = 1000
)

var divisor = 1

type row struct {
	name string
	run  func(name string)
}

func count(full int) int {
	if full < divisor {
		return 1
	}
	return full / divisor
}

func show(name string, value float64, unit string) {
	fmt.Printf("%s %.4g %s\n", name, value, unit)
}

// CPU time is that of the whole process, collector included.
type spent struct{ wall, cpu time.Duration }

func since(start time.Time, startCPU time.Duration) spent {
	return spent{time.Since(start), cpuTime() - startCPU}
}

// Jobs a second, and the CPU time of one.
func (took spent) show(name string, jobs int) {
	show(name, float64(jobs)*1e3/float64(took.wall.Nanoseconds()), "M/s")
	show(name+".cpu", float64(took.cpu.Nanoseconds())/float64(jobs), "ns")
}

func showP50(name string, samples []time.Duration) {
	sort.Slice(samples, func(i, j int) bool { return samples[i] < samples[j] })
	show(name, float64(samples[len(samples)/2].Nanoseconds())/1e3, "us")
}

func check(is bool, what string) {
	if !is {
		fmt.Fprintln(os.Stderr, "wrong:", what)
		os.Exit(1)
	}
}

func cpuTime() time.Duration {
	var usage syscall.Rusage

	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil, "getrusage")
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
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
	check(err == nil, "BENCH_CPUS")
	mask[cpu/64] |= 1 << (cpu % 64)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask),
		uintptr(unsafe.Pointer(&mask)))
	check(errno == 0, "sched_setaffinity")
}

func main() {
	arguments := os.Args[1:]
	rows := goroutineRows
	if len(arguments) > 0 && arguments[0] == "--locked" {
		rows = lockedRows
		arguments = arguments[1:]
	}
	wanted := "list"
	if len(arguments) > 0 {
		wanted = arguments[0]
	}
	if len(arguments) > 1 {
		number, err := strconv.Atoi(arguments[1])
		check(err == nil && number > 0, "the divisor")
		divisor = number
	}
	for _, row := range rows {
		if wanted == "list" {
			fmt.Println(row.name)
		} else if wanted == row.name {
			row.run(wanted)
			return
		}
	}
	check(wanted == "list", "no such workload")
}
