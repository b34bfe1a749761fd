// Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../README.md.
#include <hololoom_fast.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

namespace {

std::vector<std::string> backends, query_types;

void print(const char *label, const hlf_decision &decision)
{
    std::uint32_t confidence;
    std::memcpy(&confidence, &decision.confidence, sizeof confidence);
    std::printf("%s ", label);
    for (std::uint8_t byte : decision.id.bytes) {
        std::printf("%02x", byte);
    }
    std::printf(" %s %s %08x %u %u\n", backends[decision.backend].c_str(), query_types[decision.query_type].c_str(), confidence,
                decision.variant, decision.flags);
}

template <typename Call> void print_error(const char *name, bool with_message, Call call)
{
    try {
        call();
    } catch (const hololoom::error &problem) {
        if (*problem.what() == '\0') {
            throw std::logic_error(std::string(name) + " left no message");
        }
        std::printf("error %s %d%s%s\n", name, problem.status(), with_message ? " " : "", with_message ? problem.what() : "");
        return;
    }
    throw std::logic_error(std::string(name) + " was accepted");
}

void run(const std::string &config, const std::string &file, const std::string &directory)
{
    std::vector<std::string> queries;
    std::ifstream input(file, std::ios::binary);
    for (std::string line; std::getline(input, line);) {
        queries.push_back(line);
    }
    hololoom::query_batch all;
    for (const std::string &query : queries) {
        all.add(query);
    }

    hololoom::router router(config);
    backends = router.backends();
    query_types = router.query_types();
    std::vector<hlf_decision> single;
    for (const std::string &query : queries) {
        single.push_back(router.route(query));
        print("single", single.back());
    }
    for (std::size_t i = 0; i < single.size(); i++) {
        std::printf("record %d\n", router.record(single[i].id, static_cast<double>(i * 7 % 11) / 10.0, i % 3 == 0 ? 2500.0 : 40.0));
    }
    std::vector<hlf_decision> batch = router.route_batch(all, HLF_ALL_BACKENDS & ~std::uint64_t{1});
    for (const hlf_decision &decision : batch) {
        print("batch", decision);
    }
    std::printf("again %d\n", router.record(single[0].id, 1.0, 1.0));
    hlf_decision_id forged = batch[0].id;
    forged.bytes[3] ^= 4;
    std::printf("forged %d\n", router.record(forged, 1.0, 1.0));
    std::vector<hlf_decision_id> ids;
    std::vector<double> relevance, latency;
    for (std::size_t i = 0; i < queries.size(); i++) {
        hlf_decision decision = router.route_unit(queries[i], "anv\xc3\xa4ndare " + std::to_string(i % 40));
        print("unit", decision);
        ids.push_back(decision.id);
    }
    ids.push_back(single[0].id);
    for (std::size_t i = 0; i < ids.size(); i++) {
        relevance.push_back(static_cast<double>(i * 3 % 11) / 10.0);
        latency.push_back(i % 4 == 0 ? 2500.0 : 40.0);
    }
    std::printf("several %zu\n", router.record_batch(ids, relevance, latency));
    for (std::uint32_t type = 0; type < query_types.size(); type++) {
        for (std::uint32_t backend = 0; backend < backends.size(); backend++) {
            auto [alpha, beta] = router.posterior(type, backend);
            unsigned long long bits[2];
            std::memcpy(&bits[0], &alpha, sizeof alpha);
            std::memcpy(&bits[1], &beta, sizeof beta);
            std::printf("posterior %s %s %016llx %016llx\n", query_types[type].c_str(), backends[backend].c_str(), bits[0], bits[1]);
        }
    }

    router.save(directory);
    hololoom::router loaded(config);
    loaded.load(directory);
    hlf_outcome good = HLF_OUTCOME_INIT;
    good.relevance = 1.0;
    good.latency_ms = 1.0;
    std::printf("earlier %d\n", loaded.record(single[0].id, good));
    std::printf("later %d\n", loaded.record(batch[0].id, good));
    for (const hlf_decision &decision : loaded.route_batch(all)) {
        print("loaded", decision);
    }
    hlf_decision hybrid = loaded.route("who", 16);
    loaded.save(directory);
    hololoom::router smaller(R"({"backends": ["neo4j", "qdrant", "mem0", "inmemory"]})");
    smaller.load(directory);
    std::printf("expired %d\n", smaller.record(hybrid.id, good));

    print_error("config", true, [] { hololoom::router none(R"({"strategy": "best"})"); });
    print_error("utf8", false, [] { hololoom::router none("\xff"); });
    print_error("no_backend", false, [&] { loaded.route("who", 0); });
    print_error("argument", false, [&] { loaded.record(hybrid.id, NAN, 1.0); });
    print_error("offsets", false, [&] {
        const std::int32_t wrong[] = {0, 3, 2};
        hololoom::detail::check(hlf_route_batch(loaded.handle(), hololoom::detail::bytes("who"), wrong, 2, HLF_ALL_BACKENDS, batch.data()));
    });
    print_error("range", false, [&] { loaded.posterior(99, 0); });
    print_error("state", false, [&] { loaded.load(directory + "/missing"); });
    print_error("buffer", false, [&] {
        std::uint8_t small[1];
        std::size_t required;
        hololoom::detail::check(hlf_backend_name(loaded.handle(), 0, small, sizeof small, &required));
    });
    loaded.close();
    print_error("handle", false, [&] { loaded.route("who"); });
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4) {
        std::cerr << "usage: conformance CONFIG_JSON QUERIES DIRECTORY\n";
        return 2;
    }
    try {
        run(argv[1], argv[2], argv[3]);
        return 0;
    } catch (const std::exception &problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
