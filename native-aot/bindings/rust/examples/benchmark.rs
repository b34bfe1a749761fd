//! Nanoseconds per decision, best of nine: cargo run --release --example benchmark QUERIES

use hololoom_fast::{ffi, Queries, Router};
use std::{env, fs, time::Instant};

fn best(per_call: usize, mut call: impl FnMut()) -> f64 {
    (0..11)
        .map(|_| {
            let start = Instant::now();
            call();
            start.elapsed().as_nanos() as f64 / per_call as f64
        })
        .skip(2)
        .fold(f64::INFINITY, f64::min)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const PASSES: usize = 400;
    let text = fs::read_to_string(env::args().nth(1).expect("usage: benchmark QUERIES"))?;
    let queries: Vec<&str> = text.lines().filter(|line| line.is_ascii()).collect();
    let many: Queries = queries.iter().cycle().take(queries.len() * PASSES).collect();
    for strategy in ["rules", "thompson"] {
        let router = Router::new(format!(r#"{{"strategy": "{strategy}", "seed": 1}}"#))?;
        train(&router, &queries)?;
        let available = 0b1111;
        let mut chosen = 0; // used below, so that no call can be left out
        let single = best(queries.len() * PASSES, || {
            for _ in 0..PASSES {
                for query in &queries {
                    chosen += router.route_among(query, available).unwrap().backend();
                }
            }
        });
        let batch = best(queries.len() * PASSES, || {
            chosen += router.route_batch(&many, available).unwrap()[0].backend();
        });
        println!("rust {strategy} single {single:.1} batch {batch:.1}{}", if chosen == 0 { " nothing" } else { "" });
    }
    Ok(())
}

// As the other benchmarks train: backends that differ a little.
fn train(router: &Router, queries: &[&str]) -> Result<(), hololoom_fast::Error> {
    let mut random = 1u64;
    for i in 0..10_000 {
        let decision = router.route_among(queries[i % queries.len()], ffi::HLF_ALL_BACKENDS)?;
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let rewarded = ((random >> 11) as f64) / (1u64 << 53) as f64 <= 0.5 + 0.08 * decision.backend() as f64;
        router.record(&decision.id(), if rewarded { 1.0 } else { 0.0 }, 20.0)?;
    }
    Ok(())
}
