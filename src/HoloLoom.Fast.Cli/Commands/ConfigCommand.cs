using System.CommandLine;
using HoloLoom.Fast.Cli.Terminal;
using HoloLoom.Fast.Cli.Text;

namespace HoloLoom.Fast.Cli.Commands;

/// <summary><c>hololoom config</c>: checks a configuration, writes the defaults, prints the schema.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var checkFile = new Argument<string>("FILE") { Description = "The configuration." }.RefusingOptions();
        var check = new Command("check", "Validates a configuration as a whole, its patterns included.") { checkFile };
        check.SetAction(parsed => Check(parsed.GetValue(checkFile)!));

        var initFile = new Argument<string?>("FILE") { Description = "A new file; nothing or - is standard output.", Arity = ArgumentArity.ZeroOrOne }.RefusingOptions();
        var init = new Command("init", "Writes the defaults as a configuration to start from.") { initFile };
        init.SetAction(parsed => Init(parsed.GetValue(initFile)));

        var schema = new Command("schema", "Prints the JSON schema of a configuration.");
        schema.SetAction(_ => Print(System.Text.Encoding.UTF8.GetBytes(RouterOptions.JsonSchema())));

        return new Command("config", "Checks, writes and describes configurations.") { check, init, schema };
    }

    private static int Check(string file)
    {
        // In memory: checking must neither need nor touch the state that the configuration names.
        RouterOptions options = CommonOptions.Load(file) with { StateDirectory = null };
        using Router router = CommonOptions.Open(options, file);
        return Print(System.Text.Encoding.UTF8.GetBytes(
            $"ok: {file}: {router.Backends.Count} backends, {router.QueryTypes.Count} query types, strategy {router.Strategy}\n"));
    }

    private static int Init(string? file)
    {
        byte[] json = new RouterOptions().ToJson();
        if (file is null or "-")
        {
            return Print(json);
        }

        if (File.Exists(file) || Directory.Exists(file))
        {
            throw new CliException("will not overwrite", $"{file} exists", "Name a new file, or remove it first.");
        }

        try
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            stream.Write(json);
            EndLine(stream, json);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException("cannot write the configuration", $"{file}: {exception.Message}", "Check the directory and its permissions.", exception);
        }

        StandardError.WriteLine($"wrote {file}");
        return ExitCode.Done;
    }

    private static int Print(byte[] text)
    {
        using Stream stdout = StandardOutput.Open();
        var output = new OutputBuffer(stdout);
        output.Write(text);
        if (text is not [.., (byte)'\n'])
        {
            output.Write((byte)'\n');
        }

        try
        {
            output.Flush();
        }
        catch (ClosedPipeException)
        {
            // Nobody wants to know.
        }

        return ExitCode.Done;
    }

    private static void EndLine(Stream stream, byte[] text)
    {
        if (text is not [.., (byte)'\n'])
        {
            stream.WriteByte((byte)'\n');
        }
    }
}
