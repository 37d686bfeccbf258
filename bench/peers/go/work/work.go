package main

import (
	"os"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"coil/bench/peers/go/frame"
)

// ---- a millisecond's work on all CPUs ----

const seeds = 8

func spinRounds() uint64 {
	full, err := strconv.ParseUint(os.Getenv("BENCH_SPIN"), 10, 64)
	if err != nil {
		full = 500_000
	}
	return full/uint64(frame.Divisor()) + 1
}

func spin(seed, rounds uint64) uint64 {
	for i := uint64(0); i < rounds; i++ {
		seed = (seed^seed>>31)*6364136223846793005 + 1
	}
	return seed
}

// The results of the same jobs one after the other, and the median time of one.
func spinAlone(rounds uint64) ([seeds]uint64, time.Duration) {
	var results [seeds]uint64
	samples := make([]time.Duration, 25*seeds)
	for i := range samples {
		start := time.Now()
		results[i%seeds] = spin(uint64(i%seeds), rounds)
		samples[i] = time.Since(start)
	}
	sort.Slice(samples, func(i, j int) bool { return samples[i] < samples[j] })
	return results, samples[len(samples)/2]
}

func mapAll(name string, all func(jobs int, fn func(job int) uint64) []uint64) {
	rounds := spinRounds()
	cpus := runtime.NumCPU()
	jobs := frame.Count(1000) * cpus
	for run := 0; run <= frame.Runs; run++ {
		results, alone := spinAlone(rounds)
		start := time.Now()
		answers := all(jobs, func(job int) uint64 { return spin(uint64(job%seeds), rounds) })
		elapsed := time.Since(start)
		for i, answer := range answers {
			frame.Require(answer == results[i%seeds], "a result")
		}
		if run > 0 {
			frame.Show(name+".alone", float64(alone.Nanoseconds())/1e3, "us")
			ideal := float64(alone.Nanoseconds()) * float64(jobs) / float64(cpus)
			frame.Show(name, ideal/float64(elapsed.Nanoseconds()), "of-ideal")
		}
	}
}

// A goroutine for each; the runtime spreads them.
func goMap(name string) {
	mapAll(name, func(jobs int, fn func(job int) uint64) []uint64 {
		var group sync.WaitGroup
		answers := make([]uint64, jobs)
		group.Add(jobs)
		for i := 0; i < jobs; i++ {
			go func(i int) {
				answers[i] = fn(i)
				group.Done()
			}(i)
		}
		group.Wait()
		return answers
	})
}

// As many workers as CPUs take the next number from one channel.
func lockedMap(name string) {
	mapAll(name, func(jobs int, fn func(job int) uint64) []uint64 {
		var group sync.WaitGroup
		answers := make([]uint64, jobs)
		next := make(chan int, inFlight)
		for i := 0; i < runtime.NumCPU(); i++ {
			group.Add(1)
			go func() {
				defer group.Done()
				runtime.LockOSThread()
				for job := range next {
					answers[job] = fn(job)
				}
			}()
		}
		for i := 0; i < jobs; i++ {
			next <- i
		}
		close(next)
		group.Wait()
		return answers
	})
}

// ---- many goroutines on one CPU and on two ----

func yields(number int) int {
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
	return number
}

func sleeps(number int) int {
	time.Sleep(time.Millisecond)
	return number
}

func batchOnce(fn func(number int) int, number, cpus int) spent {
	var group sync.WaitGroup
	var sum int64

	runtime.GOMAXPROCS(cpus)
	start, startCPU := time.Now(), frame.CPUTime()
	group.Add(number)
	for i := 0; i < number; i++ {
		go func(i int) {
			atomic.AddInt64(&sum, int64(fn(i)))
			group.Done()
		}(i)
	}
	group.Wait()
	took := since(start, startCPU)
	frame.Require(sum == int64(number)*int64(number-1)/2, "the sum of the results")
	return took
}

func batch(name string, fn func(number int) int) {
	number := frame.Count(100_000)
	for run := 0; run <= frame.Runs; run++ {
		alone, both := batchOnce(fn, number, 1), batchOnce(fn, number, 2)
		if run > 0 {
			alone.show(name+"_1", number)
			both.show(name+"_2", number)
			frame.Show(name+"_ratio", float64(alone.wall)/float64(both.wall), "times")
		}
	}
}
