using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace HoloLoom.Fast.Load;

/// <summary>One connection: answers come in the order of the requests.</summary>
internal sealed class RespConnection : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly ConcurrentQueue<(Request Request, Action<Request, Reply> OnReply)> _pending = new();
    private readonly MemoryStream _output = new();
    private readonly Task _reading;

    public RespConnection(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reading = Task.Run(ReadAsync);
    }

    public void Send(string[] words, Request request, Action<Request, Reply> onReply)
    {
        _pending.Enqueue((request, onReply));
        WriteLine('*', words.Length);
        foreach (string word in words)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(word);
            WriteLine('$', bytes.Length);
            _output.Write(bytes);
            _output.Write("\r\n"u8);
        }
    }

    public async ValueTask FlushAsync()
    {
        if (_output.Length > 0)
        {
            await _stream.WriteAsync(_output.GetBuffer().AsMemory(0, (int)_output.Length));
            _output.SetLength(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (int i = 0; i < 100 && !_pending.IsEmpty; i++)
        {
            await Task.Delay(100);
        }

        await _stream.DisposeAsync();
        await _reading;
    }

    private void WriteLine(char kind, int number)
    {
        Span<byte> line = stackalloc byte[16];
        line[0] = (byte)kind;
        Utf8Formatter.TryFormat(number, line[1..], out int length);
        "\r\n"u8.CopyTo(line[(length + 1)..]);
        _output.Write(line[..(length + 3)]);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        int have = 0;
        try
        {
            while (true)
            {
                int read = await _stream.ReadAsync(buffer.AsMemory(have));
                if (read == 0)
                {
                    break;
                }

                have += read;
                int used = 0;
                while (RespReply.TryRead(buffer.AsSpan(used, have - used), out int length, out Reply reply))
                {
                    used += length;
                    if (_pending.TryDequeue(out (Request Request, Action<Request, Reply> OnReply) oldest))
                    {
                        oldest.OnReply(oldest.Request, reply);
                    }
                }

                buffer.AsSpan(used, have - used).CopyTo(buffer);
                have -= used;
            }
        }
        catch (Exception problem) when (problem is IOException or ObjectDisposedException)
        {
            // Closed; what is unanswered is told below.
        }

        while (_pending.TryDequeue(out (Request Request, Action<Request, Reply> OnReply) lost))
        {
            lost.OnReply(lost.Request, new Reply(null, Error: "connection closed"));
        }
    }
}
