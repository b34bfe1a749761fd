using System.Text;
using HoloLoom.Fast.Server;
using Microsoft.Extensions.Logging;

namespace HoloLoom.Fast.Tests.Server;

public sealed class QueryLogTests
{
    [Theory]
    [InlineData("who wrote this", "who wrote this")]
    [InlineData("naïve 日本 🙂", "naïve 日本 \\uD83D\\uDE42")]
    [InlineData("", "")]
    [InlineData("a\nb\r\u0000\u001b[31m\u2028\u0085", "a\\nb\\r\\u0000\\u001B[31m\\u2028\\u0085")]
    [InlineData("said \"so\" \\n", "said \\\"so\\\" \\\\n")]
    public void A_query_is_shown_so_that_it_cannot_leave_its_line(string query, string shown) =>
        Assert.Equal([Line(shown)], Note(Encoding.UTF8.GetBytes(query)));

    [Fact]
    public void Bytes_that_are_no_text_are_shown_as_such() => Assert.Equal([Line("a\uFFFDb")], Note([(byte)'a', 0xFF, (byte)'b']));

    [Fact]
    public void A_long_query_is_cut_and_no_character_in_two()
    {
        Assert.Equal([Line(new string('x', 200))], Note(Encoding.UTF8.GetBytes(new string('x', 200))));
        Assert.Equal([Line(new string('x', 200) + "…")], Note(Encoding.UTF8.GetBytes(new string('x', 1_000_000))));
        Assert.Equal([Line(new string('x', 199) + "…")], Note(Encoding.UTF8.GetBytes(new string('x', 199) + "🙂🙂")));
        Assert.Equal([Line(new string('日', 200) + "…")], Note(Encoding.UTF8.GetBytes(new string('日', 300))));
    }

    [Fact]
    public void Each_query_of_a_batch_has_its_line()
    {
        using var router = new Router(new RouterOptions { Strategy = "rules", Seed = 1 });
        var lines = new Lines();
        var decisions = new Decision[3];
        router.RouteBatch("who my"u8, new[] { 0, 3, 4, 6 }, decisions, BackendSet.All);
        new QueryLog(lines).Note(router, "who my"u8, new[] { 0, 3, 4, 6 }, decisions);
        Assert.Equal(3, lines.Written.Count);
        Assert.StartsWith("\"who\" is ", lines.Written[0], StringComparison.Ordinal);
        Assert.StartsWith("\"my\" is ", lines.Written[2], StringComparison.Ordinal);
        Assert.EndsWith($": {decisions[2].Id}", lines.Written[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_is_filtered_out_costs_nothing()
    {
        var lines = new Lines { IsOn = false };
        using var router = new Router(new RouterOptions { Strategy = "rules", Seed = 1 });
        Decision decision = router.Route("who");
        var log = new QueryLog(lines);
        log.Note(router, "who"u8, decision);
        long before = GC.GetAllocatedBytesForCurrentThread();
        log.Note(router, "who"u8, decision);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Empty(lines.Written);
    }

    private static List<string> Note(ReadOnlySpan<byte> query)
    {
        using var router = new Router(new RouterOptions { Strategy = "rules", Seed = 1, QueryTypes = [new QueryTypeOptions("any", "inmemory", [])] });
        Decision decision = router.Route(query, BackendSet.All);
        var lines = new Lines();
        new QueryLog(lines).Note(router, query, decision);
        return lines.Written.ConvertAll(line => line.Replace(decision.Id.ToString(), "ID", StringComparison.Ordinal));
    }

    private static string Line(string shown) => $"\"{shown}\" is any, to inmemory: ID";

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public bool IsOn { get; init; } = true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => IsOn;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
