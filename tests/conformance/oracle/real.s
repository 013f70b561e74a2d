// Its presence lets real.go declare functions without a body.
