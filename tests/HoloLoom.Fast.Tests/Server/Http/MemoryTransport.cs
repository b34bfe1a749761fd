using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace HoloLoom.Fast.Tests.Server.Http;

/// <summary>Connections without a network: bytes go to the server's own parser of HTTP, and its answers come back, as fast as memory is.</summary>
internal sealed class MemoryTransport : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();
    private int _numbers;

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _connections.Reader.WaitToReadAsync(cancellationToken) && _connections.Reader.TryRead(out ConnectionContext? connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <summary>Opens a connection, sends pieces, closes this side, and reads all that is answered.</summary>
    /// <exception cref="TimeoutException">The connection has not ended within half a minute.</exception>
    public async Task<byte[]> ExchangeAsync(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var options = new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false);
        (Pipe input, Pipe output) = (new Pipe(options), new Pipe(options));
        var connection = new Connection($"memory-{Interlocked.Increment(ref _numbers)}", new Duplex(input.Reader, output.Writer));
        Assert.True(_connections.Writer.TryWrite(connection));
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            await input.Writer.WriteAsync(piece);
        }

        await input.Writer.CompleteAsync();
        return await ReadToEndAsync(output.Reader).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static async Task<byte[]> ReadToEndAsync(PipeReader reader)
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            if (read.IsCompleted)
            {
                byte[] answer = read.Buffer.ToArray();
                await reader.CompleteAsync();
                return answer;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private sealed class Connection(string id, IDuplexPipe pipes) : ConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        /// <summary>What the server may wrap.</summary>
        public override IDuplexPipe Transport { get => field ?? pipes; set; }

        public override string ConnectionId { get; set; } = id;

        public override IFeatureCollection Features { get; } = WithBlocks();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override CancellationToken ConnectionClosed { get => _closed.Token; set => throw new NotSupportedException(); }

        public override EndPoint? RemoteEndPoint { get; set; } = new IPEndPoint(IPAddress.Loopback, 1);

        public override EndPoint? LocalEndPoint { get; set; } = new IPEndPoint(IPAddress.Loopback, 2);

        public override void Abort(ConnectionAbortedException abortReason)
        {
            _closed.Cancel();
            Transport.Input.CancelPendingRead();
        }

        private static FeatureCollection WithBlocks()
        {
            var features = new FeatureCollection();
            features.Set<IMemoryPoolFeature>(Blocks.Feature);
            return features;
        }

        public override async ValueTask DisposeAsync()
        {
            await pipes.Input.CompleteAsync();
            await pipes.Output.CompleteAsync();
            await base.DisposeAsync();
        }
    }

    /// <summary>Memory as a transport of Kestrel's gives it: never less than a block, whatever is asked for.</summary>
    private sealed class Blocks : MemoryPool<byte>, IMemoryPoolFeature
    {
        public static Blocks Feature { get; } = new();

        public override int MaxBufferSize => 4096;

        public MemoryPool<byte> MemoryPool => this;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(MaxBufferSize);

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
