// A stand-in of the program in platform/control-center: it tells its name and version, on standard error, and nothing else.
package main

// set by the linker
var version = "0"

func main() {
	println("control-center", version)
}
