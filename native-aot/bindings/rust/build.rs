//! Tells the linker where the native library is: `HOLOLOOM_FAST_LIB_DIR`, the release layout of a clone, or where the system keeps libraries.

use std::{env, path::Path};

fn main() {
    println!("cargo:rerun-if-env-changed=HOLOLOOM_FAST_LIB_DIR");
    println!("cargo:rustc-link-lib=dylib=hololoom_fast");
    let in_clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../artifacts/native/lib");
    let directory = env::var("HOLOLOOM_FAST_LIB_DIR").ok().or_else(|| in_clone.canonicalize().ok().map(|path| path.display().to_string()));
    if let Some(directory) = directory {
        println!("cargo:rustc-link-search=native={directory}");
        println!("cargo:rustc-link-arg=-Wl,-rpath,{directory}");
    }
}
