using System.Buffers;
using System.IO.Pipelines;
using System.Net;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>
/// One client. Its input is taken as it comes; all whole commands in it are executed, queries that follow one another routed together,
/// and the replies flushed once. While replies are waiting to be taken, nothing more is read, so a client that does not read holds its
/// own output back and no more memory than <see cref="RespOptions.MaxPendingOutput"/> and one reply.
/// </summary>
internal sealed partial class RespConnection
{
    private const int MaxWrongKeys = 5;

    private readonly RespServer _server;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly RespParser _parser = new();
    private readonly PendingInput _pending = new();
    private readonly ClientRate? _rate;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Access _access;
    private RespLimits _limits;
    private int _protocol = 2;
    private int _wrongKeys;
    private int _uncharged;

    // When something came or went, and since when a command or the client's taking of replies is awaited: milliseconds, 0 for not at all.
    private long _lastActivity = Environment.TickCount64;
    private long _awaitedSince;

    public RespConnection(RespServer server, long id, IDuplexPipe transport, EndPoint? remote)
    {
        _server = server;
        _input = transport.Input;
        _output = transport.Output;
        Id = id;
        Remote = remote;
        _rate = server.Rates?.Enter(remote);
        SetAccess(server.Keys.Initial);
    }

    /// <summary>What is to be done after some commands were executed.</summary>
    private enum Step
    {
        /// <summary>Everything whole was executed.</summary>
        AwaitInput,

        /// <summary>So much was written that the client has to take it first.</summary>
        AwaitOutput,

        /// <summary>Outcomes were recorded whose replies have to wait for the disk.</summary>
        AwaitDisk,

        /// <summary>Nothing more is to come.</summary>
        Close,
    }

    public long Id { get; }

    public EndPoint? Remote { get; }

    /// <summary>Asks it to end once the commands that it has begun are answered; from any thread.</summary>
    public void Stop()
    {
        _stopped.TrySetResult();
        _input.CancelPendingRead();
    }

    /// <summary>Whether it has been silent, or its client too slow, for too long; from any thread.</summary>
    public bool IsOverdue()
    {
        long now = Environment.TickCount64;
        long awaited = Volatile.Read(ref _awaitedSince);
        TimeSpan idle = _server.Options.IdleTimeout;
        return (awaited != 0 && now - awaited > _server.Options.TransferTimeout.TotalMilliseconds)
            || (idle != Timeout.InfiniteTimeSpan && now - Volatile.Read(ref _lastActivity) > idle.TotalMilliseconds);
    }

    /// <summary>Serves the client until it goes, errs, or is asked to.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (_rate is not null)
            {
                // What its client owes from other connections: it does not help to connect anew.
                await WaitForTurnAsync(_rate).ConfigureAwait(false);
            }

            while (true)
            {
                ReadResult read = await _input.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> buffer = read.Buffer;
                Volatile.Write(ref _lastActivity, Environment.TickCount64);

                // In one piece with nothing before it, which is the rule, input is read where it lies.
                bool direct = _pending.IsEmpty && buffer.IsSingleSegment;
                if (!direct)
                {
                    _pending.Append(buffer);
                    _input.AdvanceTo(buffer.End);
                }

                ReadOnlyMemory<byte> window = direct ? buffer.First : _pending.Memory;
                int position = 0;
                Step step;
                do
                {
                    step = Execute(window.Span[position..], out int consumed);
                    position += consumed;
                    if (step == Step.AwaitDisk)
                    {
                        // Now it is the client who waits.
                        Volatile.Write(ref _awaitedSince, 0);
                        WriteDurableReplies(await FlushToDiskAsync().ConfigureAwait(false));
                    }

                    if (_output.UnflushedBytes > 0)
                    {
                        // Before the client can have the replies, and whether it takes them or hangs up.
                        Charge();
                        Volatile.Write(ref _awaitedSince, Environment.TickCount64);
                        FlushResult flush = await _output.FlushAsync().ConfigureAwait(false);
                        Volatile.Write(ref _awaitedSince, 0);
                        if (flush.IsCompleted)
                        {
                            return;
                        }
                    }
                }
                while (step is Step.AwaitOutput or Step.AwaitDisk);

                Charge();
                if (_rate is not null && step != Step.Close)
                {
                    await WaitForTurnAsync(_rate).ConfigureAwait(false);
                }

                if (direct)
                {
                    _pending.Append(window.Span[position..]);
                    _input.AdvanceTo(buffer.End);
                }
                else
                {
                    _pending.RemoveFirst(position);
                }

                AwaitRestOfCommand(begun: position > 0);
                if (step == Step.Close)
                {
                    await DrainAsync().ConfigureAwait(false);
                    return;
                }

                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone, or was sent away for being overdue: there is nobody to tell.
        }
        finally
        {
            _pending.Clear();
            _parser.Trim();
            if (_rate is not null)
            {
                _server.Rates!.Leave(_rate);
            }
        }
    }

    private void Charge()
    {
        _rate?.Take(_uncharged);
        _uncharged = 0;
    }

    private async ValueTask WaitForTurnAsync(ClientRate rate)
    {
        TimeSpan wait = rate.Take(0);
        if (wait > TimeSpan.Zero)
        {
            await _stopped.Task.WaitAsync(wait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The clock of a command that has not come as a whole runs from its first byte.
    private void AwaitRestOfCommand(bool begun)
    {
        if (_pending.IsEmpty)
        {
            _parser.Trim();
            Volatile.Write(ref _awaitedSince, 0);
        }
        else if (begun || Volatile.Read(ref _awaitedSince) == 0)
        {
            Volatile.Write(ref _awaitedSince, Environment.TickCount64);
        }
    }

    // A connection that is closed with input unread is reset, and the client may never see the last reply. What is under way is taken.
    private async Task DrainAsync()
    {
        const int Patience = 200;
        using var patience = new CancellationTokenSource(Patience);
        long drained = 0;
        await _output.CompleteAsync().ConfigureAwait(false);
        while (drained < _limits.MaxCommandLength)
        {
            ReadResult read = await _input.ReadAsync(patience.Token).ConfigureAwait(false);
            drained += read.Buffer.Length;
            _input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    private void SetAccess(Access access)
    {
        _access = access;
        _limits = access == Access.None ? RespLimits.BeforeAuthentication : _server.Limits;
    }
}
