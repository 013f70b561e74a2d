// Its presence lets the linker find functions that have no body here.
