using System.Buffers;
using System.IO.Pipelines;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace HoloLoom.Fast.Server.Http;

/// <summary>A request's body, whole and in one piece.</summary>
/// <remarks>Dispose it when the answer has been made: the memory is the connection's, or rented.</remarks>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader _reader;
    private readonly ReadOnlySequence<byte> _sequence;
    private readonly byte[]? _rented;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> sequence)
    {
        (_reader, _sequence) = (reader, sequence);
        if (!sequence.IsSingleSegment)
        {
            _rented = ArrayPool<byte>.Shared.Rent((int)sequence.Length);
            sequence.CopyTo(_rented);
        }
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _rented is null ? _sequence.FirstSpan : _rented.AsSpan(0, (int)_sequence.Length);

    /// <summary>Reads a body.</summary>
    /// <exception cref="ProblemException">It is not UTF-8, or not framed as HTTP asks for.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, or too slow.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context)
    {
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult result;
            try
            {
                result = await reader.ReadAsync(context.RequestAborted);
            }
            catch (Exception problem) when (problem is InvalidOperationException || (problem is IOException && problem is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested))
            {
                // Sizes of chunks that overflow, and trailers that are none, are no bad requests to Kestrel, but faults.
                throw new ProblemException(StatusCodes.Status400BadRequest, $"The body cannot be read: {problem.Message}", cause: problem);
            }

            if (result.IsCompleted)
            {
                var body = new RequestBody(reader, result.Buffer);
                if (Utf8.IsValid(body.Span))
                {
                    return body;
                }

                body.Dispose();
                throw new ProblemException(StatusCodes.Status400BadRequest, "The body is not UTF-8.");
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }

        _reader.AdvanceTo(_sequence.End);
    }
}
