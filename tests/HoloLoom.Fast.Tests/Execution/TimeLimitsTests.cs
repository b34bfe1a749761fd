using FsCheck.Xunit;
using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

public sealed class TimeLimitsTests
{
    [Fact]
    public void A_wait_is_told_once_when_its_time_is_over_and_not_before()
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        Wait wait = Add(limits, clock, milliseconds: 10);
        clock.Advance(TimeSpan.FromMilliseconds(9.5));
        Assert.Equal(0, wait.Told);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, wait.Told);
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, wait.Told);
    }

    [Fact]
    public void The_timer_is_left_alone_by_waits_that_end_in_time()
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        for (int i = 0; i < 1000; i++)
        {
            Wait wait = Add(limits, clock, milliseconds: 1000);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(limits.TryEnd(wait));
            Assert.Equal(0, wait.Told);
        }

        // By the first of them, and once more when it went off and found the latest waiting.
        Assert.Equal(2, clock.Settings);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, clock.Settings);
    }

    [Fact]
    public void A_wait_may_last_longer_than_a_timer_is_set_to()
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        Wait wait = Add(limits, clock, TimeSpan.FromDays(49).TotalMilliseconds);
        for (int day = 1; day <= 49; day++)
        {
            Assert.Equal(0, wait.Told);
            clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(1, wait.Told);
    }

    [Fact]
    public void A_wait_ends_once()
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        Wait first = Add(limits, clock, milliseconds: 1), second = Add(limits, clock, milliseconds: 5), third = Add(limits, clock, milliseconds: 5);
        Assert.True(limits.TryEnd(third));
        Assert.False(limits.TryEnd(third));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(limits.TryEnd(first));
        clock.Advance(TimeSpan.FromMilliseconds(4));
        Assert.Equal((1, 1, 0), (first.Told, second.Told, third.Told));
    }

    [Fact]
    public void A_wait_that_ended_before_it_was_added_is_not_told()
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        var wait = new Wait { Until = 1 };
        Assert.True(limits.TryEnd(wait));
        limits.Add(wait);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, wait.Told);
    }

    [Fact]
    public void A_clock_may_call_back_while_it_is_set()
    {
        var clock = new TimerClock { IsEager = true };
        var limits = new TimeLimits(clock);
        Wait first = Add(limits, clock, milliseconds: 3), second = Add(limits, clock, milliseconds: 1);
        Assert.Equal((1, 1), (first.Told, second.Told));
    }

    [Fact]
    public void A_setting_that_another_one_has_overtaken_is_put_right()
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        Wait? soon = null;
        clock.Overtake = () => soon = Add(limits, clock, milliseconds: 1);
        Wait late = Add(limits, clock, milliseconds: 1000);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((1, 0), (soon!.Told, late.Told));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1), (soon.Told, late.Told));
    }

    [Fact]
    public async Task Of_the_time_and_a_thread_that_ends_a_wait_one_is_first()
    {
        var limits = new TimeLimits(TimeProvider.System);
        long millisecond = TimeProvider.System.TimestampFrequency / 1000;
        var waits = new (Wait Wait, bool IsEnded)[2000];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            for (int i = thread; i < waits.Length; i += 4)
            {
                var wait = new Wait { Until = TimeProvider.System.GetTimestamp() + millisecond };
                limits.Add(wait);
                await Task.Delay(1 + i % 2);
                waits[i] = (wait, limits.TryEnd(wait));
            }
        })));
        await Setup.Eventually(() => Array.TrueForAll(waits, static one => one.Wait.Told == (one.IsEnded ? 0 : 1)));
        Assert.Contains(waits, static one => one.IsEnded);
        Assert.Contains(waits, static one => !one.IsEnded);
    }

    /// <summary>Against a list that is searched: each step adds a wait, ends one, or lets time go by.</summary>
    [Property(MaxTest = 300)]
    public bool Whoever_waits_too_long_is_told_and_nobody_else(byte[] steps)
    {
        var clock = new TimerClock();
        var limits = new TimeLimits(clock);
        var waiting = new List<(Wait Wait, long Until)>();
        var gone = new List<(Wait Wait, int Told)>();
        foreach (byte step in steps)
        {
            int much = step >> 2;
            switch (step & 3)
            {
                case 0 or 1:
                    Wait wait = Add(limits, clock, milliseconds: 1 + much);
                    waiting.Add((wait, wait.Until));
                    break;
                case 2 when waiting.Count > 0:
                    (Wait ended, _) = waiting[much % waiting.Count];
                    waiting.RemoveAt(much % waiting.Count);
                    if (!limits.TryEnd(ended))
                    {
                        return false;
                    }

                    gone.Add((ended, 0));
                    break;
                case 3:
                    clock.Advance(TimeSpan.FromMilliseconds(much));
                    gone.AddRange(waiting.Where(one => one.Until <= clock.GetTimestamp()).Select(static one => (one.Wait, 1)));
                    waiting.RemoveAll(one => one.Until <= clock.GetTimestamp());
                    break;
            }

            if (!gone.TrueForAll(static one => one.Wait.Told == one.Told) || waiting.Exists(static one => one.Wait.Told != 0))
            {
                return false;
            }
        }

        return true;
    }

    [Fact]
    public async Task Threads_that_add_and_forget_lose_no_wait_of_others()
    {
        var limits = new TimeLimits(TimeProvider.System);
        long second = TimeProvider.System.TimestampFrequency;
        var kept = new System.Collections.Concurrent.ConcurrentBag<Wait>();
        int early = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 20_000; i++)
            {
                bool isKept = random.Next(100) == 0;
                var wait = new Wait { Until = TimeProvider.System.GetTimestamp() + (isKept ? second / 100 : 10 * second) };
                limits.Add(wait);
                if (isKept)
                {
                    kept.Add(wait);
                }
                else
                {
                    Assert.True(limits.TryEnd(wait));
                    Interlocked.Add(ref early, wait.Told);
                }
            }
        })));
        await Setup.Eventually(() => kept.All(static wait => wait.Told == 1));
        Assert.Equal(0, early);
        Assert.NotEmpty(kept);
    }

    private static Wait Add(TimeLimits limits, TimerClock clock, double milliseconds)
    {
        var wait = new Wait { Until = clock.GetTimestamp() + (long)(milliseconds * TimeSpan.TicksPerMillisecond) };
        limits.Add(wait);
        return wait;
    }

    private sealed class Wait : LimitedWait
    {
        private int _told;

        public int Told => Volatile.Read(ref _told);

        internal override void TimeIsOver() => Interlocked.Increment(ref _told);
    }

    /// <summary>A clock that moves by hand, with one timer, which fires on the way.</summary>
    private sealed class TimerClock : TimeProvider, ITimer
    {
        private TimerCallback _callback = static _ => { };
        private object? _state;
        private long _now;
        private long _due = long.MaxValue;

        public int Settings { get; private set; }

        /// <summary>Whether time flies as soon as the timer is set.</summary>
        public bool IsEager { get; init; }

        /// <summary>What another thread does, once, between the decision to set the timer and its being set.</summary>
        public Action? Overtake { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state) = (callback, state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Action? overtake = Overtake;
            Overtake = null;
            overtake?.Invoke();
            Settings++;
            _due = _now + dueTime.Ticks;
            if (IsEager)
            {
                Advance(dueTime);
            }

            return true;
        }

        public void Advance(TimeSpan time)
        {
            long end = _now + time.Ticks;
            while (_due <= end)
            {
                _now = _due;
                _due = long.MaxValue;
                _callback(_state);
            }

            _now = end;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
