using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace HoloLoom.Fast.Integration.Server.Http;

/// <summary>What the README tells people to do with the server is done here, on other ports.</summary>
public sealed class ReadmeTests
{
    [SkippableFact]
    public async Task A_newcomer_gets_the_answers_of_the_readme()
    {
        string readme = File.ReadAllText(Path.Combine(Native.Toolchain.Repository, "README.md"));
        string console = Regex.Match(readme, "<!-- console: server -->\n```console\n(?<text>.*?)```", RegexOptions.Singleline).Groups["text"].Value;
        _ = Native.Toolchain.Program("curl");
        _ = Native.Toolchain.Program("redis-cli");
        string[] ports = [FreePort(), FreePort()];
        string script = "", expected = "";
        foreach (string line in console.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            script += line.StartsWith("$ ", StringComparison.Ordinal)
                ? line[2..].Replace(":8080", $":{ports[0]}", StringComparison.Ordinal).Replace("-p 6380", $"-p {ports[1]}", StringComparison.Ordinal)
                    .Replace("hololoom serve", $"hololoom serve --urls http://127.0.0.1:{ports[0]} --resp 127.0.0.1:{ports[1]}", StringComparison.Ordinal) + "\n"
                : "";
            expected += line.StartsWith("$ ", StringComparison.Ordinal) ? "" : line + "\n";
        }

        string program = string.Join(' ', HololoomProcess.CommandLine.Select(static word => $"'{word}'"));
        using var directory = new TemporaryDirectory();
        directory.Write("hololoom", $"#!/bin/sh\nexec {program} \"$@\"\n");
        directory.Write("script", script + "kill $!\n");
        Answer answer = await HololoomProcess.RunInShellAsync($"cd '{directory.Path}' && chmod +x hololoom && PATH=.:$PATH bash script");

        // Answers over HTTP end without a new line.
        Assert.Equal(expected.Replace("\n", "", StringComparison.Ordinal), answer.Output.Replace("\n", "", StringComparison.Ordinal));
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
