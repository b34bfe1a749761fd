using System.Globalization;
using System.Text;

namespace HoloLoom.Fast.Integration.Cli;

[Trait("Category", "Slow")]
public sealed class SizeTests
{
    private const int Large = 100_000_000;

    [Theory]
    [InlineData("tsv")]
    [InlineData("jsonl")]
    public async Task A_file_of_100_MB_takes_less_memory_than_that(string format)
    {
        using var directory = new TemporaryDirectory();
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("who wrote the paper about routing\nfind \"similar\" ones\n\n", 2000)));
        int blocks = (Large / block.Length) + 1;
        string file = directory["queries.txt"];
        await using (FileStream stream = File.Create(file))
        {
            for (int i = 0; i < blocks; i++)
            {
                stream.Write(block);
            }
        }

        using HololoomProcess process = HololoomProcess.Start("route", file, "--format", format, "--seed", "1");
        Task<string> error = process.Error.ReadToEndAsync();
        byte[] buffer = new byte[1 << 20];
        long lines = 0;
        long peak = 0;
        for (int read, turn = 0; (read = await process.Output.BaseStream.ReadAsync(buffer)) > 0; turn++)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            if (turn % 64 == 0)
            {
                peak = Math.Max(peak, PeakMemory(process.Id));
            }
        }

        await error;
        Assert.Equal(0, await process.WaitAsync());
        Assert.Equal(6000L * blocks, lines);
        Assert.True(peak is > 1_000_000 and < 100_000_000, $"the peak of the resident memory was {peak} bytes");
    }

    [Theory]
    [InlineData("tsv", 'a', 1)]
    [InlineData("jsonl", 'a', 1)]
    [InlineData("tsv", '\t', 2)]
    [InlineData("jsonl", '\u0001', 6)]
    public async Task A_line_of_100_MB_is_a_query(string format, char letter, int printedLength)
    {
        using HololoomProcess process = HololoomProcess.Start("route", "--format", format);
        Task<string> error = process.Error.ReadToEndAsync();
        Task feeding = FeedAsync(process.Input, letter);
        byte[] buffer = new byte[1 << 20];
        long bytes = 0;
        long lines = 0;
        for (int read; (read = await process.Output.BaseStream.ReadAsync(buffer)) > 0;)
        {
            bytes += read;
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        await feeding;
        await error;
        Assert.Equal(0, await process.WaitAsync());
        Assert.Equal(2, lines);
        Assert.InRange(bytes, (long)Large * printedLength, ((long)Large * printedLength) + 1000);
    }

    private static async Task FeedAsync(Stream input, char letter)
    {
        byte[] block = new byte[1_000_000];
        Array.Fill(block, (byte)letter);
        for (int written = 0; written < Large; written += block.Length)
        {
            await input.WriteAsync(block);
        }

        await input.WriteAsync("\nwho\n"u8.ToArray());
        input.Close();
    }

    private static long PeakMemory(int process)
    {
        try
        {
            string line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // It has ended; the peak was seen before.
            return 0;
        }
    }
}
