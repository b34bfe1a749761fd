using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using HoloLoom.Fast.Native;

namespace HoloLoom.Fast.Contracts;

/// <summary>The managed side of the native library agrees with its header; the header asserts its own layouts when it is compiled.</summary>
public sealed partial class NativeAbiTests
{
    private static readonly string s_header = File.ReadAllText(Repository.PathOf("native-aot", "include", "hololoom_fast.h"));

    private static readonly Dictionary<string, long> s_defines = Define().Matches(s_header).ToDictionary(
        static match => match.Groups["name"].Value,
        static match => long.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));

    [Fact]
    public void Statuses_have_the_numbers_of_the_header()
    {
        Dictionary<string, long> managed = typeof(Status).GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(static field => InCapitals(field.Name), static field => (long)(int)field.GetRawConstantValue()!);
        Assert.Equal(0, managed["OK"]);
        Assert.Equal(0, s_defines["OK"]);
        managed.Remove("OK");

        // Refusing an old processor is the one answer that no managed code gives.
        Dictionary<string, long> declared = s_defines
            .Where(static define => define.Key.StartsWith("ERROR_", StringComparison.Ordinal) && define.Key != "ERROR_CPU")
            .ToDictionary(static define => define.Key["ERROR_".Length..], static define => define.Value);
        Assert.Equal(declared.OrderBy(static pair => pair.Key), managed.OrderBy(static pair => pair.Key));
    }

    [Fact]
    public void Answers_and_flags_have_the_numbers_of_the_header()
    {
        Assert.Equal((int)RecordResult.Accepted, s_defines["OK"]);
        Assert.Equal((int)RecordResult.Duplicate, s_defines["DUPLICATE"]);
        Assert.Equal((int)RecordResult.Expired, s_defines["EXPIRED"]);
        Assert.Equal((int)RecordResult.Unknown, s_defines["UNKNOWN"]);
        Assert.Equal((int)DecisionFlags.PreferredUnavailable, s_defines["FLAG_PREFERRED_UNAVAILABLE"]);
        Assert.Equal((int)DecisionFlags.Learned, s_defines["FLAG_LEARNED"]);
        Assert.Equal((int)DecisionFlags.UniformSlice, s_defines["FLAG_UNIFORM_SLICE"]);
        Assert.Equal(RoutingExports.OutcomeFields.HasCost, s_defines["OUTCOME_COST"]);
        Assert.Equal(RoutingExports.OutcomeFields.HasFeedback, s_defines["OUTCOME_FEEDBACK"]);
    }

    [Fact]
    public void Records_have_the_layout_that_the_header_asserts()
    {
        Assert.Equal(32, Unsafe.SizeOf<Decision>());
        Assert.Equal(16, Unsafe.SizeOf<DecisionId>());
        Assert.Equal(40, Unsafe.SizeOf<RoutingExports.OutcomeFields>());
        string[] fields = ["Size", "Given", "Relevance", "LatencyMs", "Cost", "Feedback"];
        Assert.Equal([0, 4, 8, 16, 24, 32], fields.Select(static field => (int)Marshal.OffsetOf<RoutingExports.OutcomeFields>(field)));
    }

    [Fact]
    public void Every_declared_function_has_a_managed_export_but_those_that_work_on_any_processor()
    {
        IEnumerable<string> declared = Declaration().Matches(s_header).Select(static match => match.Groups["name"].Value);
        string[] answeredInC = ["hlf_abi_version", "hlf_version", "hlf_status_name"];
        IEnumerable<string> managed = typeof(Status).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => method.GetCustomAttribute<UnmanagedCallersOnlyAttribute>()?.EntryPoint).OfType<string>();
        Assert.Equal(declared.Except(answeredInC).Select(static name => $"managed_{name}").Order(), managed.Order());
    }

    private static string InCapitals(string name) =>
        string.Concat(name.Select(static (c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    [GeneratedRegex(@"^#define HLF_(?<name>\w+) \(?(?<value>-?\d+)u?\)?", RegexOptions.Multiline)]
    private static partial Regex Define();

    [GeneratedRegex(@"^HLF_API [^(]*?(?<name>hlf_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
