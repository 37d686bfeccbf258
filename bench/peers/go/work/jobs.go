package main

import (
	"runtime"
	"strings"
	"time"

	"coil/bench/peers/go/frame"
)

var goroutineRows = []frame.Row{
	{"trip_same", goTrips},
	{"trip_free", goTrips},
	{"flow_1", goFlow},
	{"flow_all", goFlow},
	{"map_threads", goMap},
	{"batch_yield", func(name string) { batch(name, yields) }},
	{"batch_sleep", func(name string) { batch(name, sleeps) }},
}

var lockedRows = []frame.Row{
	{"trip_same", lockedTrips},
	{"trip_other", lockedTrips},
	{"trip_free", lockedTrips},
	{"flow_1", lockedFlow},
	{"flow_all", lockedFlow},
	{"map_threads", lockedMap},
}

func identity(value int) int {
	return value
}

func trips(name string, call func(value int) int) {
	samples := make([]time.Duration, frame.Count(20_000))
	for run := 0; run <= frame.Runs; run++ {
		for i := range samples {
			start := time.Now()
			frame.Require(call(i) == i, "a result")
			samples[i] = time.Since(start)
		}
		if run > 0 {
			frame.ShowP50(name, samples)
		}
	}
}

// How a thousand are kept in flight: submit takes no notice of the result, take waits for any.
func flow(name string, submit func(value int), take func() int) {
	jobs := frame.Count(1_000_000)
	for run := 0; run <= frame.Runs; run++ {
		start, startCPU := time.Now(), frame.CPUTime()
		sum := 0
		for i := 0; i < jobs; i++ {
			if i >= inFlight {
				sum += take()
			}
			submit(i)
		}
		for i := 0; i < jobs && i < inFlight; i++ {
			sum += take()
		}
		if run > 0 {
			since(start, startCPU).show(name, jobs)
		}
		frame.Require(sum == jobs*(jobs-1)/2, "the sum of the results")
	}
}

// ---- a goroutine for each job ----

func goTrips(name string) {
	trips(name, func(value int) int {
		answer := make(chan int, 1)
		go func() { answer <- identity(value) }()
		return <-answer
	})
}

func goFlow(name string) {
	if name == "flow_1" {
		runtime.GOMAXPROCS(2) // who submits, and one more
	}
	answers := make(chan int, inFlight)
	flow(name, func(value int) { go func() { answers <- identity(value) }() },
		func() int { return <-answers })
}

// ---- workers that hold threads ----

type job struct {
	fn     func(value int) int
	value  int
	answer chan<- int
}

func startWorkers(name string) chan<- job {
	jobs := make(chan job, inFlight)
	number := 1
	if strings.HasSuffix(name, "_all") {
		number = runtime.NumCPU()
	}
	for i := 0; i < number; i++ {
		go func() {
			runtime.LockOSThread()
			frame.Pin(0)
			for one := range jobs {
				one.answer <- one.fn(one.value)
			}
		}()
	}
	return jobs
}

// The one that asks is held only where it must stay on the other CPU: holding it too costs Go three
// times as much.
func holdCaller(name string) {
	if strings.HasSuffix(name, "_other") {
		runtime.LockOSThread()
		frame.Pin(1)
	}
}

func lockedTrips(name string) {
	jobs := startWorkers(name)
	answer := make(chan int, 1)
	holdCaller(name)
	trips(name, func(value int) int {
		jobs <- job{identity, value, answer}
		return <-answer
	})
}

func lockedFlow(name string) {
	jobs := startWorkers(name)
	answers := make(chan int, inFlight)
	flow(name, func(value int) { jobs <- job{identity, value, answers} },
		func() int { return <-answers })
}
