// SPDX-License-Identifier: MIT
// A peer of the bench: Go's net/http, which reads a request and answers 200. Its one argument is the port.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	answer := func(reply http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		reply.WriteHeader(http.StatusOK)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(answer)))
}
