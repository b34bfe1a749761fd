//! Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../../README.md.

use hololoom_fast::{check, ffi, Decision, DecisionId, Error, Queries, Recorded, Router};
use std::{env, fs};

fn show(label: &str, router: &Router, decisions: &[Decision]) {
    for d in decisions {
        let (backend, query_type) = (&router.backends()[d.backend()], &router.query_types()[d.query_type()]);
        println!("{label} {} {backend} {query_type} {:08x} {} {}", d.id(), d.confidence().to_bits(), d.variant(), d.flags());
    }
}

fn number(recorded: Recorded) -> i32 {
    match recorded {
        Recorded::Accepted => 0,
        Recorded::Duplicate => 1,
        Recorded::Expired => 2,
        Recorded::Unknown => 3,
    }
}

fn show_error<T>(name: &str, with_message: bool, result: Result<T, Error>) {
    let error = result.err().unwrap_or_else(|| panic!("{name} was accepted"));
    assert!(!error.message.is_empty(), "{name} left no message");
    if with_message {
        println!("error {name} {} {error}", error.status);
    } else {
        println!("error {name} {}", error.status);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().collect();
    let (config, directory) = (&arguments[1], &arguments[3]);
    let text = fs::read_to_string(&arguments[2])?;
    let queries: Vec<&str> = text.strip_suffix('\n').unwrap_or(&text).split('\n').collect();
    let all: Queries = queries.iter().collect();

    let router = Router::new(config)?;
    let single: Vec<Decision> = queries.iter().map(|query| router.route(query)).collect::<Result<_, _>>()?;
    show("single", &router, &single);
    for (i, decision) in single.iter().enumerate() {
        let recorded = router.record(&decision.id(), (i * 7 % 11) as f64 / 10.0, if i % 3 == 0 { 2500.0 } else { 40.0 })?;
        println!("record {}", number(recorded));
    }
    let batch = router.route_batch(&all, ffi::HLF_ALL_BACKENDS & !1)?;
    show("batch", &router, &batch);
    println!("again {}", number(router.record(&single[0].id().to_string().parse()?, 1.0, 1.0)?));
    let DecisionId(mut forged) = batch[0].id();
    forged[3] ^= 4;
    println!("forged {}", number(router.record(&DecisionId(forged), 1.0, 1.0)?));
    let units: Vec<Decision> = (queries.iter().enumerate())
        .map(|(i, query)| router.route_unit(query, format!("användare {}", i % 40), ffi::HLF_ALL_BACKENDS))
        .collect::<Result<_, _>>()?;
    show("unit", &router, &units);
    let reported: Vec<DecisionId> = units.iter().chain(&single[..1]).map(Decision::id).collect();
    let relevance: Vec<f64> = (0..reported.len()).map(|i| (i * 3 % 11) as f64 / 10.0).collect();
    let latency: Vec<f64> = (0..reported.len()).map(|i| if i % 4 == 0 { 2500.0 } else { 40.0 }).collect();
    println!("several {}", router.record_batch(&reported, &relevance, &latency)?);
    for (t, query_type) in router.query_types().iter().enumerate() {
        for (b, backend) in router.backends().iter().enumerate() {
            let (alpha, beta) = router.posterior(t, b)?;
            println!("posterior {query_type} {backend} {:016x} {:016x}", alpha.to_bits(), beta.to_bits());
        }
    }

    router.save(directory)?;
    let loaded = Router::new(config)?;
    loaded.load(directory)?;
    println!("earlier {}", number(loaded.record(&single[0].id(), 1.0, 1.0)?));
    println!("later {}", number(loaded.record(&batch[0].id(), 1.0, 1.0)?));
    show("loaded", &loaded, &loaded.route_batch(&all, ffi::HLF_ALL_BACKENDS)?);
    let hybrid = loaded.route_among("who", loaded.set_of(&["hybrid"]))?;
    loaded.save(directory)?;
    let smaller = Router::new(r#"{"backends": ["neo4j", "qdrant", "mem0", "inmemory"]}"#)?;
    smaller.load(directory)?;
    println!("expired {}", number(smaller.record(&hybrid.id(), 1.0, 1.0)?));

    show_error("config", true, Router::new(r#"{"strategy": "best"}"#));
    show_error("utf8", false, Router::new(b"\xff"));
    show_error("no_backend", false, loaded.route_among("who", 0));
    show_error("argument", false, loaded.record(&hybrid.id(), f64::NAN, 1.0));
    show_error("offsets", false, loaded.route_buffer(b"who", &[0, 3, 2], ffi::HLF_ALL_BACKENDS));
    show_error("range", false, loaded.posterior(99, 0));
    show_error("state", false, loaded.load(format!("{directory}/missing")));
    let (mut small, mut required) = ([0u8; 1], 0);
    // SAFETY: the buffer has the length that is passed; a router that ended is a value like any other to the library.
    show_error(
        "buffer",
        false,
        check(unsafe { ffi::hlf_backend_name(loaded.handle(), 0, small.as_mut_ptr(), small.len(), &mut required) }),
    );
    let ended = loaded.handle();
    drop(loaded);
    let mut decision = ffi::hlf_decision::default();
    show_error("handle", false, check(unsafe { ffi::hlf_route(ended, b"who".as_ptr(), 3, ffi::HLF_ALL_BACKENDS, &mut decision) }));
    Ok(())
}
