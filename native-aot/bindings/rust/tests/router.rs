use hololoom_fast::{ffi, DecisionId, Outcome, Queries, Recorded, Router};
use std::sync::Arc;
use std::thread;

fn directory(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("hololoom-rust-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    path
}

#[test]
fn rules_send_each_type_to_its_backend() {
    let router = Router::new(r#"{"strategy": "rules"}"#).unwrap();
    for (query, backend) in
        [("who wrote this", "neo4j"), ("find papers", "qdrant"), ("my notes", "mem0"), ("today", "inmemory"), ("", "qdrant")]
    {
        assert_eq!(backend, router.backends()[router.route(query).unwrap().backend()]);
    }
    assert_eq!("mem0", router.backends()[router.route_among("who", router.set_of(&["mem0", "nowhere"])).unwrap().backend()]);
}

#[test]
fn a_batch_decides_as_single_calls_do() {
    let (single, batch) = (Router::new(r#"{"seed": 5}"#).unwrap(), Router::new(r#"{"seed": 5}"#).unwrap());
    let queries: Vec<String> = (0..1000).map(|i| format!("who wrote paper {i}")).collect();
    let expected: Vec<_> = queries.iter().map(|query| single.route(query).unwrap()).collect();
    assert_eq!(expected, batch.route_batch(&queries.iter().collect(), ffi::HLF_ALL_BACKENDS).unwrap());
    assert!(batch.route_batch(&Queries::default(), ffi::HLF_ALL_BACKENDS).unwrap().is_empty());
    assert!(batch.route_buffer(b"", &[], ffi::HLF_ALL_BACKENDS).unwrap().is_empty());
}

#[test]
fn offsets_beyond_the_text_are_refused_before_the_library_reads() {
    let router = Router::new("").unwrap();
    for wrong in [&[0, 4][..], &[0, -1], &[0, 3, 2], &[-1, 3]] {
        assert_eq!(ffi::HLF_ERROR_OFFSETS, router.route_buffer(b"who", wrong, ffi::HLF_ALL_BACKENDS).unwrap_err().status, "{wrong:?}");
    }
}

#[test]
fn an_id_survives_as_text() {
    let router = Router::new("").unwrap();
    let id = router.route("who").unwrap().id();
    assert_eq!(id, id.to_string().to_uppercase().parse().unwrap());
    for wrong in ["", "abc", &"z".repeat(32), &"é".repeat(16)] {
        assert!(wrong.parse::<DecisionId>().is_err(), "{wrong}");
    }
}

#[test]
fn feedback_takes_the_place_of_relevance() {
    let router = Router::new("").unwrap();
    let id = router.route_among("who", 1).unwrap().id();
    let outcome = Outcome { relevance: 0.1, latency_ms: 10.0, feedback: Some(1.0), cost: Some(0.5) };
    assert_eq!(Recorded::Accepted, router.record_outcome(&id, outcome).unwrap());
    assert_eq!((2.0, 1.0), router.posterior(0, 0).unwrap());
    assert!(router.statistics_json().unwrap().contains("\"outcomes\": 1"));
}

#[test]
fn a_state_directory_belongs_to_one_router_at_a_time() {
    let path = directory("state");
    let first = Router::open("", &path).unwrap();
    let id = first.route("who").unwrap().id();
    assert_eq!(Recorded::Accepted, first.record(&id, 0.9, 10.0).unwrap());
    first.flush().unwrap();
    assert_eq!(ffi::HLF_ERROR_STATE, Router::open("", &path).unwrap_err().status);
    assert_eq!(ffi::HLF_ERROR_ARGUMENT, first.load(&path).unwrap_err().status);
    drop(first);
    assert_eq!(Recorded::Duplicate, Router::open("", &path).unwrap().record(&id, 0.9, 10.0).unwrap());
    std::fs::remove_dir_all(path).unwrap();
}

#[test]
fn threads_share_a_router() {
    let router = Arc::new(Router::new("").unwrap());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let router = Arc::clone(&router);
            thread::spawn(move || {
                (0..2000)
                    .filter(|_| {
                        let decision = router.route("find my latest papers").unwrap();
                        router.record(&decision.id(), 0.9, 10.0).unwrap() == Recorded::Accepted
                    })
                    .count()
            })
        })
        .collect();
    assert_eq!(8000, threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>());
}
