using System.Globalization;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;
using HoloLoom.Fast.Experiments;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary>One run of <c>hololoom learn</c>: outcomes in, a message per rejected line, and a flush every so many lines.</summary>
internal sealed class LearnRun
{
    private readonly long[] _counts = new long[4];
    private long _invalid;
    private long _linesSinceFlush;

    public required string File { get; init; }

    public required string? ConfigFile { get; init; }

    public required RouterOptions Options { get; init; }

    public required int FlushEvery { get; init; }

    private long Accepted => _counts[(int)RecordResult.Accepted];

    private long Rejected => _counts.Sum() - Accepted + _invalid;

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="CliException">Something cannot be read, written or used.</exception>
    public int Run()
    {
        using InputFile input = InputFile.Open(File);
        using Stream stdout = StandardOutput.Open();
        using var signal = new StopSignal();
        using Router router = CommonOptions.Open(Options, ConfigFile);
        foreach (string message in router.StateMessages)
        {
            StandardError.Warn(message);
        }

        // Rejections can be as many as lines: they are written a batch at a time.
        using var messages = new StreamWriter(Console.OpenStandardError(), bufferSize: 16 * 1024);
        var lines = new LineReader(input.Stream, input.Name);
        try
        {
            while (lines.Read(signal.Token))
            {
                LearnBatch(lines, router, input.Name, messages);
                messages.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // What was read has been learned, and is flushed below.
        }
        finally
        {
            // After a read error, too: what was learned before it stays learned.
            Flush(router, messages);
        }

        WriteCounts(stdout);
        return signal.ExitCode ?? (Rejected == 0 ? ExitCode.Done : ExitCode.SomeRejected);
    }

    private void LearnBatch(LineReader lines, Router router, string name, StreamWriter messages)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<byte> line = lines[i];
            if (line.Trim(" \t\r"u8).IsEmpty)
            {
                continue;
            }

            string? problem = OutcomeLine.Parse(line, out DecisionId id, out Outcome outcome);
            if (problem is not null)
            {
                _invalid++;
                Reject(messages, name, lines.FirstLine + i, "invalid", problem);
            }
            else
            {
                RecordResult result = router.Record(id, outcome);
                _counts[(int)result]++;
                if (result != RecordResult.Accepted)
                {
                    Reject(messages, name, lines.FirstLine + i, Name(result), Describe(result, id));
                }
            }

            if (++_linesSinceFlush >= FlushEvery)
            {
                Flush(router, messages);
            }
        }
    }

    private void Flush(Router router, StreamWriter messages)
    {
        if (_linesSinceFlush > 0)
        {
            try
            {
                if (router.Variants.Count > 0)
                {
                    _ = ExperimentSupervisor.Step(router);
                }

                router.Flush();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw CommonOptions.StateFailure("cannot save the state", Options.StateDirectory, exception);
            }

            _linesSinceFlush = 0;
            messages.WriteLine(string.Create(CultureInfo.InvariantCulture, $"flushed {Accepted} outcomes"));
        }

        messages.Flush();
    }

    private void WriteCounts(Stream stdout)
    {
        var output = new OutputBuffer(stdout);
        string counts = string.Join(", ", Enum.GetValues<RecordResult>().Select(result => FormattableString.Invariant($"{Name(result)} {_counts[(int)result]}")));
        output.Write(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{counts}, invalid {_invalid}\n")));
        try
        {
            output.Flush();
        }
        catch (ClosedPipeException)
        {
            // Nobody wants to know.
        }
    }

    private static void Reject(StreamWriter messages, string name, long line, string kind, string problem) =>
        messages.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}:{line}: {kind}: {problem}"));

    private static string Name(RecordResult result) => result switch
    {
        RecordResult.Accepted => "accepted",
        RecordResult.Duplicate => "duplicate",
        RecordResult.Expired => "expired",
        _ => "unknown",
    };

    private static string Describe(RecordResult result, DecisionId id) => result switch
    {
        RecordResult.Duplicate => $"the outcome of decision {id} was recorded before",
        RecordResult.Expired => $"decision {id} is too old, or its query type or backend is no longer configured",
        _ => $"decision {id} was not made with this state",
    };
}
