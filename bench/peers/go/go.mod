module coil/bench/peers/go

go 1.19
