//! cargo run --example example

use hololoom_fast::Router;

fn main() -> Result<(), hololoom_fast::Error> {
    let router = Router::new(r#"{"strategy": "rules"}"#)?;
    let decision = router.route("who wrote the paper on attention")?;
    println!("{} -> {} ({:.2})", router.query_types()[decision.query_type()], router.backends()[decision.backend()], decision.confidence());

    // … call the backend, then tell the router what became of it: relevance 0.9 after 35 ms
    println!("outcome: {:?}", router.record(&decision.id(), 0.9, 35.0)?);
    Ok(())
}
