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
fn a_unit_keeps_its_variant_in_every_router() {
    let config = r#"{"experiment": {"name": "colours", "variants": [
        {"name": "red", "strategy": "rules"}, {"name": "blue", "strategy": "uniform"}]}}"#;
    let (first, second) = (Router::new(config).unwrap(), Router::new(config).unwrap());
    let mut seen = [0; 2];
    for unit in (0..200).map(|i| format!("user {i}").into_bytes()).chain([vec![], vec![0xff], "北京".into()]) {
        let variant = first.route_unit("who", &unit, ffi::HLF_ALL_BACKENDS).unwrap().variant();
        let other = second.route_unit("other", &unit, second.set_of(&["mem0"])).unwrap();
        assert_eq!((variant, "mem0"), (other.variant(), second.backends()[other.backend()].as_str()));
        seen[usize::from(variant)] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    assert_eq!(ffi::HLF_ERROR_NO_BACKEND, first.route_unit("who", "user", 0).unwrap_err().status);
}

#[test]
fn outcomes_of_a_batch_are_learned_once_all_or_none() {
    let router = Router::new("").unwrap();
    let decisions = router.route_batch(&["who", "where", "when"].iter().collect(), 1).unwrap();
    let ids: Vec<DecisionId> = decisions.iter().map(|decision| decision.id()).collect();
    let good = [1.0; 3];
    for wrong in [&[1.0, 1.0, -1.0][..], &[1.0, f64::NAN, 1.0], &[1.0; 2], &[1.0; 4], &[]] {
        assert_eq!(ffi::HLF_ERROR_ARGUMENT, router.record_batch(&ids, wrong, &good).unwrap_err().status, "{wrong:?}");
        assert_eq!(ffi::HLF_ERROR_ARGUMENT, router.record_batch(&ids, &good, wrong).unwrap_err().status, "{wrong:?}");
    }
    assert_eq!(2, router.record_batch(&ids[..2], &[0.9, 0.1], &good[..2]).unwrap());
    assert_eq!(1, router.record_batch(&ids, &good, &good).unwrap());
    assert_eq!(0, router.record_batch(&[], &[], &[]).unwrap());
    assert_eq!((3.0, 2.0), router.posterior(0, 0).unwrap());
}

#[test]
fn the_raw_functions_answer() {
    let (mut whole, mut some, mut draws) = ([0; 8], [0; 3], [0.0; 8]);
    // SAFETY: the outputs have the lengths that are passed; the name is a static text ended by a NUL.
    let name = unsafe {
        assert_eq!(ffi::HLF_OK, ffi::hlf_random_u64(7, whole.as_mut_ptr(), whole.len()));
        assert_eq!(ffi::HLF_OK, ffi::hlf_random_u64(7, some.as_mut_ptr(), some.len()));
        assert_eq!(ffi::HLF_OK, ffi::hlf_sample_beta(7, 2.0, 3.0, draws.as_mut_ptr(), draws.len()));
        assert_eq!(ffi::HLF_ABI_VERSION, ffi::hlf_abi_version());
        std::ffi::CStr::from_ptr(ffi::hlf_status_name(ffi::HLF_ERROR_CONFIG))
    };
    assert_eq!(whole[..3], some);
    assert!(draws.iter().all(|&draw| 0.0 < draw && draw < 1.0));
    assert_eq!("HLF_ERROR_CONFIG", name.to_str().unwrap());
    let version: Vec<u32> = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap()).collect();
    assert_eq!(version[0] << 16 | version[1] << 8 | version[2], unsafe { ffi::hlf_version() });

    let router = Router::new("").unwrap();
    let id = router.route("who").unwrap().id();
    // SAFETY: the handle is of a living router; the id is 16 bytes.
    assert_eq!(ffi::HLF_OK, unsafe { ffi::hlf_record(router.handle(), &id.0, 0.9, 10.0) });
    assert_eq!(Recorded::Duplicate, router.record(&id, 0.9, 10.0).unwrap());
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
