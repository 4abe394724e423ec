//! stub
/// x
pub fn secret_variables() -> Vec<(&'static str, Vec<&'static str>)> {
    Vec::new()
}
