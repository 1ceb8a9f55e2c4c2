fn main() {
    println!("cargo:rustc-env=GUESTS=/work/main/target/guests/wasm32-wasip2/guest/examples");
    println!("cargo:rustc-env=PLUGINS=/work/main/target/plugins");
}
