"""Where work is done: threads, workers, MPI; and the threads of BLAS."""
