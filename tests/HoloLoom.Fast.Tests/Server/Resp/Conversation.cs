using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using HoloLoom.Fast.Hosting;
using HoloLoom.Fast.Server.Resp;

namespace HoloLoom.Fast.Tests.Server.Resp;

/// <summary>A client of the server in memory: two pipes take the place of the network.</summary>
internal sealed class Conversation : IDisposable
{
    private readonly Pipe _toServer;
    private readonly Pipe _toClient;

    public Conversation(RespServer server, long pause = 64 * 1024)
        : this(server, new PipeOptions(pauseWriterThreshold: pause, resumeWriterThreshold: pause / 2, useSynchronizationContext: false))
    {
    }

    public Conversation(RespServer server, PipeOptions output)
    {
        _toServer = new Pipe(new PipeOptions(
            readerScheduler: output.ReaderScheduler,
            writerScheduler: output.WriterScheduler,
            pauseWriterThreshold: 0,
            minimumSegmentSize: output.MinimumSegmentSize,
            useSynchronizationContext: false));
        _toClient = new Pipe(output);
        Connection = new RespConnection(server, server.Enter()!.Value, new Transport(_toServer.Reader, _toClient.Writer), remote: null);
        server.Add(Connection);
        Running = RunAsync(server);
    }

    public RespConnection Connection { get; }

    /// <summary>Ends when the connection has.</summary>
    public Task Running { get; }

    public PipeReader Output => _toClient.Reader;

    public PipeWriter Input => _toServer.Writer;

    /// <summary>A router whose choices are known.</summary>
    public static RouterOptions Rules { get; } = new() { Strategy = "rules", Seed = 1 };

    /// <summary>A server with a router.</summary>
    public static RespServer Server(RespOptions? options = null, RouterOptions? router = null) =>
        new(new RouterRegistry(router ?? Rules), options ?? new RespOptions());

    /// <summary>All replies to some input, after which the client hangs up.</summary>
    public static async Task<List<string>> AskAsync(RespServer server, params string[] input)
    {
        using var conversation = new Conversation(server);
        foreach (string piece in input)
        {
            await conversation.SendAsync(piece);
        }

        return await conversation.HangUpAsync();
    }

    public async Task SendAsync(string text) => await Input.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The next reply.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            ReadResult read = await Output.ReadAsync(patience.Token);
            byte[] bytes = read.Buffer.ToArray();
            int length = ReplyReader.LengthOf(bytes, 1);
            if (length > 0)
            {
                Output.AdvanceTo(read.Buffer.GetPosition(length));
                return ReplyReader.ReadAll(bytes[..length])[0];
            }

            Assert.False(read.IsCompleted, "the server hung up");
            Output.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Hangs up, and returns what the server still has to say.</summary>
    public async Task<List<string>> HangUpAsync()
    {
        await Input.CompleteAsync();
        var bytes = new MemoryStream();
        while (true)
        {
            ReadResult read = await Output.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                bytes.Write(piece.Span);
            }

            Output.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        await Running.WaitAsync(TimeSpan.FromMinutes(1));
        return ReplyReader.ReadAll(bytes.ToArray());
    }

    public void Dispose()
    {
        _toServer.Writer.Complete();
        _toClient.Reader.Complete();
    }

    private async Task RunAsync(RespServer server)
    {
        await Connection.RunAsync();
        await _toServer.Reader.CompleteAsync();
        await _toClient.Writer.CompleteAsync();
        server.Leave(Connection.Id);
    }

    private sealed class Transport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
