//! The program: everything is in the library.

/// Training allocates much, and the system's allocator costs it a third of its time.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    #[expect(unsafe_code, reason = "says so itself")]
    // SAFETY: the first act of the program: there is no other thread.
    unsafe {
        elenchus::learners::keep_to_one_thread();
    }
    elenchus::cli::main()
}
