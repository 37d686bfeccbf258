package main

import (
	"runtime"
	"sync"
	"time"

	"coil/bench/peers/go/frame"
)

var threadRows = []frame.Row{
	{"submit_same", submitTrips},
	{"submit_other", submitTrips},
	{"post_1", func(name string) { post(name, 1) }},
	{"post_2", func(name string) { post(name, 2) }},
	{"submit_1", submitMany},
}

// The one that answers holds a thread of its own, as a loop does; otherwise Go would run both as
// goroutines of one thread, which is the row of the futures. The one that asks is held only where it
// must stay on the other CPU: holding it too costs Go three times as much.
func submitTrips(name string) {
	there, back := make(chan int), make(chan int)
	samples := make([]time.Duration, frame.Count(20_000))

	go func() {
		runtime.LockOSThread()
		frame.Pin(0)
		for value := range there {
			back <- value
		}
	}()
	if name == "submit_other" {
		runtime.LockOSThread()
		frame.Pin(1)
	}
	for run := 0; run <= frame.Runs; run++ {
		for i := range samples {
			start := time.Now()
			there <- i
			<-back
			samples[i] = time.Since(start)
		}
		if run > 0 {
			frame.ShowP50(name, samples)
		}
	}
	close(there)
}

// Functions through a buffered channel to the one goroutine that calls them.
func post(name string, producers int) {
	ops := frame.Count(1_000_000) / producers * producers
	posted := make(chan func(), 1024)
	done := make(chan bool)
	left := 0

	called := func() {
		left--
		if left == 0 {
			done <- true
		}
	}
	go func() {
		for call := range posted {
			call()
		}
	}()
	for run := 0; run <= frame.Runs; run++ {
		left = ops
		start := time.Now()
		for p := 0; p < producers; p++ {
			go func() {
				for i := 0; i < ops/producers; i++ {
					posted <- called
				}
			}()
		}
		<-done
		if run > 0 {
			frame.Show(name, float64(ops)*1e3/float64(time.Since(start).Nanoseconds()), "M/s")
		}
	}
}

// A thousand goroutines at a time; all send their results into one buffered channel.
func submitMany(name string) {
	const batch = 1000
	var group sync.WaitGroup

	batches := frame.Count(500)
	results := make(chan int, batch)
	producer := func() {
		defer group.Done()
		for run := 0; run <= frame.Runs; run++ {
			start := time.Now()
			for b := 0; b < batches; b++ {
				for i := 0; i < batch; i++ {
					go func(i int) { results <- i }(i)
				}
				for i := 0; i < batch; i++ {
					<-results
				}
			}
			if run > 0 {
				ops := float64(batches * batch)
				frame.Show(name, ops*1e3/float64(time.Since(start).Nanoseconds()), "M/s")
			}
		}
	}
	group.Add(1)
	go producer()
	group.Wait()
}
