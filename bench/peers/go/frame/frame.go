// Package frame is what the Go programs of the benchmarks share: `PROGRAM list`, `PROGRAM WORKLOAD
// [DIVISOR]` prints `name value unit` per measured run.
package frame

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

// Runs that are measured of each workload.
const Runs = 3

var divisor = 1

// Row is a workload.
type Row struct {
	Name string
	Run  func(name string)
}

// Check ends the program if there is an error.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Require ends the program if that is not so.
func Require(is bool, what string) {
	if !is {
		fmt.Fprintln(os.Stderr, "wrong:", what)
		os.Exit(1)
	}
}

// Count is how many of that there are in this run.
func Count(full int) int {
	if full < divisor {
		return 1
	}
	return full / divisor
}

// Divisor is what was said to divide by.
func Divisor() int {
	return divisor
}

// Show prints a figure.
func Show(name string, value float64, unit string) {
	fmt.Printf("%s %.4g %s\n", name, value, unit)
}

// ShowP50 prints the median.
func ShowP50(name string, samples []time.Duration) {
	sort.Slice(samples, func(i, j int) bool { return samples[i] < samples[j] })
	Show(name, float64(samples[len(samples)/2].Nanoseconds())/1e3, "us")
}

// CPUTime is the whole process's, collector included.
func CPUTime() time.Duration {
	var usage syscall.Rusage

	Check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Pin puts the calling thread, which must be locked, on the index-th CPU of BENCH_CPUS.
func Pin(index int) {
	var mask [16]uint64

	list := os.Getenv("BENCH_CPUS")
	if list == "" {
		return
	}
	cpus := strings.Split(list, ",")
	cpu, err := strconv.Atoi(cpus[index%len(cpus)])
	Check(err)
	mask[cpu/64] |= 1 << (cpu % 64)
	_, _, errno := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask),
		uintptr(unsafe.Pointer(&mask)))
	if errno != 0 {
		Check(errno)
	}
}

// Main runs the workload that the arguments name, or lists them.
func Main(rows []Row, arguments []string) {
	wanted := "list"
	if len(arguments) > 0 {
		wanted = arguments[0]
	}
	if len(arguments) > 1 {
		number, err := strconv.Atoi(arguments[1])
		Check(err)
		Require(number > 0, "the divisor")
		divisor = number
	}
	for _, row := range rows {
		if wanted == "list" {
			fmt.Println(row.Name)
		} else if wanted == row.Name {
			row.Run(wanted)
			return
		}
	}
	if wanted != "list" {
		fmt.Fprintf(os.Stderr, "no workload called %q; 'list' shows them\n", wanted)
		os.Exit(2)
	}
}
