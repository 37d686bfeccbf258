module coil/bench/work/peers/go

go 1.19
