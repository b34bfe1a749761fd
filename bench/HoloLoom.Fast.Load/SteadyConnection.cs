using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace HoloLoom.Fast.Load;

/// <summary>A connection that has at most one request under way, and waits for nothing.</summary>
internal sealed class SteadyConnection : IDisposable
{
    private const int StatusOffset = 9; // of "HTTP/1.1 200"

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1 << 14];
    private int _filled;

    public SteadyConnection(EndPoint server)
    {
        _socket.Connect(server);
        _socket.Blocking = false;
    }

    /// <summary>The socket, as the system knows it.</summary>
    public int Descriptor => (int)_socket.Handle;

    /// <summary>When the request that is under way was due.</summary>
    public long Due { get; private set; }

    /// <summary>Sends a request.</summary>
    /// <returns>Whether the system took it, in whole.</returns>
    public bool TrySend(byte[] request, long due)
    {
        Due = due;
        _filled = 0;
        return _socket.Send(request, SocketFlags.None, out SocketError problem) == request.Length && problem == SocketError.Success;
    }

    /// <summary>Reads what has arrived.</summary>
    /// <param name="status">The answer's, if the whole of it is there; 0 if not yet.</param>
    /// <returns>False if the connection is lost.</returns>
    /// <exception cref="InvalidDataException">What arrived is no answer of the server's.</exception>
    public bool TryReceive(out int status)
    {
        status = 0;
        int read = _socket.Receive(_buffer.AsSpan(_filled), SocketFlags.None, out SocketError problem);
        if (problem == SocketError.WouldBlock)
        {
            return true;
        }

        _filled += read;
        if (read > 0 && problem == SocketError.Success)
        {
            status = Status(_buffer.AsSpan(0, _filled));
            return true;
        }

        return false;
    }

    public void Dispose() => _socket.Dispose();

    private int Status(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return _filled < _buffer.Length ? 0 : throw new InvalidDataException("The server's answer is longer than any that was asked for.");
        }

        ReadOnlySpan<byte> name = "\r\nContent-Length: "u8;
        int length = answer[..head].IndexOf(name);
        if (length < 0 || !Utf8Parser.TryParse(answer[(length + name.Length)..], out int body, out _)
            || !Utf8Parser.TryParse(answer[StatusOffset..], out int status, out _) || status < 100)
        {
            throw new InvalidDataException("The server's answer has no status, or no Content-Length.");
        }

        int whole = head + "\r\n\r\n".Length + body;
        return answer.Length < whole ? 0
            : answer.Length == whole ? status
            : throw new InvalidDataException("The server sent more than the answer.");
    }
}
