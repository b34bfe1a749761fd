using System.Reflection;
using System.Reflection.Emit;

namespace HoloLoom.Fast.Contracts;

/// <summary>Which folder may use which, read from the compiled code: signatures, fields, and every token in every method body.</summary>
public sealed class LayeringTests
{
    private const string Root = "HoloLoom.Fast";

    /// <summary>Each folder with the folders that it may use besides itself.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        [""] = ["Strategies", "Classification", "Learning", "Sampling", "Persistence", "Internals"],
        ["Experiments"] = ["", "Learning", "Persistence"],
        ["Execution"] = ["", "Profiling", "Classification", "Internals"],
        ["Profiling"] = ["", "Internals"],
        ["Strategies"] = ["Classification", "Learning", "Sampling", "Internals"],
        ["Classification"] = ["Internals"],
        ["Learning"] = ["Sampling", "Internals"],
        ["Sampling"] = ["Internals"],
        ["Persistence"] = ["Internals"],
        ["Internals"] = [],
    };

    private static readonly string[] s_unsafeFolders = ["Sampling", "Classification", "Internals"];

    [Fact]
    public void Folders_use_only_the_folders_below_them()
    {
        var wrong = new SortedSet<string>();
        int seen = 0;
        foreach (Type type in typeof(Router).Assembly.GetTypes())
        {
            string? from = Folder(type);
            foreach (Type used in UsedTypes(type))
            {
                string? to = Folder(used);
                if (from is null || to is null || from == to)
                {
                    continue;
                }

                seen++;
                if (!s_allowed.TryGetValue(from, out string[]? allowed) || !allowed.Contains(to))
                {
                    wrong.Add($"{type.FullName} uses {used.FullName}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(seen > 100, "the scan found hardly any use at all, so it cannot be looking");
    }

    [Theory]
    [InlineData(typeof(Router))]
    [InlineData(typeof(Backends.SqliteBackend), "HoloLoom.Fast")]
    [InlineData(typeof(Hosting.RouterRegistry), "HoloLoom.Fast")]
    [InlineData(typeof(Server.RoutingServer), "HoloLoom.Fast", "HoloLoom.Fast.Hosting")]
    public void Assemblies_use_only_the_assemblies_below_them(Type member, params string[] allowed)
    {
        string[] used = [.. member.Assembly.GetReferencedAssemblies().Select(static name => name.Name!).Where(static name => name.StartsWith(Root, StringComparison.Ordinal))];
        Assert.Equal(allowed, used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_folder_is_a_namespace()
    {
        string engine = Repository.PathOf("src", "HoloLoom.Fast");
        foreach (string file in Directory.EnumerateFiles(engine, "*.cs", SearchOption.AllDirectories))
        {
            string folder = Path.GetRelativePath(engine, Path.GetDirectoryName(file)!);
            if (folder.StartsWith("obj", StringComparison.Ordinal) || folder.StartsWith("bin", StringComparison.Ordinal))
            {
                continue;
            }

            string expected = folder == "." ? Root : $"{Root}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
            Assert.Contains($"namespace {expected};", File.ReadAllText(file));
        }
    }

    [Fact]
    public void Unsafe_code_lives_only_where_the_design_says()
    {
        string engine = Repository.PathOf("src", "HoloLoom.Fast");
        string[] tokens = ["unsafe ", "Unsafe.", "MemoryMarshal.GetReference", "MemoryMarshal.GetArrayDataReference", "Runtime.Intrinsics", "DllImport", "LibraryImport"];
        int found = 0;
        foreach (string file in Directory.EnumerateFiles(engine, "*.cs", SearchOption.AllDirectories))
        {
            string folder = Path.GetRelativePath(engine, Path.GetDirectoryName(file)!).Split(Path.DirectorySeparatorChar)[0];
            string text = File.ReadAllText(file);
            if (folder is "obj" or "bin" || !tokens.Any(token => text.Contains(token, StringComparison.Ordinal)))
            {
                continue;
            }

            found++;
            Assert.True(s_unsafeFolders.Contains(folder), $"{Path.GetRelativePath(Repository.Root, file)} uses unsafe code");
        }

        Assert.True(found > 0);
    }

    // The folder under the root namespace ("" for the root itself), or null for types from elsewhere and of the compiler.
    private static string? Folder(Type type)
    {
        while (type.HasElementType)
        {
            type = type.GetElementType()!;
        }

        // The regex generator puts code of its own into the assembly, under another namespace.
        string? name = type.Namespace;
        return type.Assembly != typeof(Router).Assembly || name is null || !name.StartsWith(Root, StringComparison.Ordinal)
            ? null
            : name == Root ? "" : name[(Root.Length + 1)..].Split('.')[0];
    }

    private static IEnumerable<Type> UsedTypes(Type type)
    {
        const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<Type> used = [.. type.GetInterfaces(), .. type.GetFields(Everything).Select(static field => field.FieldType)];
        if (type.BaseType is not null)
        {
            used = used.Append(type.BaseType);
        }

        IEnumerable<MethodBase> methods = [.. type.GetMethods(Everything), .. type.GetConstructors(Everything)];
        foreach (MethodBase method in methods)
        {
            used = used.Concat(method.GetParameters().Select(static parameter => parameter.ParameterType)).Concat(BodyTypes(method));
            if (method is MethodInfo { ReturnType: var result })
            {
                used = used.Append(result);
            }
        }

        return used.SelectMany(static one => one.IsGenericType ? one.GetGenericArguments().Append(one) : [one]);
    }

    private static IEnumerable<Type> BodyTypes(MethodBase method)
    {
        byte[]? code = method.GetMethodBody()?.GetILAsByteArray();
        if (code is null)
        {
            yield break;
        }

        foreach (LocalVariableInfo local in method.GetMethodBody()!.LocalVariables)
        {
            yield return local.LocalType;
        }

        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == 0xFE ? s_long[code[at + 1]] : s_short[code[at]];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                MemberInfo member = method.Module.ResolveMember(
                    BitConverter.ToInt32(code, at),
                    method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null,
                    method.IsGenericMethod ? method.GetGenericArguments() : null)!;
                yield return member as Type ?? member.DeclaringType!;
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static readonly OpCode[] s_short = Table(static code => code.Size == 1);
    private static readonly OpCode[] s_long = Table(static code => code.Size == 2);

    private static OpCode[] Table(Func<OpCode, bool> which)
    {
        var table = new OpCode[256];
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            if (which(code))
            {
                table[code.Value & 0xFF] = code;
            }
        }

        return table;
    }
}
