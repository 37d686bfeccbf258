package main

import (
	"context"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"time"

	"coil/bench/peers/go/frame"
)

var taskRows = []frame.Row{
	{"yield_2", func(name string) { yieldMany(name, 2) }},
	{"yield_1000", func(name string) { yieldMany(name, 1000) }},
	{"spawn_await", spawnAwait},
	{"spawn_join_100k", spawnJoin},
	{"future_trip", func(name string) { channelTrip(name, 0) }},
	{"event_trip", eventTrip},
	{"queue_trip", func(name string) { channelTrip(name, 1) }},
	{"gather_10k", gather},
	{"timer_churn", timerChurn},
	{"timer_cancel", timerCancel},
	{"timeout_yield", timeoutYield},
	{"sleep_1m", sleepMany},
	{"park_1m", parkMany},
}

func yielder(times int, ended *sync.WaitGroup) {
	for i := 0; i < times; i++ {
		runtime.Gosched()
	}
	ended.Done()
}

func yieldMany(name string, tasks int) {
	perOp(name, frame.Count(4_000_000), frame.Runs, func(ops int) {
		var ended sync.WaitGroup

		ended.Add(tasks)
		for i := 0; i < tasks; i++ {
			go yielder(ops/tasks, &ended)
		}
		ended.Wait()
	})
}

// A channel made once carries every result: cheaper than one for each.
func spawnAwait(name string) {
	perOp(name, frame.Count(1_000_000), frame.Runs, func(ops int) {
		result := make(chan int)

		for i := 0; i < ops; i++ {
			go func(i int) { result <- i }(i)
			<-result
		}
	})
}

func spawnJoin(name string) {
	perOp(name, frame.Count(100_000), frame.Runs, func(ops int) {
		var ended sync.WaitGroup

		ended.Add(ops)
		for i := 0; i < ops; i++ {
			go ended.Done()
		}
		ended.Wait()
	})
}

func channelTrip(name string, room int) {
	perOp(name, frame.Count(1_000_000), frame.Runs, func(ops int) {
		there, back := make(chan int, room), make(chan int, room)

		go func() {
			for value := range there {
				back <- value
			}
		}()
		for i := 0; i < ops; i++ {
			there <- i
			<-back
		}
		close(there)
	})
}

// The nearest thing to an event that can be set and cleared: a flag under a condition variable.
type event struct {
	lock sync.Mutex
	cond sync.Cond
	set  bool
}

func newEvent() *event {
	e := new(event)
	e.cond.L = &e.lock
	return e
}

func (e *event) notify() {
	e.lock.Lock()
	e.set = true
	e.lock.Unlock()
	e.cond.Broadcast()
}

func (e *event) wait() {
	e.lock.Lock()
	for !e.set {
		e.cond.Wait()
	}
	e.set = false
	e.lock.Unlock()
}

func eventTrip(name string) {
	perOp(name, frame.Count(1_000_000), frame.Runs, func(ops int) {
		there, back := newEvent(), newEvent()

		go func() {
			for i := 0; i < ops; i++ {
				there.wait()
				back.notify()
			}
		}()
		for i := 0; i < ops; i++ {
			there.notify()
			back.wait()
		}
	})
}

func gather(name string) {
	perOp(name, frame.Count(10_000), 10, func(ops int) {
		var ended sync.WaitGroup

		ended.Add(ops)
		for i := 0; i < ops; i++ {
			go yielder(1, &ended)
		}
		ended.Wait()
	})
}

func nothing() {}

func startTimers(number int) []*time.Timer {
	timers := make([]*time.Timer, number)
	for i := range timers {
		timers[i] = time.AfterFunc(farAway(), nothing)
	}
	return timers
}

// AfterFunc, not NewTimer: a channel timer that nobody receives from is not even queued.
func timerChurn(name string) {
	timers := startTimers(live)
	delays := make([]time.Duration, 1000)

	for i := range delays {
		delays[i] = farAway()
	}
	perOp(name, frame.Count(2_000_000), frame.Runs, func(ops int) {
		for i := 0; i < ops; i++ {
			time.AfterFunc(delays[i%len(delays)], nothing).Stop()
			if i%1000 == 999 {
				runtime.Gosched()
			}
		}
	})
	runtime.KeepAlive(timers)
}

func timerCancel(name string) {
	for run := 0; run <= 10; run++ {
		timers := startTimers(live)
		rand.Shuffle(live, func(i, j int) { timers[i], timers[j] = timers[j], timers[i] })
		start := time.Now()
		for i, timer := range timers {
			timer.Stop()
			if i%1000 == 999 {
				runtime.Gosched()
			}
		}
		if run > 0 {
			frame.Show(name, float64(time.Since(start).Nanoseconds())/live, "ns")
		}
	}
}

func timeoutYield(name string) {
	perOp(name, frame.Count(500_000), frame.Runs, func(ops int) {
		for i := 0; i < ops; i++ {
			ctx, cancel := context.WithTimeout(context.Background(), hour)
			runtime.Gosched()
			if ctx.Err() != nil {
				panic("an hour cannot have passed")
			}
			cancel()
		}
	})
}

func sleepMany(name string) {
	ops := frame.Count(1_000_000)

	for run := 0; run <= 1; run++ {
		var ended sync.WaitGroup

		start := frame.CPUTime()
		ended.Add(ops)
		for i := 0; i < ops; i++ {
			go func() {
				time.Sleep(time.Duration(rand.Int63n(int64(time.Second))))
				ended.Done()
			}()
		}
		ended.Wait()
		if run > 0 {
			frame.Show(name, float64((frame.CPUTime()-start).Nanoseconds())/float64(ops), "ns")
		}
	}
}

// Cold, as memory is what it is about: only a thousand goroutines come before it.
func parkMany(name string) {
	var parked sync.WaitGroup

	park := func(number int) {
		parked.Add(number)
		for i := 0; i < number; i++ {
			go func() {
				parked.Done()
				time.Sleep(hour)
			}()
		}
		parked.Wait()
		runtime.Gosched()
	}
	ops := frame.Count(1_000_000)
	park(1000)
	before := memory()
	start := time.Now()
	park(ops)
	elapsed := time.Since(start)
	frame.Show(name, float64(elapsed.Nanoseconds())/float64(ops), "ns")
	frame.Show("park_bytes", (memory()-before)/float64(ops), "bytes")
	os.Exit(0)
}
