using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HoloLoom.Fast.Integration.Backends;

/// <summary>A PostgreSQL server of the tests' own, on a loopback port, with its data in a temporary directory, run by an unprivileged user.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly TemporaryDirectory? _directory;
    private Process? _process;

    public PostgresServer()
    {
        string? programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin"))
                .Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Order().LastOrDefault()
            : null;
        if (programs is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "PostgreSQL is not installed: apt-get install postgresql");
            return;
        }

        _directory = new TemporaryDirectory();
        string data = _directory["data"];
        Directory.CreateDirectory(data);
        if (Environment.UserName == "root")
        {
            Assert.Equal(0, Run("chown", "-R", "nobody", _directory.Path));
            Assert.Equal(0, Run("chmod", "700", data));
        }

        Assert.Equal(0, Run(AsUser(Path.Combine(programs, "initdb"), "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")));
        CreateCertificate(data);
        File.WriteAllText(
            Path.Combine(data, "pg_hba.conf"),
            $"hostnossl all {SecureUser} all reject\n{File.ReadAllText(Path.Combine(data, "pg_hba.conf"))}");
        Port = FreePort();
        _process = Start(AsUser(
            Path.Combine(programs, "postgres"), "-D", data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={_directory.Path}",
            "-c", "fsync=off", "-c", "ssl=on"));
        for (int i = 0; i < 600 && !AcceptsConnections(); i++)
        {
            Thread.Sleep(50);
        }
    }

    /// <summary>A user who is only let in over TLS, once a test has created it.</summary>
    public const string SecureUser = "secure";

    public bool IsThere => _process is not null;

    public int Port { get; }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=tester;Database=postgres;Timeout=10";

    /// <summary>What the server shows to prove that it is 127.0.0.1; signed by itself.</summary>
    public string CertificateFile => _directory!["data/server.crt"];

    public void Dispose()
    {
        Stop();
        _directory?.Dispose();
    }

    /// <summary>Ends the server, as an operator would in a hurry.</summary>
    public void Stop()
    {
        if (_process is not null)
        {
            // A fast shutdown; the postmaster is a child of the program that became the user, or is it itself.
            Run("/bin/sh", "-c", $"kill -INT $(head -1 '{_directory!["data/postmaster.pid"]}')");
            if (!_process.WaitForExit(10_000))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit();
            }

            _process.Dispose();
            _process = null;
        }
    }

    private static void CreateCertificate(string data)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string[] files = [Path.Combine(data, "server.crt"), Path.Combine(data, "server.key")];
        File.WriteAllText(files[0], certificate.ExportCertificatePem());
        File.WriteAllText(files[1], key.ExportPkcs8PrivateKeyPem());

        // The server refuses a key that others may read, or that is not its user's.
        Assert.Equal(0, Run(["chmod", "600", .. files]));
        if (Environment.UserName == "root")
        {
            Assert.Equal(0, Run(["chown", "nobody", .. files]));
        }
    }

    // The server refuses to run as root.
    private static string[] AsUser(params string[] command) => Environment.UserName == "root" ? ["runuser", "-u", "nobody", "--", .. command] : command;

    private static int Run(params string[] command)
    {
        using Process process = Start(command);
        Assert.True(process.WaitForExit(120_000), $"{command[0]} does not end");
        return process.ExitCode;
    }

    private static Process Start(string[] command)
    {
        // Elsewhere than in a directory that the user may not see.
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private bool AcceptsConnections()
    {
        try
        {
            using var connection = new Npgsql.NpgsqlConnection(ConnectionString + ";Pooling=false");
            connection.Open();
            return true;
        }
        catch (Npgsql.NpgsqlException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
