//! The program: everything is in the library.

/// Training allocates much, and the system's allocator costs it a third of its time.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    elenchus::cli::main()
}
