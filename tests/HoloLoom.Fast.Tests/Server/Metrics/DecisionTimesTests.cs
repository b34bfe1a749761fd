using HoloLoom.Fast.Server.Metrics;

namespace HoloLoom.Fast.Tests.Server.Metrics;

public sealed class DecisionTimesTests
{
    [Fact]
    public void Every_32nd_decision_of_a_thread_is_timed()
    {
        var timed = new List<int>();
        var thread = new Thread(() => timed.AddRange(Enumerable.Range(0, 100).Where(static _ => DecisionTimes.Begin() != 0)));
        thread.Start();
        thread.Join();
        Assert.Equal([0, 32, 64, 96], timed);
    }
}
