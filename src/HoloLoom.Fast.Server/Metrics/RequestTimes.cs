using System.Diagnostics;
using System.Globalization;
using HoloLoom.Fast.Server.Status;
using Microsoft.AspNetCore.Http;
using Prometheus;

namespace HoloLoom.Fast.Server.Metrics;

/// <summary>How long requests take. Measuring one allocates nothing, unless it fails.</summary>
internal sealed class RequestTimes
{
    private readonly Histogram _durations;
    private readonly Counter _errors;
    private readonly RouteTimes _nowhere;
    private readonly Histogram.Child _commands;
    private readonly ServerLatencies _latencies;

    public RequestTimes(MetricFactory factory, ServerLatencies latencies)
    {
        _latencies = latencies;

        // From 16 µs to 4 s, by factors of two.
        _durations = factory.CreateHistogram(
            "hololoom_request_duration_seconds",
            "Time from a request's head until its answer is made; of RESP, of commands that came together.",
            ["protocol", "route"],
            new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(16e-6, 2, 19) });
        _errors = factory.CreateCounter(
            "hololoom_request_errors_total", "Requests over HTTP that were answered by an error, by status.", ["route", "status"]);
        _nowhere = Of("none");
        _commands = _durations.WithLabels("resp", "commands");
    }

    /// <summary>What a route's requests are measured by: its endpoint carries it.</summary>
    public RouteTimes Of(string route) => new(route, _durations.WithLabels("http", route), route.StartsWith("/v1/", StringComparison.Ordinal));

    /// <summary>Notes a request over HTTP that has been answered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="began">When it began, by <see cref="Stopwatch"/>.</param>
    public void Note(HttpContext context, long began)
    {
        RouteTimes times = context.GetEndpoint()?.Metadata.GetMetadata<RouteTimes>() ?? _nowhere;
        long ticks = Stopwatch.GetTimestamp() - began;
        times.Durations.Observe(ticks / (double)Stopwatch.Frequency);
        if (times.IsOfInterface)
        {
            _latencies.Http.Record(ticks);
        }

        int status = context.Response.StatusCode;
        if (status >= StatusCodes.Status400BadRequest)
        {
            _errors.WithLabels(times.Route, status.ToString(CultureInfo.InvariantCulture)).Inc();
        }
    }

    /// <summary>Notes commands of RESP that came together and have been executed.</summary>
    /// <param name="began">When the first began, by <see cref="Stopwatch"/>.</param>
    public void NoteCommands(long began)
    {
        long ticks = Stopwatch.GetTimestamp() - began;
        _commands.Observe(ticks / (double)Stopwatch.Frequency);
        _latencies.Resp.Record(ticks);
    }
}

/// <summary>A route as a label, its histogram, and whether it is for programs that route and report, not for those who look.</summary>
internal sealed record RouteTimes(string Route, IHistogram Durations, bool IsOfInterface);
