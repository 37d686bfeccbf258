package main

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"coil/bench/peers/go/frame"
)

const (
	chunk = 64 * 1024
	page  = 4096
)

// A goroutine for each client; Go sets TCP_NODELAY by itself.
func echo(client net.Conn) {
	defer client.Close()
	data := make([]byte, chunk)
	for {
		got, err := client.Read(data)
		if err != nil {
			return
		}
		if _, err = client.Write(data[:got]); err != nil {
			return
		}
	}
}

func serve(string) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	frame.Check(err)
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	for {
		client, err := listener.Accept()
		if err == nil {
			go echo(client)
		}
	}
}

// A page of memory at a multiple of its size, as O_DIRECT wants it.
func aligned() []byte {
	memory := make([]byte, 2*page)
	skip := page - int(uintptr(unsafe.Pointer(&memory[0]))%page)
	return memory[skip : skip+page]
}

func readPages(file *os.File, pages int64, total *span) {
	memory := aligned()
	dice := rand.New(rand.NewSource(rand.Int63()))
	for {
		for i := 0; i < stride; i++ {
			wanted := dice.Int63n(pages)
			_, err := file.ReadAt(memory, wanted*page)
			frame.Check(err)
			if binary.LittleEndian.Uint64(memory) != uint64(wanted) {
				frame.Check(fmt.Errorf("page %d is not what was read", wanted))
			}
		}
		total.add(stride)
	}
}

func runReads(name string) {
	flags := os.O_RDONLY
	if strings.HasPrefix(name, "direct") {
		flags |= syscall.O_DIRECT
	}
	file, err := os.OpenFile(os.Getenv("BENCH_FILE"), flags, 0)
	frame.Check(err)
	info, err := file.Stat()
	frame.Check(err)
	depth, err := strconv.Atoi(name[strings.LastIndex(name, "_")+1:])
	frame.Check(err)
	total := newSpan(name)
	for i := 1; i < depth; i++ {
		go readPages(file, info.Size()/page, total)
	}
	readPages(file, info.Size()/page, total)
}

func runSpawn(name string) {
	for total := newSpan(name); ; {
		frame.Check(exec.Command("/bin/true").Run())
		total.add(1)
	}
}

var rows = []frame.Row{
	{"serve", serve},
	{"cached_1", runReads},
	{"cached_64", runReads},
	{"direct_1", runReads},
	{"direct_64", runReads},
	{"spawn", runSpawn},
}
