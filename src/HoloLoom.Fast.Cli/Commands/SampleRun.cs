using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary>One run of <c>hololoom sample</c>: draws in chunks, until there are enough or nobody reads them.</summary>
internal sealed class SampleRun
{
    // A multiple of 16, so that chunks join to what one call would have drawn (see Sampler), and a longer run begins with a shorter one.
    private const int Chunk = 16 * 512;

    // The longest double in text is 24 characters.
    private const int LongestText = 32;

    private readonly double[] _draws = new double[Chunk];
    private readonly ulong[] _words = new ulong[Chunk];
    private readonly int[] _arms = new int[Chunk];

    public required string Law { get; init; }

    /// <summary>One for each parameter or arm; empty if the law has none.</summary>
    public required double[] Alpha { get; init; }

    /// <inheritdoc cref="Alpha"/>
    public required double[] Beta { get; init; }

    public required long Count { get; init; }

    public required ulong Seed { get; init; }

    public required string Format { get; init; }

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CliException">The draws cannot be written.</exception>
    public int Run()
    {
        var sampler = new Sampler(Seed);
        using Stream stdout = StandardOutput.Open();
        var output = new OutputBuffer(stdout);
        try
        {
            for (long left = Count; left > 0; left -= Chunk)
            {
                int count = (int)Math.Min(left, Chunk);
                Draw(sampler, count);
                Write(output, count);
            }

            output.Flush();
        }
        catch (ClosedPipeException)
        {
            // As head does once it has enough.
        }

        return ExitCode.Done;
    }

    private void Draw(Sampler sampler, int count)
    {
        Span<double> draws = _draws.AsSpan(0, count);
        switch (Law)
        {
            case "uniform" when Format == "u64":
                sampler.FillUInt64(_words.AsSpan(0, count));
                break;
            case "uniform":
                sampler.FillUniform(draws);
                break;
            case "normal":
                sampler.FillNormal(draws);
                break;
            case "gamma":
                sampler.FillGamma(Alpha[0], draws);
                break;
            case "beta":
                sampler.FillBeta(Alpha[0], Beta[0], draws);
                break;
            default:
                sampler.FillBestArm(Alpha, Beta, _arms.AsSpan(0, count));
                for (int i = 0; i < count; i++)
                {
                    draws[i] = _arms[i];
                }

                break;
        }
    }

    private void Write(OutputBuffer output, int count)
    {
        if (Format == "text")
        {
            foreach (double draw in _draws.AsSpan(0, count))
            {
                Span<byte> line = output.GetSpan(LongestText);
                draw.TryFormat(line, out int length, provider: CultureInfo.InvariantCulture);
                line[length] = (byte)'\n';
                output.Advance(length + 1);
            }

            return;
        }

        Span<ulong> words = Format == "u64" ? _words.AsSpan(0, count) : MemoryMarshal.Cast<double, ulong>(_draws.AsSpan(0, count));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(words, words);
        }

        output.Write(MemoryMarshal.AsBytes(words));
    }
}
