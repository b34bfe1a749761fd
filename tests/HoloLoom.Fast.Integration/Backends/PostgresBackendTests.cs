using HoloLoom.Fast.Backends;
using HoloLoom.Fast.Execution;
using Npgsql;

namespace HoloLoom.Fast.Integration.Backends;

public sealed class PostgresBackendTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [SkippableFact]
    public async Task It_finds_and_is_learned_from()
    {
        await using PostgresBackend backend = await CreateAsync("found");
        await Corpus.AssertFindsAsync(backend);
        await Corpus.AssertRoutesAsync(backend);

        // The English configuration knows that "connecting" and "connect" are one.
        Assert.Equal("graphs", (await backend.SearchAsync("connecting")).Single().Id);
    }

    [SkippableFact]
    public async Task A_document_is_replaced_by_one_with_its_id_and_a_batch_is_added_whole_or_not_at_all()
    {
        await using PostgresBackend backend = await CreateAsync("replaced");
        await backend.AddAsync([new Document("coffee", "Tea instead")]);
        Assert.Empty(await backend.SearchAsync("coffee"));
        Assert.Equal("coffee", (await backend.SearchAsync("tea")).Single().Id);
        await Assert.ThrowsAsync<ArgumentNullException>(() => backend.AddAsync([new Document("new", "zeppelin"), null!]));
        Assert.Empty(await backend.SearchAsync("zeppelin"));
        await backend.AddAsync([new Document("odd\0\uD800", "nul\0 and half a pair \uD800")]);
        Assert.StartsWith("odd", (await backend.SearchAsync("half pair")).Single().Id);
    }

    [SkippableFact]
    public async Task A_strange_table_name_is_only_a_name()
    {
        await using PostgresBackend backend = await CreateAsync("we\"ird; DROP TABLE x");
        Assert.Equal("attention", (await backend.SearchAsync("transformer")).Single().Id);
    }

    [SkippableFact]
    public async Task A_wrong_configuration_or_a_missing_table_is_an_error_that_names_it()
    {
        Skip.IfNot(server.IsThere, "PostgreSQL is not installed");
        await using var klingon = new PostgresBackend("pg", server.ConnectionString, "k", "klingon");
        Assert.Contains("klingon", (await Assert.ThrowsAsync<PostgresException>(() => klingon.CreateTableAsync())).Message);
        await using var missing = new PostgresBackend("pg", server.ConnectionString, "nowhere");
        Assert.Contains("nowhere", (await Assert.ThrowsAsync<PostgresException>(async () => await missing.SearchAsync("x"))).Message);
    }

    [SkippableFact]
    public async Task It_speaks_TLS_where_the_server_or_the_connection_string_asks_for_it()
    {
        await using PostgresBackend plain = await CreateAsync("secured");
        await using (var connection = new NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync();
            await using var creating = new NpgsqlCommand($"CREATE ROLE {PostgresServer.SecureUser} LOGIN SUPERUSER", connection);
            await creating.ExecuteNonQueryAsync();
        }

        string secure = server.ConnectionString + $";Username={PostgresServer.SecureUser};SSL Mode=";
        foreach (string mode in new[] { "Prefer", "Require;Trust Server Certificate=true", $"VerifyFull;Root Certificate={server.CertificateFile}" })
        {
            await using var backend = new PostgresBackend("pg", secure + mode, "secured");
            Assert.Equal("attention", (await backend.SearchAsync("transformer")).Single().Id);
        }

        // That the user gets in is proof of TLS only if it does not get in without, and the last one of a check only if a stranger fails it.
        await using var open = new PostgresBackend("pg", secure + "Disable", "secured");
        await Assert.ThrowsAsync<PostgresException>(async () => await open.SearchAsync("transformer"));
        await using var stranger = new PostgresBackend("pg", secure + "VerifyFull", "secured");
        await Assert.ThrowsAsync<NpgsqlException>(async () => await stranger.SearchAsync("transformer"));
    }

    [SkippableFact]
    public async Task A_search_that_waits_is_taken_back()
    {
        await using PostgresBackend backend = await CreateAsync("locked");
        await using var other = new NpgsqlConnection(server.ConnectionString);
        await other.OpenAsync();
        await using NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("LOCK TABLE locked IN ACCESS EXCLUSIVE MODE", other, transaction))
        {
            await locking.ExecuteNonQueryAsync();
        }

        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await backend.SearchAsync("transformer", token: source.Token));
        await transaction.RollbackAsync();
        Assert.Equal("attention", (await backend.SearchAsync("transformer")).Single().Id);
    }

    [SkippableFact]
    public async Task When_the_server_dies_another_backend_answers()
    {
        using var dying = new PostgresServer();
        Skip.IfNot(dying.IsThere, "PostgreSQL is not installed");
        await using var postgres = new PostgresBackend("pg", dying.ConnectionString);
        await postgres.CreateTableAsync();
        await postgres.AddAsync(Corpus.Documents);
        using var lite = new SqliteBackend("lite");
        lite.Add(Corpus.Documents);
        using var router = new Router(new RouterOptions
        {
            Backends = ["pg", "lite"],
            QueryTypes = [new QueryTypeOptions("any", "pg", [])],
            Fallback = ["pg", "lite"],
            Strategy = "rules",
        });
        var options = new OrchestratorOptions
        {
            Deadline = TimeSpan.FromSeconds(30),
            Resilience = new ResilienceOptions { Timeout = TimeSpan.FromSeconds(10), MinimumThroughput = 3, RetryDelay = TimeSpan.FromMilliseconds(1) },
        };
        var orchestrator = new Orchestrator(router, [postgres, lite], options);
        var backends = new HashSet<int>();
        for (int i = 0; i < 200; i++)
        {
            if (i == 50)
            {
                dying.Stop();
            }

            ExecutionResult result = await orchestrator.ExecuteAsync("the transformer");
            Assert.Equal("attention", result.Results[0].Id);
            Assert.True(i >= 50 || result.Answered.Contains(0));
            Assert.True(i < 50 || result.Answered.Contains(1));
        }

        Assert.Equal(router.SetOf("pg"), orchestrator.OpenCircuits);
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new PostgresBackend("pg", "Nonsense=1"));
        Assert.Throws<ArgumentException>(() => new PostgresBackend("pg", ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PostgresBackend("pg", "Host=x", halfScore: double.NaN));
    }

    private async Task<PostgresBackend> CreateAsync(string table)
    {
        Skip.IfNot(server.IsThere, "PostgreSQL is not installed");
        var backend = new PostgresBackend("pg", server.ConnectionString, table);
        await backend.CreateTableAsync();
        await backend.CreateTableAsync();
        await backend.AddAsync(Corpus.Documents);
        return backend;
    }
}
