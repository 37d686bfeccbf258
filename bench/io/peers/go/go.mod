module coil/bench/io/peers/go

go 1.19
