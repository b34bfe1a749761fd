using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace HoloLoom.Fast.Integration.Cli;

public sealed class SampleTests
{
    // Small and large shapes, and more arms than half the lanes.
    private const string Arms = "arm --alpha 20,1,0.5,7,300,0.01 --beta 5,1,3,0.25,100,0.02";

    // The SHA-256 of a million choices among them in text, seed 42; the same on every kernel, processor and build.
    private const string GoldenChoices = "8d6efdac0fa61140b973092779a91d6bcbef0e2bd8c176080924ec463713027a";

    private static readonly string[] s_laws = ["uniform", "normal", "gamma --alpha 2.5", "gamma --alpha 0.3", "beta --alpha 20 --beta 5", "beta --alpha 0.5 --beta 3", Arms];

    public static TheoryData<string> Laws => [.. s_laws];

    [Fact]
    public async Task Raw_output_is_that_of_the_published_generator()
    {
        Answer answer = (await SampleAsync("uniform --seed 42 --count 1000000 --format u64")).AssertExit(0);

        // xoshiro256++ whose state is four outputs of SplitMix64 from 42.
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(answer.OutputBytes);
        Assert.Equal(1_000_000, words.Length);
        Assert.Equal([0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8], words[..4].ToArray());
        Assert.Equal(0x38d26b526dd02d0ful, words[^1]);
    }

    [Fact]
    public async Task Uniform_draws_are_the_raw_output_s_upper_52_bits()
    {
        ulong[] words = Words(await SampleAsync("uniform --seed 42 --count 1000 --format u64"));
        double[] draws = Doubles(await SampleAsync("uniform --seed 42 --count 1000 --format f64"));

        Assert.Equal(words.Select(static word => ((word >> 12) + 0.5) * Math.Pow(2, -52)), draws);
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public async Task Text_reads_back_as_the_binary_draws(string law)
    {
        double[] binary = Doubles((await SampleAsync($"{law} --seed 7 --count 20000 --format f64")).AssertExit(0));
        Answer text = (await SampleAsync($"{law} --seed 7 --count 20000")).AssertExit(0);

        Assert.Equal(20_000, binary.Length);
        Assert.Equal(binary, text.Lines.Select(static line => double.Parse(line, CultureInfo.InvariantCulture)));
        Assert.EndsWith("\n", text.Output, StringComparison.Ordinal);
        Assert.Empty(text.Error);
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public async Task A_longer_run_begins_with_a_shorter_one(string law)
    {
        byte[] all = (await SampleAsync($"{law} --seed 3 --count 100000 --format f64")).AssertExit(0).OutputBytes;
        Assert.Equal(800_000, all.Length);
        foreach (int count in (int[])[0, 1, 1000, 8192, 8193, 20_001])
        {
            byte[] some = (await SampleAsync($"{law} --seed 3 --count {count} --format f64")).AssertExit(0).OutputBytes;
            Assert.True(all.AsSpan(0, 8 * count).SequenceEqual(some), $"{count} draws");
        }
    }

    [Fact]
    public async Task A_million_choices_are_the_golden_ones_on_every_kernel()
    {
        var refused = new List<string>();
        foreach (string kernel in (string[])["", "scalar", "v128", "v256", "v512"])
        {
            Answer answer = await SampleAsync($"{Arms} --seed 42 --count 1000000", kernel);
            if (answer.ExitCode == 2)
            {
                answer.AssertFailure("HOLOLOOM_KERNEL", $"'{kernel}'", "scalar, v128");
                refused.Add(kernel);
                continue;
            }

            Assert.Equal(GoldenChoices, Convert.ToHexStringLower(SHA256.HashData(answer.AssertExit(0).OutputBytes)));
        }

        // What there has to be; 512 bits are a matter of the build.
        string[] mayBeRefused = Avx2.IsSupported ? ["v512"] : ["v256", "v512"];
        Assert.Empty(refused.Except(mayBeRefused));
    }

    [Theory]
    [MemberData(nameof(Laws))]
    public async Task Every_kernel_draws_the_same(string law)
    {
        byte[] widest = (await SampleAsync($"{law} --seed 5 --count 100000 --format f64")).AssertExit(0).OutputBytes;
        foreach (string kernel in (string[])["scalar", "v128"])
        {
            byte[] others = (await SampleAsync($"{law} --seed 5 --count 100000 --format f64", kernel)).AssertExit(0).OutputBytes;
            Assert.True(widest.AsSpan().SequenceEqual(others), kernel);
        }
    }

    [Fact]
    public async Task Draws_have_the_mean_of_their_law()
    {
        // Five standard errors.
        await MeanAsync("uniform", 0.5, 0.0015);
        await MeanAsync("normal", 0, 0.005);
        await MeanAsync("gamma --alpha 4", 4, 0.01);
        await MeanAsync("beta --alpha 20 --beta 5", 0.8, 0.0004);
        await MeanAsync("arm --alpha 1,1 --beta 1,1", 0.5, 0.0025);

        static async Task MeanAsync(string law, double mean, double tolerance) =>
            Assert.Equal(mean, Doubles(await SampleAsync($"{law} --seed 8 --count 1000000 --format f64")).Average(), tolerance);
    }

    [Fact]
    public async Task Ten_are_drawn_unless_another_number_is_wanted()
    {
        Assert.Equal(10, (await SampleAsync("normal --seed 1")).AssertExit(0).Lines.Length);
        Assert.Empty((await SampleAsync("normal --seed 1 --count 0")).AssertExit(0).OutputBytes);
    }

    [Fact]
    public async Task Without_a_seed_a_random_one_is_told_and_repeats_the_draws()
    {
        Answer first = (await SampleAsync("normal")).AssertExit(0);
        Answer second = (await SampleAsync("normal")).AssertExit(0);
        Assert.NotEqual(first.Output, second.Output);
        Assert.Matches("^seed [0-9]+\n$", first.Error);

        Answer again = (await SampleAsync($"normal --{first.Error.TrimEnd().Replace("seed ", "seed=", StringComparison.Ordinal)}")).AssertExit(0);
        Assert.Equal(first.Output, again.Output);
        Assert.Empty(again.Error);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("f64")]
    public async Task An_endless_run_ends_quietly_when_its_reader_leaves(string format)
    {
        using HololoomProcess process = HololoomProcess.Start(["sample", "normal", "--seed", "1", "--count", $"{long.MaxValue}", "--format", format]);
        var some = new byte[100_000];
        await process.Output.BaseStream.ReadExactlyAsync(some);
        process.Output.Close();

        Assert.Empty(await process.Error.ReadToEndAsync());
        Assert.Equal(0, await process.WaitAsync());
    }

    [Fact]
    public async Task A_full_device_is_an_error() =>
        (await HololoomProcess.RunInShellAsync("exec \"$@\" > /dev/full", "sample", "normal", "--seed", "1")).AssertFailure("standard output");

    [Theory]
    [InlineData("", "uniform|--help")]
    [InlineData("cauchy", "'cauchy'|'beta'|--help")]
    [InlineData("normal --format xml", "'f64'|--help")]
    [InlineData("normal --count -1", "--count|-1|0 or more")]
    [InlineData("normal --count many", "--count|many")]
    [InlineData("normal --seed -1", "--seed|-1")]
    [InlineData("normal --alpha 1", "cannot sample normal|no --alpha|Leave it out")]
    [InlineData("gamma --alpha 1 --beta 1", "cannot sample gamma|no --beta|Leave it out")]
    [InlineData("gamma", "cannot sample gamma|--alpha is missing|--alpha 2.5")]
    [InlineData("beta --alpha 1", "cannot sample beta|--beta is missing|--beta 2.5")]
    [InlineData("beta --beta 1", "cannot sample beta|--alpha is missing|--alpha 2.5")]
    [InlineData("beta --alpha 1,2 --beta 1", "--alpha has 2 numbers|Give one")]
    [InlineData("gamma --alpha NaN", "--alpha|'NaN'|finite number above 0")]
    [InlineData("gamma --alpha -2", "--alpha|'-2'|finite number above 0")]
    [InlineData("gamma --alpha 0", "--alpha|'0'|finite number above 0")]
    [InlineData("gamma --alpha Infinity", "--alpha|'Infinity'|finite number above 0")]
    [InlineData("gamma --alpha 1e999", "--alpha|'1e999'|finite number above 0")]
    [InlineData("gamma --alpha two", "--alpha|'two'|finite number above 0")]
    [InlineData("beta --alpha 1 --beta 1,", "--beta|''|finite number above 0")]
    [InlineData("gamma --alpha 1 --alpha 2", "--alpha")]
    [InlineData("gamma --alpha", "--alpha")]
    [InlineData("normal --format u64", "cannot sample normal|u64|--format f64")]
    [InlineData("arm", "cannot sample arm|--alpha is missing|for each arm")]
    [InlineData("arm --alpha 1,2 --beta 1", "--alpha has 2 and --beta 1|every arm")]
    public async Task A_mistake_is_named_and_nothing_is_drawn(string arguments, string words)
    {
        Answer answer = await SampleAsync(arguments);

        answer.AssertFailure(words.Split('|'));
        Assert.Empty(answer.OutputBytes);
    }

    [Fact]
    public async Task More_arms_than_a_router_can_have_are_an_error()
    {
        string shapes = string.Join(',', Enumerable.Repeat("1", 65));
        (await SampleAsync($"arm --alpha {shapes} --beta {shapes}")).AssertFailure("65 numbers", "at most 64");
        (await SampleAsync($"arm --alpha {shapes[2..]} --beta {shapes[2..]} --seed 1")).AssertExit(0);
    }

    private static Task<Answer> SampleAsync(string arguments, string kernel = "") => HololoomProcess.RunInShellAsync(
        kernel.Length > 0 ? $"HOLOLOOM_KERNEL={kernel} exec \"$@\"" : "exec \"$@\"",
        ["sample", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private static double[] Doubles(Answer answer) => MemoryMarshal.Cast<byte, double>(answer.OutputBytes).ToArray();

    private static ulong[] Words(Answer answer) => MemoryMarshal.Cast<byte, ulong>(answer.OutputBytes).ToArray();
}
