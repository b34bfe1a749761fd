// HoloLoom.Fast for C++17: a thin, header-only layer over hololoom_fast.h. Errors are exceptions; a router ends with its object.
#ifndef HOLOLOOM_FAST_HPP
#define HOLOLOOM_FAST_HPP

#include "hololoom_fast.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hololoom {

// A call that failed: its status (HLF_ERROR_...) and the library's message.
class error : public std::runtime_error {
public:
    error(std::int32_t status, const std::string &message) : std::runtime_error(message), status_(status) {}
    std::int32_t status() const noexcept { return status_; }

private:
    std::int32_t status_;
};

namespace detail {

inline const std::uint8_t *bytes(std::string_view text) noexcept
{
    return reinterpret_cast<const std::uint8_t *>(text.data());
}

// Calls a function that fills a buffer, with a larger one as long as it asks for it.
template <typename Call> std::int32_t fill(std::string &text, Call call)
{
    std::size_t required = 0;
    for (;;) {
        std::int32_t status = call(reinterpret_cast<std::uint8_t *>(text.data()), text.size(), &required);
        if (status == HLF_OK || status == HLF_ERROR_BUFFER) {
            bool done = status == HLF_OK;
            text.resize(required);
            if (!done) {
                continue;
            }
        }
        return status;
    }
}

inline std::int32_t check(std::int32_t status)
{
    if (status < 0) {
        std::string message;
        fill(message, hlf_last_error);
        throw error(status, message);
    }
    return status;
}

} // namespace detail

// Queries one after the other, as a batch takes them.
class query_batch {
public:
    void add(std::string_view query)
    {
        if (query.size() > static_cast<std::size_t>(INT32_MAX - offsets_.back())) {
            throw std::length_error("a batch holds at most 2 GiB of text");
        }
        data_.append(query);
        offsets_.push_back(static_cast<std::int32_t>(data_.size()));
    }
    std::size_t size() const noexcept { return offsets_.size() - 1; }
    const std::string &data() const noexcept { return data_; }
    const std::vector<std::int32_t> &offsets() const noexcept { return offsets_; }

private:
    std::string data_;
    std::vector<std::int32_t> offsets_{0};
};

// Threads may share a router, except for moving and destroying it.
class router {
public:
    explicit router(std::string_view config_json = {})
    {
        detail::check(hlf_router_create(detail::bytes(config_json), config_json.size(), &handle_));
    }
    // Goes on from a state directory and writes to it.
    router(std::string_view config_json, std::string_view state_directory)
    {
        detail::check(hlf_router_open(detail::bytes(config_json), config_json.size(), detail::bytes(state_directory),
                                      state_directory.size(), &handle_));
    }
    router(router &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    router &operator=(router &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    router(const router &) = delete;
    router &operator=(const router &) = delete;
    ~router() { close(); }

    void close() noexcept { hlf_router_destroy(std::exchange(handle_, nullptr)); }

    hlf_decision route(std::string_view query, std::uint64_t available = HLF_ALL_BACKENDS) const
    {
        hlf_decision decision;
        detail::check(hlf_route(handle_, detail::bytes(query), query.size(), available, &decision));
        return decision;
    }

    // Decides by the experiment's variant that the unit (a user, a session) belongs to.
    hlf_decision route_unit(std::string_view query, std::string_view unit, std::uint64_t available = HLF_ALL_BACKENDS) const
    {
        hlf_decision decision;
        detail::check(hlf_route_unit(handle_, detail::bytes(query), query.size(), available, detail::bytes(unit), unit.size(), &decision));
        return decision;
    }

    std::vector<hlf_decision> route_batch(const query_batch &queries, std::uint64_t available = HLF_ALL_BACKENDS) const
    {
        std::vector<hlf_decision> decisions(queries.size());
        detail::check(
            hlf_route_batch(handle_, detail::bytes(queries.data()), queries.offsets().data(), queries.size(), available, decisions.data()));
        return decisions;
    }

    // HLF_OK, HLF_DUPLICATE, HLF_EXPIRED or HLF_UNKNOWN.
    std::int32_t record(const hlf_decision_id &id, double relevance, double latency_ms)
    {
        return detail::check(hlf_record(handle_, &id, relevance, latency_ms));
    }
    std::int32_t record(const hlf_decision_id &id, const hlf_outcome &outcome)
    {
        return detail::check(hlf_record_outcome(handle_, &id, &outcome));
    }

    // How many were accepted. One relevance and one latency for each id; if one of the numbers is not allowed nothing is recorded.
    std::size_t record_batch(const std::vector<hlf_decision_id> &ids, const std::vector<double> &relevance,
                             const std::vector<double> &latency_ms)
    {
        if (relevance.size() != ids.size() || latency_ms.size() != ids.size()) {
            throw error(HLF_ERROR_ARGUMENT, "each id needs one relevance and one latency");
        }
        std::size_t accepted = 0;
        detail::check(hlf_record_batch(handle_, ids.data(), relevance.data(), latency_ms.data(), ids.size(), &accepted));
        return accepted;
    }

    void save(std::string_view directory) const { detail::check(hlf_save(handle_, detail::bytes(directory), directory.size())); }
    void load(std::string_view directory) { detail::check(hlf_load(handle_, detail::bytes(directory), directory.size())); }
    void flush() { detail::check(hlf_flush(handle_)); }

    std::string statistics_json() const
    {
        return text([this](std::uint8_t *buffer, std::size_t capacity, std::size_t *required) {
            return hlf_stats_json(handle_, buffer, capacity, required);
        });
    }
    std::vector<std::string> backends() const { return names(hlf_backend_count, hlf_backend_name); }
    std::vector<std::string> query_types() const { return names(hlf_query_type_count, hlf_query_type_name); }

    std::pair<double, double> posterior(std::uint32_t query_type, std::uint32_t backend) const
    {
        std::pair<double, double> shape;
        detail::check(hlf_posterior(handle_, query_type, backend, &shape.first, &shape.second));
        return shape;
    }

    hlf_router *handle() const noexcept { return handle_; }

private:
    template <typename Call> static std::string text(Call call)
    {
        std::string result;
        detail::check(detail::fill(result, call));
        return result;
    }
    template <typename Count, typename Name> std::vector<std::string> names(Count count, Name name) const
    {
        std::uint32_t n = 0;
        detail::check(count(handle_, &n));
        std::vector<std::string> result;
        for (std::uint32_t i = 0; i < n; i++) {
            result.push_back(text([&](std::uint8_t *buffer, std::size_t capacity, std::size_t *required) {
                return name(handle_, i, buffer, capacity, required);
            }));
        }
        return result;
    }

    hlf_router *handle_ = nullptr;
};

} // namespace hololoom

#endif
