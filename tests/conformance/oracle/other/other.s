// Its presence lets disruption.go declare a function without a body.
